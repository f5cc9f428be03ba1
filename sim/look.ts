import type { NodeMapEntry } from '../model/datapath/index.ts';
import { defined } from '../model/assert.ts';
import type { Address } from '../model/address.ts';
import type { XfrmPolicy, XfrmState } from '../model/xfrm/index.ts';
import type { SimNode } from './sim-node.ts';
import type { World } from './world.ts';

/**
 * What the kernels and maps of a run hold at this instant, to look at: what `ip xfrm state` and
 * `cilium-dbg` would show on a node. Nodes go by their numbers in the trace.
 */
export class Look {
  #world: World | undefined = undefined;

  /** Called once, when there is a world to look at. */
  open(world: World): void {
    this.#world = world;
  }

  states(node: number): Iterable<XfrmState> {
    return this.#node(node).xfrm.states();
  }

  /** The state that was added last, if it is still there. */
  newestState(node: number): XfrmState | undefined {
    return this.#node(node).xfrm.newestState;
  }

  policies(node: number): Iterable<XfrmPolicy> {
    return this.#node(node).xfrm.policies();
  }

  /** `cilium_node_map_v2`. */
  nodeMap(node: number): Iterable<[Address, NodeMapEntry]> {
    return this.#node(node).maps.nodes;
  }

  /** `cilium_encrypt_state`: 0 for no key. */
  encryptKeyId(node: number): number {
    return this.#node(node).maps.encryptKeyId;
  }

  /** The key ID in the memory of the agent, 0 for none. */
  loadedKeyId(node: number): number {
    return this.#node(node).loadedKeyId;
  }

  /** "Keys in use", as `cilium-dbg encrypt status` showed it last. */
  keysInUse(node: number): number {
    return this.#node(node).keysInUse;
  }

  /** Whether the machine is up and of its cluster, and its agent runs and does not stand still. */
  isWell(node: number): boolean {
    const { isRunning, agent } = this.#node(node);
    return isRunning && agent?.isRunning === true && !agent.isPaused;
  }

  /** Whether the agent has a key file before it that was replaced while nobody watched it. */
  missesKeyFile(node: number): boolean {
    return this.#node(node).agent?.missesKeyFile === true;
  }

  isMember(node: number): boolean {
    return this.#node(node).isMember;
  }

  /** The node whose address, or whose pod's address, this is; -1 for none. */
  ownerOf(address: Address): number {
    return this.#opened().ownerOf(address);
  }

  #node(index: number): SimNode {
    return defined(this.#opened().nodes[index], 'node');
  }

  #opened(): World {
    return defined(this.#world, 'world to look at');
  }
}
