import { defined } from '../../assert.ts';
import { DatapathMaps } from '../../datapath/index.ts';
import type { CiliumRelease } from '../../release.ts';
import { KeyRing } from '../../secret/index.ts';
import { minute, type Microseconds } from '../../time.ts';
import { type Errno, kernelProfiles, Xfrm, type XfrmState } from '../../xfrm/index.ts';
import { CiliumAgent } from '../cilium-agent.ts';
import type { AgentSettings } from '../environment.ts';
import type { AgentInput, AgentStart } from '../input.ts';
import type { NodeRecord } from '../node-record.ts';
import type { AgentTimer, Operation, OperationResult } from '../operation.ts';
import { agentProfiles } from '../profile.ts';
import { keyFile, node } from './nodes.ts';

interface Failure {
  readonly kind: Operation['kind'];
  readonly errno: Errno;
  /** How many operations of the kind succeed before the one that fails. */
  left: number;
}

/**
 * A node, number 1, with a kernel, maps and one agent after another: does what the agent asks for
 * at once, and writes it down. Node IDs come in order, 1 first, and nodes in the order of their
 * arrival.
 */
export class AgentHost {
  readonly xfrm = new Xfrm(kernelProfiles['6.1']);
  readonly maps = new DatapathMaps();
  readonly keyRing = new KeyRing();
  now: Microseconds = 0;
  readonly #release: CiliumRelease;
  readonly #settings: Partial<AgentSettings>;
  readonly #failures: Failure[] = [];
  #agent: CiliumAgent | undefined;
  #nodeIdsDrawn = 0;
  #looks = 0;
  isTrusting = false;

  constructor(release: CiliumRelease, settings: Partial<AgentSettings> = {}) {
    this.#release = release;
    this.#settings = settings;
  }

  get agent(): CiliumAgent {
    return defined(this.#agent, 'the agent');
  }

  /** Starts a new process, by default with key ID 3 and nothing known; answers what it did. */
  start(start: Partial<AgentStart> = {}, local = node(1)): readonly Operation[] {
    this.#agent = new CiliumAgent({
      profile: agentProfiles[this.#release],
      settings: {
        rotationDuration: 5 * minute,
        keyWatcher: true,
        families: [4],
        routing: 'native',
        reclaimInterval: minute,
        ...this.#settings,
      },
      local,
      keyRing: this.keyRing,
      // Ever more, unless it may trust what it did: so that it never takes anything for granted.
      answerNow: () => undefined,
      foreignChanges: () => (this.isTrusting ? 0 : (this.#looks += 1)),
      random: { nodeId: () => this.#nodeIdsDrawn++, mapOrder: (limit) => limit - 1 },
    });
    return this.tell({
      kind: 'start',
      start: {
        keyFile: keyFile('3+'),
        nodes: [],
        checkpoint: [],
        nodeMap: [...this.maps.nodes],
        firstReclaimAfter: minute,
        ...start,
      },
    });
  }

  /** What the agent did about one input. Nothing follows an exit. */
  tell(input: AgentInput): readonly Operation[] {
    const operations: Operation[] = [];
    const steps = this.agent.handle(input, this.now);
    let step = steps.next();
    while (step.done !== true) {
      operations.push(step.value);
      if (step.value.kind === 'exit') break;
      step = steps.next(this.#perform(step.value));
    }
    return operations;
  }

  loadKey(text: string | undefined): readonly Operation[] {
    return this.tell({ kind: 'keyFile', text });
  }

  upsert(record: NodeRecord): readonly Operation[] {
    return this.tell({ kind: 'nodeUpsert', node: record });
  }

  ring(timer: AgentTimer, at: Microseconds = this.now): readonly Operation[] {
    this.now = at;
    return this.tell({ kind: 'timer', timer });
  }

  /** Has the `nth` operation of a kind from now on fail, once. */
  fail(kind: Operation['kind'], errno: Errno, nth = 1): void {
    this.#failures.push({ kind, errno, left: nth - 1 });
  }

  states(): readonly XfrmState[] {
    return [...this.xfrm.states()];
  }

  #perform(operation: Operation): OperationResult {
    const errno = this.#takeFailure(operation.kind);
    if (errno !== undefined) return { errno };
    switch (operation.kind) {
      case 'xfrmStateFind':
        return { errno: 'ok', state: this.xfrm.findState(operation) };
      case 'xfrmStateList':
        return { errno: 'ok', states: this.xfrm.states() };
      case 'xfrmPolicyList':
        return { errno: 'ok', policies: this.xfrm.policies() };
      case 'xfrmStateAdd':
        return { errno: this.xfrm.addState(operation.state, this.now) };
      case 'xfrmStateUpdate':
        return { errno: this.xfrm.updateState(operation.state) };
      case 'xfrmStateDelete':
        return { errno: this.xfrm.deleteState(operation.state) };
      case 'xfrmPolicyUpdate':
        return { errno: this.xfrm.upsertPolicy(operation.policy) };
      case 'xfrmPolicyDelete':
        return { errno: this.xfrm.deletePolicy(operation.policy) };
      default:
        this.#writeMap(operation);
        return { errno: 'ok' };
    }
  }

  #writeMap(operation: Operation): void {
    const { maps } = this;
    if (operation.kind === 'nodeMapUpdate') {
      const { nodeId, keyId } = operation;
      maps.nodes.set(operation.address, { nodeId, keyId });
    }
    if (operation.kind === 'nodeMapDelete') maps.nodes.delete(operation.address);
    if (operation.kind === 'encryptMapUpdate') maps.encryptKeyId = operation.keyId;
    if (operation.kind === 'endpointMapUpdate') {
      maps.endpointKeyIds.set(operation.address, operation.keyId);
    }
    if (operation.kind === 'endpointMapDelete') maps.endpointKeyIds.delete(operation.address);
  }

  #takeFailure(kind: Operation['kind']): Errno | undefined {
    const index = this.#failures.findIndex((failure) => failure.kind === kind);
    const failure = this.#failures[index];
    if (failure === undefined) return undefined;
    failure.left -= 1;
    if (failure.left >= 0) return undefined;
    this.#failures.splice(index, 1);
    return failure.errno;
  }
}

/** All operations of one kind, in order. */
export function only<Kind extends Operation['kind']>(
  operations: readonly Operation[],
  kind: Kind,
): Extract<Operation, { kind: Kind }>[] {
  return operations.filter(
    (operation): operation is Extract<Operation, { kind: Kind }> => operation.kind === kind,
  );
}

/** The messages that were logged, with their levels. */
export function logged(operations: readonly Operation[]): string[] {
  return only(operations, 'log').map(({ level, message }) => `${level}: ${message}`);
}

/** The order in which operations of these kinds came, a run of one kind told once. */
export function phases(
  operations: readonly Operation[],
  kinds: readonly Operation['kind'][],
): Operation['kind'][] {
  const order = operations.map(({ kind }) => kind).filter((kind) => kinds.includes(kind));
  return order.filter((kind, index) => kind !== order[index - 1]);
}
