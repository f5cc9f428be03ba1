import { assert, unreachable } from '../assert.ts';
import type { ActionOf, StateOf } from '../chart.ts';
import { keyFileNotFound, loadedKeyId, loadKeyFile, type SecretError } from '../secret/index.ts';
import type { Microseconds } from '../time.ts';
import type { Agent, Operations, Steps } from './agent.ts';
import { agentChart } from './agent-chart.ts';
import { nextStep, shuffledNodes, syncNextNode } from './background-sync.ts';
import type { AgentEnvironment } from './environment.ts';
import type { AgentInput, AgentStart } from './input.ts';
import { makeLoadedKey } from './loaded-key.ts';
import { error, failed, info, warning } from './log.ts';
import { AgentMemory } from './memory.ts';
import { deleteNode } from './node-delete.ts';
import type { NodeName, NodeRecord } from './node-record.ts';
import { upsertNode, validateLocalNode, validateNode } from './node-update.ts';
import type { Operation } from './operation.ts';
import { reclaimStaleKeys } from './reclaim.ts';

type AgentState = StateOf<typeof agentChart>;
type AgentEvent = Parameters<typeof agentChart.step>[1];

const keyFilePath = '/etc/ipsec/keys';

/**
 * Cilium's agent, as far as IPsec goes: {@link agentChart} carried out with the rules of a release's
 * profile. One process: after an exit, another one is made.
 *
 * Order of a rotation: load (the old key's clock starts), publish, install for all nodes, encrypt
 * map; since v1.19 publish comes after install (cilium/cilium#44335, #44701). cilium:
 * pkg/datapath/linux/ipsec/ipsec_linux.go, `keyfileWatcher`; for the start, ipsec/cell.go,
 * `keyCustodian.Start`.
 */
export class CiliumAgent implements Agent {
  readonly #memory: AgentMemory;
  #state: AgentState = agentChart.initial;
  /** The key ID that a load gave to publish: 0 for a file without a line. */
  #keyIdToPublish = 0;

  constructor(environment: AgentEnvironment) {
    this.#memory = new AgentMemory(environment);
  }

  get state(): AgentState {
    return this.#state;
  }

  /** The remote nodes that the agent has been told of. */
  get knownNodes(): readonly NodeRecord[] {
    return [...this.#memory.peers.values()].map(({ record }) => record);
  }

  handle(input: AgentInput, now: Microseconds): Operations {
    switch (input.kind) {
      case 'start':
        return this.#start(input.start, now);
      case 'keyFile':
        return this.#memory.environment.settings.keyWatcher
          ? this.#rotate(input.text, now)
          : just();
      case 'nodeUpsert':
        this.#expect('NODE_CHANGED', 'programNode');
        return upsertNode(this.#memory, input.node);
      case 'nodeDelete':
        this.#expect('NODE_CHANGED', 'programNode');
        return this.#removeNode(input.name);
      case 'endpointUpsert':
        return this.#upsertEndpoint(input);
      case 'endpointDelete':
        return just({ kind: 'endpointMapDelete', address: input.address });
      case 'timer':
        return input.timer === 'reclaim' ? this.#reclaim(now) : this.#validateNext();
      default:
        return unreachable(input);
    }
  }

  /** Steps the chart, which must ask for this action. */
  #expect(event: AgentEvent, action: ActionOf<typeof agentChart>): void {
    assert(this.#step(event).includes(action), `${event} in state ${this.#state}`);
  }

  #step(event: AgentEvent): readonly string[] {
    const { next, actions } = agentChart.step(this.#state, event);
    this.#state = next;
    return actions;
  }

  *#start(start: AgentStart, now: Microseconds): Operations {
    this.#step('START');
    const fault = yield* this.#loadKeyFile(start.keyFile, now);
    if (fault !== undefined) {
      this.#step('KEY_REJECTED');
      yield exit(fault);
      return;
    }
    this.#step('KEY_LOADED');
    this.#memory.nodeIds.restore(start.nodeMap);
    for (const node of start.nodes) this.#memory.addPeer(node);
    const introduced = yield* this.#introduceKey('start');
    if (!introduced) {
      this.#step('ENCRYPT_MAP_REFUSED');
      yield { kind: 'exit', cause: 'failure', message: 'Failed to set IPsec SPI' };
      return;
    }
    yield* this.#deleteStaleNodes(start);
    this.#step('INSTALLED');
    yield { kind: 'setTimer', timer: 'reclaim', after: start.firstReclaimAfter };
    yield nextStep(this.#memory);
  }

  *#rotate(text: string | undefined, now: Microseconds): Operations {
    this.#expect('KEY_FILE', 'loadKeyFile');
    const fault = yield* this.#loadKeyFile(text, now);
    if (fault !== undefined) {
      this.#step('KEY_REJECTED');
      if (fault.kind === 'error') yield error(`Failed to load IPsec keyfile: ${fault.message}`);
      else yield exit(fault);
      return;
    }
    this.#step('KEY_LOADED');
    const introduced = yield* this.#introduceKey('rotation');
    this.#step(introduced ? 'INSTALLED' : 'ENCRYPT_MAP_REFUSED');
  }

  /** Puts every line of the key file that is sound in the place of the key before it. */
  *#loadKeyFile(text: string | undefined, now: Microseconds): Steps<SecretError | undefined> {
    yield info('Loading IPsec keyfile');
    if (text === undefined) return keyFileNotFound(keyFilePath);
    const { profile, keyRing } = this.#memory.environment;
    const load = loadKeyFile(text, {
      rules: profile.secret,
      loaded: this.#memory.loaded?.key,
    });
    for (const key of load.applied) {
      this.#memory.removalTimes.set(this.#memory.currentSpi, now);
      if (!key.perTunnel) yield warning(globalKeys);
      this.#memory.loaded = makeLoadedKey(key, keyRing);
      yield { kind: 'keyLoaded', keyId: key.keyId };
    }
    if (load.error === undefined) this.#keyIdToPublish = loadedKeyId(load);
    return load.error;
  }

  /** Publish, install, encrypt map: in the order of the release and the occasion. */
  *#introduceKey(occasion: 'start' | 'rotation'): Steps<boolean> {
    const keyId = this.#keyIdToPublish;
    if (this.#memory.environment.profile.publishes === 'afterInstall') {
      yield* this.#validateAllNodes();
      yield { kind: 'publish', keyId };
      return yield* this.#setEncryptMap(keyId);
    }
    if (occasion === 'start' && !(yield* this.#setEncryptMap(keyId))) return false;
    yield { kind: 'publish', keyId };
    yield* this.#validateAllNodes();
    return occasion === 'start' || (yield* this.#setEncryptMap(keyId));
  }

  *#setEncryptMap(keyId: number): Steps<boolean> {
    const { errno } = yield { kind: 'encryptMapUpdate', keyId };
    if (errno !== 'ok') yield failed('Failed to set IPsec SPI', errno);
    return errno === 'ok';
  }

  /** cilium: pkg/datapath/linux/node.go, `AllNodeValidateImplementation`: in a Go map's order. */
  *#validateAllNodes(): Operations {
    for (const name of shuffledNodes(this.#memory)) {
      const peer = this.#memory.peers.get(name);
      yield* peer === undefined
        ? validateLocalNode(this.#memory)
        : validateNode(this.#memory, peer);
    }
    yield { kind: 'allNodesValidated', keyId: this.#memory.currentSpi };
  }

  /** cilium: pkg/node/manager/manager.go: what the checkpoint holds and no registry does. */
  *#deleteStaleNodes(start: AgentStart): Operations {
    for (const node of start.checkpoint) {
      if (this.#memory.peers.has(node.name)) continue;
      yield info(`Deleting stale nodes: ${node.name}`);
      yield* deleteNode(this.#memory, node);
    }
  }

  *#removeNode(name: NodeName): Operations {
    const peer = this.#memory.peers.get(name);
    if (peer === undefined) return;
    this.#memory.peers.delete(name);
    yield* deleteNode(this.#memory, peer.record);
  }

  /**
   * An endpoint without a key ID is taken to have the local node's (cilium:
   * pkg/k8s/watchers/cilium_endpoint.go, `endpointUpdated`).
   */
  *#upsertEndpoint(input: Extract<AgentInput, { kind: 'endpointUpsert' }>): Operations {
    const keyId = input.keyId === 0 ? this.#keyIdToPublish : input.keyId;
    yield { kind: 'endpointMapUpdate', address: input.address, keyId };
  }

  *#reclaim(now: Microseconds): Operations {
    this.#expect('RECLAIM_TICK', 'reclaimStaleKeys');
    const { reclaimInterval } = this.#memory.environment.settings;
    yield { kind: 'setTimer', timer: 'reclaim', after: reclaimInterval };
    yield* reclaimStaleKeys(this.#memory, now);
  }

  *#validateNext(): Operations {
    this.#expect('BACKGROUND_SYNC', 'validateNode');
    yield* syncNextNode(this.#memory);
  }
}

/** cilium: ipsec_linux.go, `LoadIPSecKeys`, v1.16. */
const globalKeys = 'global IPsec keys are deprecated and will be removed in v1.17';

function exit(fault: SecretError): Operation {
  return {
    kind: 'exit',
    cause: fault.kind === 'error' ? 'failure' : fault.kind,
    message: fault.message,
  };
}

function* just(...operations: readonly Operation[]): Operations {
  for (const operation of operations) yield operation;
}
