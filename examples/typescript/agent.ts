/**
 * A complete agent for `keyturn agent test`, over keyturn's own library: one process has the agents of
 * all nodes. The library reads key files, derives keys and makes XFRM objects as Cilium does; what is
 * written here is when a key is installed, announced, used and given up.
 *
 * An agent is a generator: it yields an operation, or several to be sent together, and goes on with the
 * answer.
 */
import {
  type Address,
  type AgentEnvironment,
  type AgentInput,
  type AgentStart,
  backgroundSyncInterval,
  checkBootId,
  defaultDropPolicies,
  type Errno,
  type Family,
  forwardPolicy,
  inputState,
  type IpsecKey,
  keyIdOfMark,
  loadKeyFile,
  type ListedState,
  type LoadedKey,
  makeLoadedKey,
  type Microseconds,
  minute,
  nodeAddresses,
  nodeIdOfMark,
  type NodeName,
  type NodeRecord,
  type Operation,
  outputPolicy,
  outputState,
  type PolicyConfig,
  type Prefix,
  secretRules,
  type Selector,
  type ServedAgent,
  type ServedSteps,
  serveStdio,
  type StateConfig,
  type StateShape,
  toward,
  wildcardInputPolicies,
  type XfrmPolicy,
} from 'keyturn/agent';

const release = 'cilium-1.19';
/** The kernel may be short of memory, or hold what is in the way. */
const tries = 10;

interface PeerFamily {
  readonly node: NodeRecord;
  readonly nodeId: number;
  readonly family: Family;
}

interface Which {
  readonly states: (state: ListedState) => boolean;
  readonly policies: (policy: XfrmPolicy) => boolean;
}

interface TunnelParts {
  readonly here: Address;
  readonly there: Address;
  readonly shapes: readonly [StateShape, StateShape];
  readonly selector: Selector | undefined;
}

class ExampleAgent implements ServedAgent {
  readonly #environment: AgentEnvironment;
  readonly #nodes = new Map<NodeName, NodeRecord>();
  readonly #nodeIds = new Map<Address, number>();
  /** What was made and is still there, as text: as long as nothing is deleted, and nobody else meddles. */
  readonly #made = new Set<string>();
  /** Something could not be made: the background sync tries again. */
  #isLacking = false;
  #foreignChanges = 0;
  /** The newest key. */
  #loaded: LoadedKey | undefined = undefined;
  readonly #replacedAt = new Map<number, Microseconds>();

  constructor(environment: AgentEnvironment) {
    this.#environment = environment;
  }

  *handle(input: AgentInput, now: Microseconds): ServedSteps<void> {
    switch (input.kind) {
      case 'start':
        return yield* this.#start(input.start, now);
      case 'keyFile':
        return yield* this.#keyFile(input.text, now);
      case 'nodeUpsert':
        return yield* this.#upsert(input.node);
      case 'nodeDelete':
        return yield* this.#forget(input.name);
      case 'endpointUpsert': {
        const keyId = input.keyId || (this.#loaded?.key.keyId ?? 0);
        yield { kind: 'endpointMapUpdate', address: input.address, keyId };
        return;
      }
      case 'endpointDelete':
        yield { kind: 'endpointMapDelete', address: input.address };
        return;
      case 'timer':
        return yield* input.timer === 'reclaim' ? this.#reclaim(now) : this.#backgroundSync();
    }
  }

  *#start(start: AgentStart, now: Microseconds): ServedSteps<void> {
    for (const [address, { nodeId }] of start.nodeMap) {
      if (nodeId !== 0) this.#nodeIds.set(address, nodeId);
    }
    for (const node of start.nodes) this.#nodes.set(node.name, node);
    const key = this.#read(start.keyFile);
    if (key === undefined) {
      yield { kind: 'exit', cause: 'failure', message: 'no usable key' };
      return;
    }
    for (const node of start.checkpoint) {
      if (!this.#nodes.has(node.name)) yield* this.#remove(node);
    }
    yield* this.#load(key, now);
    yield* this.#adopt(now);
    yield this.#nextSync();
  }

  /** What another process left counts as replaced from here on. */
  *#adopt(now: Microseconds): ServedSteps<void> {
    const { states = [] } = yield { kind: 'xfrmStateList' };
    for (const { spi } of states) yield* this.#giveUp(spi, now);
  }

  /** The key goes when all nodes have had time to replace it. */
  *#giveUp(keyId: number, now: Microseconds): ServedSteps<void> {
    if (keyId === this.#loaded?.key.keyId || this.#replacedAt.has(keyId)) return;
    this.#replacedAt.set(keyId, now);
    const after = this.#environment.settings.rotationDuration;
    yield { kind: 'setTimer', timer: 'reclaim', after };
  }

  /** What is wrong with a file is wrong with all of it: then the key in use stays. */
  #read(text = ''): IpsecKey | undefined {
    const loaded = this.#loaded?.key;
    const { applied, error } = loadKeyFile(text, { rules: secretRules[release], loaded });
    return error === undefined ? applied.at(-1) : undefined;
  }

  *#keyFile(text: string | undefined, now: Microseconds): ServedSteps<void> {
    if (!this.#environment.settings.keyWatcher) return;
    const key = this.#read(text);
    if (key !== undefined) yield* this.#load(key, now);
    else yield { kind: 'log', level: 'error', message: 'refused the key file' };
  }

  /** Receive everywhere, then announce, then send: a key is announced when it is installed. */
  *#load(key: IpsecKey, now: Microseconds): ServedSteps<void> {
    const { keyId } = key;
    const before = this.#loaded?.key.keyId;
    this.#replacedAt.delete(keyId);
    this.#loaded = makeLoadedKey(key, this.#environment.keyRing);
    if (before !== undefined) yield* this.#giveUp(before, now);
    yield { kind: 'keyLoaded', keyId };
    yield* this.#programAll();
    yield { kind: 'allNodesValidated', keyId };
    yield [
      { kind: 'publish', keyId },
      { kind: 'encryptMapUpdate', keyId },
    ];
  }

  /** Deletes what was replaced a rotation duration ago. */
  *#reclaim(now: Microseconds): ServedSteps<void> {
    const { rotationDuration } = this.#environment.settings;
    const due = new Set<number>();
    for (const [keyId, since] of this.#replacedAt) {
      if (now - since >= rotationDuration) due.add(keyId);
    }
    if (due.size === 0) return;
    const isGone = yield* this.#delete({
      states: ({ spi }) => due.has(spi),
      policies: ({ direction, mark }) => direction === 'out' && due.has(keyIdOfMark(mark.value)),
    });
    if (isGone) for (const keyId of due) this.#replacedAt.delete(keyId);
    else yield { kind: 'setTimer', timer: 'reclaim', after: minute };
  }

  /** As often as Cilium goes through all nodes. */
  #nextSync(): Operation {
    const after = backgroundSyncInterval(this.#nodes.size + 1);
    return { kind: 'setTimer', timer: 'backgroundSync', after };
  }

  *#backgroundSync(): ServedSteps<void> {
    yield this.#nextSync();
    const changes = this.#environment.foreignChanges();
    const isMeddledWith = changes !== this.#foreignChanges;
    this.#foreignChanges = changes;
    if (isMeddledWith) this.#made.clear();
    if (isMeddledWith || this.#isLacking) yield* this.#programAll();
  }

  // --- remote nodes

  *#upsert(node: NodeRecord): ServedSteps<void> {
    const before = this.#nodes.get(node.name);
    this.#nodes.set(node.name, node);
    // States with the keys of an earlier boot are in the way, and are replaced.
    if (before !== undefined && before.bootId !== node.bootId) this.#made.clear();
    const kept = new Set(nodeAddresses(node));
    for (const address of before === undefined ? [] : nodeAddresses(before)) {
      if (!kept.has(address)) yield* this.#unmap(address);
    }
    yield* this.#program([node]);
  }

  *#forget(name: NodeName): ServedSteps<void> {
    const node = this.#nodes.get(name);
    this.#nodes.delete(name);
    if (node !== undefined) yield* this.#remove(node);
  }

  /** What it has left: addresses of a node that is gone may be another's by now. */
  *#remove(node: NodeRecord): ServedSteps<void> {
    const others = new Set([...this.#nodes.values()].flatMap(nodeAddresses));
    const addresses = nodeAddresses(node).filter((address) => !others.has(address));
    if (addresses.length === 0) return;
    const ids = new Set(addresses.map((address) => this.#nodeIds.get(address)));
    yield* this.#delete({
      states: ({ markValue }) => ids.has(nodeIdOfMark(markValue)),
      policies: ({ mark }) => ids.has(nodeIdOfMark(mark.value)),
    });
    for (const address of addresses) yield* this.#unmap(address);
  }

  /** Answers whether all of them could be deleted. */
  *#delete(which: Which): ServedSteps<boolean> {
    this.#made.clear();
    const { answers = [] } = yield [{ kind: 'xfrmStateList' }, { kind: 'xfrmPolicyList' }];
    const [{ states = [] } = {}, { policies = [] } = {}] = answers;
    const { errno } = yield [
      ...[...states]
        .filter(which.states)
        .map((state): Operation => ({ kind: 'xfrmStateDelete', state })),
      ...[...policies]
        .filter(which.policies)
        .map((policy): Operation => ({ kind: 'xfrmPolicyDelete', policy })),
    ];
    return errno === 'ok';
  }

  *#programAll(): ServedSteps<void> {
    this.#isLacking = false;
    yield* this.#program([...this.#nodes.values()]);
  }

  /** Brings about all that these remote nodes need, and is not there yet. */
  *#program(nodes: readonly NodeRecord[]): ServedSteps<void> {
    const missing = new Map<string, Operation>();
    for (const node of nodes) {
      const nodeId = yield* this.#identify(node);
      for (const operation of this.#operationsFor(node, nodeId)) {
        const content = contentOf(operation);
        if (!this.#made.has(content)) missing.set(content, operation);
      }
    }
    const { answers = [] } = yield [...missing.values()];
    for (const [index, [content, operation]] of [...missing].entries()) {
      const { errno } = answers[index] ?? { errno: 'ok' };
      const isMade = errno === 'ok' || (yield* bringAbout(operation, errno));
      if (isMade) this.#made.add(content);
      else this.#isLacking = true;
    }
  }

  #operationsFor(node: NodeRecord, nodeId: number): readonly Operation[] {
    const map = nodeAddresses(node).map((address): Operation => ({
      kind: 'nodeMapUpdate',
      address,
      nodeId,
      keyId: node.keyId,
    }));
    const loaded = this.#loaded;
    const bootId = checkBootId(node.bootId, secretRules[release]);
    if (loaded === undefined || bootId.kind !== 'usable') return map;
    const wanted = this.#environment.settings.families.flatMap((family) =>
      this.#wanted(loaded, { node, nodeId, family }),
    );
    return [
      ...map,
      ...wanted.map((object): Operation =>
        'shape' in object
          ? { kind: 'xfrmStateAdd', state: object }
          : { kind: 'xfrmPolicyUpdate', policy: object },
      ),
    ];
  }

  /** In the order in which they must be there: nothing leaves unencrypted, nothing is led into a void. */
  #wanted(loaded: LoadedKey, of: PeerFamily): readonly (StateConfig | PolicyConfig)[] {
    const { local, settings } = this.#environment;
    const { node, family } = of;
    const { shapes } = loaded;
    const here = local.ciliumInternalIp[family];
    const there = node.ciliumInternalIp[family];
    const [hereHost, thereHost] = [local.internalIp[4], node.internalIp[4]];
    const pods = node.podCidr[family];
    const isEncapsulated = settings.routing === 'tunnel' && family === 4;
    return [
      defaultDropPolicies[family],
      ...(here === undefined || there === undefined
        ? []
        : [
            ...this.#tunnel(loaded, of, {
              here,
              there,
              shapes: [shapes.output, shapes.input],
              selector: pods === undefined ? undefined : toward(pods),
            }),
            forwardPolicy(family, here, 0),
            wildcardInputPolicies[family],
          ]),
      // VXLAN itself is encrypted, too.
      ...(!isEncapsulated || hereHost === undefined || thereHost === undefined
        ? []
        : this.#tunnel(loaded, of, {
            here: hereHost,
            there: thereHost,
            shapes: [shapes.overlayOutput, shapes.overlayInput],
            selector: {
              source: { address: hereHost, length: 32 },
              destination: { address: thereHost, length: 32 },
            },
          })),
    ];
  }

  /** Both directions between two addresses, and what leads into the outgoing one. */
  #tunnel(
    { psk, key: { keyId } }: LoadedKey,
    { node, nodeId }: PeerFamily,
    { here, there, shapes: [output, input], selector }: TunnelParts,
  ): readonly (StateConfig | PolicyConfig)[] {
    const { keyRing, local } = this.#environment;
    const [ownBootId, peerBootId] = [keyRing.bootId(local.bootId), keyRing.bootId(node.bootId)];
    const out = { source: here, destination: there };
    const into = { source: there, destination: here };
    const outIds = { sourceBootId: ownBootId, destinationBootId: peerBootId };
    const inIds = { sourceBootId: peerBootId, destinationBootId: ownBootId };
    const outKey = keyRing.tunnelKey({ psk, ...out, ...outIds });
    const inKey = keyRing.tunnelKey({ psk, ...into, ...inIds });
    const { reqid } = output;
    return [
      outputState({ shape: output, tunnel: out, nodeId, keyId, key: outKey }),
      ...(selector === undefined
        ? []
        : [outputPolicy({ tunnel: out, selector, nodeId, keyId, reqid })]),
      inputState({ shape: input, tunnel: into, nodeId, keyId, key: inKey }),
    ];
  }

  /** Gives the node an ID of its own. */
  *#identify(node: NodeRecord): ServedSteps<number> {
    const addresses = nodeAddresses(node);
    const known = new Set(addresses.map((address) => this.#nodeIds.get(address)));
    known.delete(undefined);
    if (known.size > 1) {
      for (const address of addresses) yield* this.#unmap(address);
      known.clear();
    }
    const [nodeId = this.#freeId()] = known;
    for (const address of addresses) this.#nodeIds.set(address, nodeId);
    return nodeId;
  }

  #freeId(): number {
    const taken = new Set(this.#nodeIds.values());
    let id = 1;
    while (taken.has(id)) id += 1;
    return id;
  }

  *#unmap(address: Address): ServedSteps<void> {
    if (!this.#nodeIds.delete(address)) return;
    this.#made.clear();
    yield { kind: 'nodeMapDelete', address };
  }
}

/** All in which one thing that this agent makes can differ from another. */
function contentOf(operation: Operation): string {
  switch (operation.kind) {
    case 'nodeMapUpdate':
      return `${operation.address.text} ${operation.nodeId} ${operation.keyId}`;
    case 'xfrmStateAdd': {
      const { shape, source, destination, spi, markValue, key } = operation.state;
      return `${source.text} ${destination.text} ${spi} ${markValue} ${key} ${shape.reqid}`;
    }
    case 'xfrmPolicyUpdate': {
      const { direction, selector, mark, templates } = operation.policy;
      const [from, to] = [prefixText(selector.source), prefixText(selector.destination)];
      return `${direction} ${from} ${to} ${mark.value} ${templates[0]?.destination?.text ?? ''}`;
    }
    default:
      return JSON.stringify(operation);
  }
}

function prefixText({ address, length }: Prefix): string {
  return `${address.text}/${length}`;
}

/** Goes on with what failed at first: answers whether it could be done in the end. */
function* bringAbout(operation: Operation, first: Errno): ServedSteps<boolean> {
  let errno = first;
  for (let tried = 1; tried < tries; tried += 1) {
    if (errno === 'EEXIST' && operation.kind === 'xfrmStateAdd') {
      if (yield* makeWay(operation.state)) return true;
    } else if (errno !== 'ENOMEM') {
      return errno === 'ok';
    }
    ({ errno } = yield operation);
  }
  return errno === 'ok';
}

/** Deletes what is where a state is to be. Answers whether it is that very state. */
function* makeWay({
  source,
  destination,
  spi,
  markValue,
  shape,
  key,
}: StateConfig): ServedSteps<boolean> {
  const mark = { value: markValue, mask: shape.markMask };
  const found = yield { kind: 'xfrmStateFind', source, destination, spi, mark };
  if (found.state?.key === key) return true;
  if (found.state !== undefined) {
    yield { kind: 'xfrmStateDelete', state: found.state };
    return false;
  }
  const { states = [] } = yield { kind: 'xfrmStateList' };
  for (const other of states) {
    const isInTheWay =
      other.destination === destination && other.spi === spi && other.markValue === markValue;
    if (isInTheWay) yield { kind: 'xfrmStateDelete', state: other };
  }
  return false;
}

serveStdio({
  name: 'example.ts',
  version: '1.0.0',
  release,
  oneAtATime: true,
  make: (environment) => new ExampleAgent(environment),
});
