import type { Address } from '../../../model/address.ts';
import { address, prefix } from '../../../model/address.ts';
import { assert, unreachable } from '../../../model/assert.ts';
import type { KeyRing } from '../../../model/secret/index.ts';
import { second } from '../../../model/time.ts';
import { type EspPacket, type KeyHandle, xfrmCounters } from '../../../model/xfrm/index.ts';
import { type Scenario, simulate } from '../../../sim/index.ts';
import { hostPrefix, KernelSpace } from '../kernel-space.ts';
import type { Machine } from '../machine.ts';
import * as requests from '../netlink/xfrm-requests.ts';
import { plainText } from '../plain-text.ts';
import { counterTexts, kernelStateText, modelStateText } from '../sequences/observation.ts';
import { readPacket } from '../wire/ip-packet.ts';
import type {
  RecordedDeed,
  RecordedEvent,
  RecordedKernel,
  RecordedReceive,
  RecordedSend,
} from './record.ts';
import { Recording } from './recording-xfrm.ts';

/** Where the kernel did not do what the model did. */
export interface ReplayDifference {
  readonly node: string;
  /** When in the scenario, and what was done; undefined: what was left at the end. */
  readonly at: number | undefined;
  readonly what: string;
  readonly model: string;
  readonly kernel: string;
}

export interface ReplayResult {
  /** States and policies added, changed and deleted. */
  readonly operations: number;
  readonly packets: number;
  readonly delivered: number;
  /** Kernels, each boot of a node counted. */
  readonly kernels: number;
  readonly differences: readonly ReplayDifference[];
  /** What the kernel could not be asked for; each kind once. */
  readonly exceptions: readonly string[];
  /** All counters of the real kernels, added up. */
  readonly counters: ReadonlyMap<string, number>;
}

/** Some day of 2023, at which the scenario's time is zero. */
const epoch = 1_700_000_000;
/** How many events travel before the answers are awaited. */
const batch = 400;
const mostDifferences = 20;
/** The shortest packets that a UDP socket can send. */
const shortest = { 4: 28, 6: 48 } as const;

/**
 * Runs a scenario on the model, and then all of its XFRM on a real kernel. Undefined, without asking
 * the kernel, if more than `mostPackets` are sent.
 */
export async function replayScenario(
  machine: Machine,
  scenario: Scenario,
  mostPackets = Number.POSITIVE_INFINITY,
): Promise<ReplayResult | undefined> {
  const recording = new Recording();
  let ring: KeyRing | undefined;
  const kernel = machine.profile;
  const clusters = scenario.clusters.map((cluster) => ({ ...cluster, kernel }));
  simulate(
    { ...scenario, clusters },
    {
      kernels: (profile, node) => recording.makeKernel(profile, node),
      keys: (keys) => {
        ring = keys;
      },
    },
  );
  const sent = recording.events.filter(({ deed }) => deed.kind === 'send').length;
  if (sent > mostPackets) return undefined;
  const replay = new Replay(machine, recording, (handle) => keyMaterial(ring as KeyRing, handle));
  return replay.run();
}

function keyMaterial(ring: KeyRing, handle: KeyHandle): requests.KeyMaterial {
  const [bytes, algorithm] = [ring.bytes(handle), ring.algorithm(handle)];
  if (bytes.kind === 'aead' && algorithm.kind === 'aead') return { ...bytes, name: algorithm.name };
  assert(bytes.kind === 'authCrypt' && algorithm.kind === 'authCrypt', 'a key as its algorithm');
  return { ...bytes, authName: algorithm.authName, cryptName: algorithm.cryptName };
}

/** With it a request for a state that is not there is as good as with any. */
const noShape = { replay: { kind: 'legacy', window: 0 }, reqid: 0 } as const;

class Replay {
  readonly #machine: Machine;
  readonly #recording: Recording;
  readonly #keyOf: (handle: KeyHandle) => requests.KeyMaterial;
  readonly #spaces = new Map<RecordedKernel, KernelSpace>();
  readonly #slots = new Map<EspPacket, number>();
  readonly #differences: ReplayDifference[] = [];
  readonly #exceptions = new Set<string>();
  readonly #counters = new Map<string, number>();
  readonly #pending: Promise<void>[] = [];
  #operations = 0;
  #packets = 0;
  #delivered = 0;
  #second = -1;

  constructor(
    machine: Machine,
    recording: Recording,
    keyOf: (handle: KeyHandle) => requests.KeyMaterial,
  ) {
    this.#machine = machine;
    this.#recording = recording;
    this.#keyOf = keyOf;
  }

  async run(): Promise<ReplayResult> {
    this.#openSpaces();
    for (const event of this.#recording.events) {
      this.#setClock(event);
      this.#perform(event);
      if (this.#pending.length >= batch) await this.#settle();
      if (this.#differences.length >= mostDifferences) break;
    }
    await this.#settle();
    for (const [kernel, space] of this.#spaces) {
      await this.#compareEnd(kernel, space);
      await space.close();
    }
    return {
      operations: this.#operations,
      packets: this.#packets,
      delivered: this.#delivered,
      kernels: this.#spaces.size,
      differences: this.#differences,
      exceptions: [...this.#exceptions],
      counters: this.#counters,
    };
  }

  /** A kernel has the addresses at which packets arrive or leave encrypted, and routes to everywhere. */
  #openSpaces(): void {
    const own = new Map<RecordedKernel, Set<Address>>();
    for (const { kernel, deed } of this.#recording.events) {
      const addresses = own.get(kernel) ?? new Set();
      own.set(kernel, addresses);
      // Linux routes an outer packet only from an address that is its own.
      if (deed.kind === 'send' && deed.result.kind === 'encrypted') {
        addresses.add(deed.result.packet.source);
      }
      if (deed.kind !== 'receive') continue;
      addresses.add(deed.packet.destination);
      if (deed.direction === 'in') addresses.add(deed.packet.inner.destination);
    }
    for (const [kernel, addresses] of own) {
      const layout = {
        addresses: [...defaultAddresses, ...addresses].map(hostPrefix),
        routes: [prefix('0.0.0.0/0'), prefix('::/0')],
        hasIpv6: true,
      };
      this.#spaces.set(kernel, KernelSpace.open(this.#machine, kernel.number, layout));
    }
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#pending.splice(0));
  }

  /** The kernel dates states by its clock. */
  #setClock({ at, kernel }: RecordedEvent): void {
    const now = Math.floor(at / second);
    if (now === this.#second) return;
    this.#second = now;
    this.#space(kernel).setClock(epoch + now);
  }

  #space(kernel: RecordedKernel): KernelSpace {
    return this.#spaces.get(kernel) as KernelSpace;
  }

  #perform(event: RecordedEvent): void {
    const { deed, kernel } = event;
    const space = this.#space(kernel);
    switch (deed.kind) {
      case 'send':
        this.#packets += 1;
        this.#pending.push(this.#send(event, space, deed));
        return;
      case 'receive':
        this.#pending.push(this.#receive(event, space, deed));
        return;
      case 'unsupported':
        this.#exceptions.add(`${deed.what} is not replayed`);
        return;
      default:
        this.#operations += 1;
        this.#pending.push(this.#request(event, space, deed));
    }
  }

  async #request(
    event: RecordedEvent,
    space: KernelSpace,
    deed: Exclude<RecordedDeed, { kind: 'send' | 'receive' | 'unsupported' }>,
  ): Promise<void> {
    const messages = this.#messages(deed);
    const answers = await Promise.all(messages.map((message) => space.xfrm(message)));
    if (!('answer' in deed) || answers[0] === undefined) return;
    this.#same(event, plainText(deed), deed.answer, answers[0]);
  }

  #messages(
    deed: Exclude<RecordedDeed, { kind: 'send' | 'receive' | 'unsupported' }>,
  ): readonly Buffer[] {
    switch (deed.kind) {
      case 'addState':
      case 'updateState': {
        const key = this.#keyOf(deed.state.key);
        return [
          deed.kind === 'addState'
            ? requests.addState(deed.state, key)
            : requests.updateState(deed.state, key),
        ];
      }
      case 'deleteState':
        return [requests.deleteState(deed.identity)];
      case 'replaceSequence':
        return [requests.replaceSequence(deed.identity, deed.shape ?? noShape, deed.seed)];
      case 'addPolicy':
        return [requests.addPolicy(deed.policy)];
      case 'upsertPolicy':
        return [requests.upsertPolicy(deed.policy)];
      case 'deletePolicy':
        return [requests.deletePolicy(deed.identity)];
      case 'setDefaults':
        return [requests.setDefaults(deed.blocked)];
      case 'flush':
        return [requests.flushStates(), requests.flushPolicies()];
      default:
        return unreachable(deed);
    }
  }

  async #send(event: RecordedEvent, space: KernelSpace, deed: RecordedSend): Promise<void> {
    const { packet, mark, result } = deed;
    const slot = this.#slots.size;
    if (result.kind === 'encrypted') this.#slots.set(result.packet, slot);
    const length = Math.max(packet.length, shortest[packet.destination.family]);
    const answered = space.send({ ...packet, length }, mark);
    const captured = space.capture(slot);
    const [answer, seen] = await Promise.all([answered, captured]);
    const text = `${packet.source.text} sends to ${packet.destination.text} with mark 0x${mark.toString(16)}`;
    this.#same(event, text, sentInModel(deed), sentInKernel(answer, seen?.head));
  }

  async #receive(event: RecordedEvent, space: KernelSpace, deed: RecordedReceive): Promise<void> {
    const { packet, mark, accepted } = deed;
    const slot = this.#slots.get(packet);
    if (slot === undefined) {
      this.#exceptions.add('packets that no kernel of the run has sent are not replayed');
      return;
    }
    space.receiveSlot(slot, mark);
    space.settle({ timers: false });
    const { delivered, transmitted } = await space.drain();
    const isIn = delivered + transmitted.length > 0;
    if (isIn) this.#delivered += 1;
    const text = `receives number ${packet.sequence} of SPI ${packet.spi} from ${packet.source.text} with mark 0x${mark.toString(16)}`;
    this.#same(event, text, accepted ? 'accepted' : 'dropped', isIn ? 'accepted' : 'dropped');
  }

  async #compareEnd(kernel: RecordedKernel, space: KernelSpace): Promise<void> {
    const { counters, states } = await space.report();
    const { xfrm, profile, races, node } = kernel;
    const own = xfrmCounters.map((name) => xfrm.counter(name) - (races.get(name) ?? 0));
    for (const name of races.keys()) {
      this.#exceptions.add(`${name} of a race or a lack of memory: the scenario decides about it`);
    }
    xfrmCounters.forEach((name, index) => {
      const value = counters[index] ?? 0;
      if (value > 0) this.#counters.set(name, (this.#counters.get(name) ?? 0) + value);
    });
    const at = { node, at: undefined };
    const model = counterTexts(own, profile).join(' ');
    const real = counterTexts(counters, profile).join(' ');
    if (model !== real) {
      this.#differences.push({ ...at, what: 'counters', model, kernel: real });
    }
    const modelStates = Array.from(xfrm.states(), modelStateText).sort();
    const kernelStates = states.map(kernelStateText).sort();
    const odd = modelStates.filter((text) => !kernelStates.includes(text));
    const other = kernelStates.filter((text) => !modelStates.includes(text));
    for (let i = 0; i < Math.max(odd.length, other.length) && i < 3; i += 1) {
      const sides = { model: odd[i] ?? 'none', kernel: other[i] ?? 'none' };
      this.#differences.push({ ...at, what: 'a state at the end', ...sides });
    }
  }

  #same({ at, kernel }: RecordedEvent, what: string, model: string, real: string): void {
    if (model === real) return;
    this.#differences.push({ node: kernel.node, at, what, model, kernel: real });
  }
}

/** For the sources of ICMP and of nothing else: each family wants an address. */
const defaultAddresses = [address('198.18.0.2'), address('fd00:18::2')];

function sentInModel({ packet, result }: RecordedSend): string {
  switch (result.kind) {
    case 'clear':
      return `leaves in clear for ${packet.destination.text}`;
    case 'dropped':
      return `dropped, ${result.errno}`;
    case 'encrypted': {
      const { destination, spi, sequence } = result.packet;
      return `leaves as number ${sequence} of SPI ${spi} for ${destination.text}`;
    }
    default:
      return unreachable(result);
  }
}

function sentInKernel(answer: string, head: Buffer | undefined): string {
  if (head === undefined) return `dropped, ${answer}`;
  const { destination, protocol, payload } = readPacket(head);
  if (protocol !== 50) return `leaves in clear for ${destination.text}`;
  const [spi, sequence] = [payload.readUInt32BE(0), payload.readUInt32BE(4)];
  return `leaves as number ${sequence} of SPI ${spi} for ${destination.text}`;
}
