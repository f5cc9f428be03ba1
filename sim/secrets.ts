import type { StateOf } from '../model/chart.ts';
import { kubeletVolumeChart, secretStoreChart } from '../model/cluster/index.ts';
import { loadedKeyId, loadKeyFile, type SecretRules } from '../model/secret/index.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/** The Secret object of one cluster, at its API server. */
interface SecretStore {
  state: StateOf<typeof secretStoreChart>;
  text: string;
  version: number;
}

/** The projected file in the agent pod of one node. */
interface Volume {
  state: StateOf<typeof kubeletVolumeChart>;
  file: string | undefined;
  /** A sync fell due while the kubelet could not reach its API server. */
  missedSync: boolean;
}

/** The key secrets of all clusters, and their way to the agents. */
export class Secrets {
  readonly #world: World;
  readonly #written: (clusterIndex: number) => void;
  readonly #stores: readonly SecretStore[];
  readonly #volumes: readonly Volume[];
  /** The last answer of {@link newestKeyId}: it is asked for by every node of a cluster in turn. */
  #newest: { text: string; rules: SecretRules; keyId: number } | undefined = undefined;

  /** `written` is told of each new secret, before any kubelet is. */
  constructor(world: World, written: (clusterIndex: number) => void) {
    this.#world = world;
    this.#written = written;
    this.#stores = world.scenario.clusters.map(({ secret }) => ({
      state: secretStoreChart.step(secretStoreChart.initial, 'WRITE').next,
      text: secret,
      version: 1,
    }));
    this.#volumes = world.nodes.map(() => ({
      state: kubeletVolumeChart.initial,
      file: undefined,
      missedSync: false,
    }));
  }

  textOf(clusterIndex: number): string {
    return this.#store(clusterIndex).text;
  }

  versionOf(clusterIndex: number): number {
    return this.#store(clusterIndex).version;
  }

  fileOf(node: SimNode): string | undefined {
    return this.#volume(node).file;
  }

  /** The key ID that an agent of this node would take from the newest secret; 0 for none. */
  newestKeyId(node: SimNode): number {
    const { text } = this.#store(node.clusterIndex);
    const rules = node.profile.secret;
    if (this.#newest?.text !== text || this.#newest.rules !== rules) {
      const keyId = loadedKeyId(loadKeyFile(text, { rules, loaded: undefined }));
      this.#newest = { text, rules, keyId };
    }
    return this.#newest.keyId;
  }

  write(clusterIndex: number, text: string): void {
    const store = this.#store(clusterIndex);
    store.state = secretStoreChart.step(store.state, 'WRITE').next;
    store.text = text;
    store.version += 1;
    const { trace, now, nodes } = this.#world;
    trace.record('secretWritten', now, clusterIndex, store.version);
    this.#written(clusterIndex);
    for (const node of nodes) {
      if (node.clusterIndex === clusterIndex) this.#stepVolume(node, 'SECRET_CHANGED');
    }
  }

  delete(clusterIndex: number): void {
    const store = this.#store(clusterIndex);
    if (store.state === 'absent') return;
    store.state = secretStoreChart.step(store.state, 'DELETE').next;
    const { trace, now, nodes } = this.#world;
    trace.record('secretDeleted', now, clusterIndex);
    for (const node of nodes) {
      if (node.clusterIndex === clusterIndex) this.#stepVolume(node, 'SECRET_DELETED');
    }
  }

  /** The kubelet mounts the newest secret for a pod that starts; without one, there is no file. */
  mount(node: SimNode): void {
    if (this.#store(node.clusterIndex).state === 'present') this.#stepVolume(node, 'REMOUNTED');
  }

  /** A container that starts again in its pod has the pod's volume; a pod without one waits for it. */
  mountIfMissing(node: SimNode): void {
    if (this.#volume(node).state === 'missing') this.mount(node);
  }

  unmount(node: SimNode): void {
    if (this.#volume(node).state !== 'missing') this.#stepVolume(node, 'UNMOUNTED');
  }

  /** The API server can be reached again: what fell due meanwhile happens now. */
  resync(node: SimNode): void {
    if (this.#volume(node).missedSync) this.#sync(node);
  }

  #stepVolume(node: SimNode, event: Parameters<typeof kubeletVolumeChart.step>[1]): void {
    const volume = this.#volume(node);
    const { next, actions } = kubeletVolumeChart.step(volume.state, event);
    volume.state = next;
    for (const action of actions) this.#carryOut(action, node);
  }

  #carryOut(action: string, node: SimNode): void {
    const volume = this.#volume(node);
    switch (action) {
      case 'scheduleSync':
        this.#scheduleSync(node);
        break;
      case 'fileMounted':
        volume.file = this.textOf(node.clusterIndex);
        break;
      case 'fileReplaced':
        this.#replaceFile(node);
        break;
      case 'fileLost':
        volume.file = undefined;
        break;
    }
  }

  #scheduleSync(node: SimNode): void {
    const version = this.versionOf(node.clusterIndex);
    const { now, draw, links, queue } = this.#world;
    const delay = draw.secretSync(node, version) + links.secret(node).extraDelay;
    queue.schedule(now + delay, {
      run: () => {
        this.#sync(node);
      },
    });
  }

  #sync(node: SimNode): void {
    const volume = this.#volume(node);
    volume.missedSync = !this.#world.links.secret(node).carries();
    if (volume.missedSync || volume.state === 'missing') return;
    this.#stepVolume(node, 'SYNCED');
  }

  /**
   * The new file reaches the agent's watcher when the kubelet removes the old directory, and the
   * agent then reads what is there (cilium: pkg/fswatcher/fswatcher.go).
   */
  #replaceFile(node: SimNode): void {
    const { queue, trace, now } = this.#world;
    const volume = this.#volume(node);
    const text = this.textOf(node.clusterIndex);
    if (text === volume.file) return; // the kubelet writes only what differs
    volume.file = text;
    const version = this.versionOf(node.clusterIndex);
    trace.record('volumeUpdated', now, node.index, version);
    const readAt = now + this.#world.draw.load(node, version);
    queue.schedule(readAt, {
      run: () => {
        node.agent?.tell({ kind: 'keyFile', text: volume.file });
      },
    });
  }

  #store(clusterIndex: number): SecretStore {
    return this.#stores[clusterIndex] as SecretStore;
  }

  #volume(node: SimNode): Volume {
    return this.#volumes[node.index] as Volume;
  }
}
