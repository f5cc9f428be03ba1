import { expect } from 'vitest';
import { address, prefix } from '../../address.ts';
import { assert } from '../../assert.ts';
import { millisecond, type Microseconds } from '../../time.ts';
import { xfrmCounters } from '../counters.ts';
import type { Errno } from '../errno.ts';
import type { InnerPacket } from '../packet.ts';
import { newSa, options, pol, runIpXfrm } from './commands.ts';
import { errnoNumber, errnoText } from './errno-text.ts';
import { KeyNames } from './key-names.ts';
import { fragmentCount, Namespace, type Transmitted } from './namespace.ts';
import { compareListing } from './state-listing.ts';
import type { Vector, VectorStep } from './vector.ts';
import { packetOf } from './wire.ts';

const udp = 17;
const udpOverIp = 28;

/** Replays one vector on the model and compares every answer with the kernel's. */
export function runVector(vector: Vector): void {
  const run = new VectorRun();
  vector.steps.forEach((step, index) => {
    run.step(step, `${vector.id}, step ${index}: ${JSON.stringify(step).slice(0, 200)}`);
  });
}

class VectorRun {
  readonly #host = new Namespace();
  readonly #keys = new KeyNames();
  #counted = new Map<string, number>();
  #connected = '';
  #acquireSeconds = 30;
  #at = '';

  /** Each step takes a millisecond, so that timers that fire at once have fired. */
  step(step: VectorStep, at: string): void {
    this.#at = at;
    this.#pass(millisecond);
    if (step.ip !== undefined) this.#ip(step.ip);
    else if (step.shell !== undefined) this.#shell(step.shell);
    else if (step.harness !== undefined) this.#harness(step.harness, step.got);
    else if (step.receive !== undefined) this.#receive(step.receive, step.device);
    else if (step.receiveBatch !== undefined) this.#receiveBatch(step.receiveBatch);
    else if (step.send !== undefined) this.#same(this.#send(step.send), step.got);
    else if (step.expect !== undefined) this.#expect(step.expect, step.got);
    else if (step.show !== undefined) this.#show(step.show, step.output ?? []);
    else assert(step.setup !== undefined, `unknown step ${at}`);
  }

  #pass(time: Microseconds): void {
    this.#host.now += time;
    this.#host.xfrm.advance(this.#host.now);
  }

  #same(model: unknown, kernel: unknown): void {
    expect(model, this.#at).toEqual(kernel);
  }

  #ip(command: string): void {
    const [subject, verb, first = ''] = command.split(' ');
    if (subject === 'xfrm') {
      this.#same(runIpXfrm(command, this.#host, this.#keys), 'ok');
    } else if (subject === 'addr' && verb === 'add') {
      const [text = ''] = first.split('/');
      this.#host.addresses.add(address(text));
      this.#host.routed.push(prefix(first));
    } else if (subject === 'route' && verb === 'add' && first !== 'unreachable') {
      this.#host.routed.push(prefix(first));
    }
    // `link set` and `route add unreachable` change nothing here; `rule add fwmark` (out19) is a
    // rule that must not apply, because the outer packet is routed without the mark.
  }

  #shell(command: string): void {
    const skbedit = /dev (\S+) ingress .*skbedit mark (\S+)/.exec(command);
    if (skbedit) this.#host.deviceMarks.set(skbedit[1] ?? '', Number(skbedit[2]));
    if (/echo 1 > \S*ip_forward/.test(command)) this.#host.forwards = true;
    if (/echo 0 > \S*disable_ipv6/.test(command)) this.#host.hasIpv6 = true;
    const expiry = /echo (\d+) > \S*xfrm_acq_expires/.exec(command);
    if (expiry) this.#acquireSeconds = Number(expiry[1]);
  }

  #receive(packet: NonNullable<VectorStep['receive']>, device = 'tun0'): void {
    this.#host.receive(packetOf(packet, this.#keys), device);
  }

  /** One batch in the kernel: no timer runs in between. */
  #receiveBatch(packets: NonNullable<VectorStep['receiveBatch']>): void {
    for (const packet of packets) this.#receive(packet);
  }

  /** `ADDRESS PORT BYTES [mark= count= df=]`: the answers of sendto, joined. */
  #send(command: string): string {
    const [to = '', port, octets, ...rest] = command.split(' ');
    const given = options(rest);
    const packet: InnerPacket = {
      ...this.#outgoing(to, udpOverIp + Number(octets)),
      destinationPort: Number(port),
      dontFragment: given.has('df') && given.get('df') !== 0,
    };
    return Array.from({ length: given.get('count') ?? 1 }, () => {
      this.#pass(millisecond);
      return errnoText[this.#host.send(packet, given.get('mark') ?? 0)];
    }).join(',');
  }

  #outgoing(to: string, length: number): InnerPacket {
    return { source: address('198.18.0.2'), destination: address(to), protocol: udp, length };
  }

  #harness(command: string, got: unknown): void {
    const [name = '', ...list] = command.split(' ');
    const { xfrm } = this.#host;
    const number = (errno: Errno): string => String(errnoNumber[errno]);
    switch (name) {
      case 'newsa':
        this.#same(number(xfrm.addState(newSa(list, this.#keys), this.#host.now)), got);
        return;
      case 'delsa':
        this.#same(number(xfrm.deleteState(identity(list))), got);
        return;
      case 'pol': {
        const [verb, ...rest] = list;
        const policy = pol(rest);
        this.#same(
          number(verb === 'add' ? xfrm.addPolicy(policy) : xfrm.deletePolicy(policy)),
          got,
        );
        return;
      }
      case 'newaeesn': {
        const [output, outputHigh, input, inputHigh] = list.slice(3).map(Number);
        const seed = { output, outputHigh, input, inputHigh } as Record<string, number>;
        this.#same(number(xfrm.replaceSequence(identity(list), seed)), got);
        return;
      }
      default:
        this.#circumstance(name, list, got);
    }
  }

  #circumstance(name: string, list: readonly string[], got: unknown): void {
    const { xfrm } = this.#host;
    switch (name) {
      case 'sleep':
        this.#pass(Number(list[0]) * millisecond);
        return;
      case 'acq':
        xfrm.setAcquireListener(true, this.#acquireSeconds);
        return;
      case 'expire':
        this.#same(String(errnoNumber[xfrm.deleteState(identity(list.slice(0, 2)))]), got);
        return;
      case 'setdefault':
        (['in', 'fwd', 'out'] as const).forEach((direction, index) => {
          xfrm.setDefaultAction(direction, list[index] === '1' ? 'block' : 'allow');
        });
        return;
      case 'rawlisten':
        this.#host.rawSockets += 1;
        return;
      case 'encap':
        this.#host.encapsulationSocket = true;
        return;
      case 'conn':
        this.#connected = list.slice(1).join(' ');
        return;
      case 'csend':
        this.#same(this.#send(`${this.#connected} ${list[1] ?? ''}`), got);
        return;
      case 'rawsend': {
        const [, to = '', length, df] = list;
        const packet = { ...this.#outgoing(to, Number(length)), dontFragment: df === '1' };
        this.#host.send(packet, 0);
        return;
      }
      default:
        // Devices are plain; events sent to an ACQUIRE listener are not part of the model.
        assert(['tun', 'acqread'].includes(name), `unknown harness command: ${this.#at}`);
    }
  }
  #expect(what: NonNullable<VectorStep['expect']>, got: unknown): void {
    if (what === 'counters') this.#same(this.#countedSince(), got);
    else if (what === 'delivered') this.#same(this.#host.delivered, got);
    else this.#same(describe(this.#host.transmitted, got), got);
    if (what === 'delivered') this.#host.delivered = 0;
    if (what === 'transmitted') this.#host.transmitted.length = 0;
  }

  #countedSince(): Record<string, number> {
    const before = this.#counted;
    this.#counted = new Map(xfrmCounters.map((name) => [name, this.#host.xfrm.counter(name)]));
    const changes = Array.from(this.#counted, ([name, value]): [string, number] => [
      name,
      value - (before.get(name) ?? 0),
    ]);
    return Object.fromEntries(changes.filter(([, change]) => change !== 0));
  }

  #show(command: string, output: readonly string[]): void {
    const { xfrm } = this.#host;
    if (/^ip xfrm (state|policy) (add|update|delete) /.test(command)) {
      this.#request(command, output);
    } else if (/^ip (-s )?xfrm state count/.test(command)) {
      const buckets = ` (buckets count ${xfrm.stateBuckets} Max 1048576)`;
      const detail = command.includes('-s') ? buckets : '';
      this.#same([`SAD count ${xfrm.stateCount}${detail}`], output);
    } else if (command === 'ip xfrm policy count') {
      const out = Array.from(xfrm.policies()).filter(({ direction }) => direction === 'out');
      this.#same([`SPD IN  0 OUT ${out.length} FWD 0`], output);
    } else if (/^ip (-[sd] )?xfrm state/.test(command)) {
      const states = Array.from(xfrm.states());
      const { kernel, model } = compareListing(output, states);
      this.#same(model, kernel);
      if (output.length === 0) this.#same(states.length, 0);
    } else {
      assert(/\/proc\/|^tc -s/.test(command), `unknown command: ${this.#at}`);
    }
  }

  /** A command whose refusal is part of the vector. */
  #request(command: string, output: readonly string[]): void {
    const [line = ''] = command.replace(' 2>&1', '').split(';');
    const errno = runIpXfrm(line.replace(/^ip /, ''), this.#host, this.#keys);
    const answer = /^RTNETLINK answers: (.*)$/.exec(output[0] ?? '');
    if (answer) this.#same(errnoText[errno], answer[1]);
    else this.#same(errno === 'ok', output.includes('rc=0'));
  }
}

function identity(list: readonly string[]): Parameters<Namespace['xfrm']['deleteState']>[0] {
  const [destination = '', spi] = list;
  const given = options(list);
  const mark = { value: given.get('mark') ?? 0, mask: given.get('mask') ?? 0 };
  return { destination: address(destination), spi: Number(spi), mark };
}

/** What left, in the notation that the vector uses at this step. */
function describe(transmitted: readonly Transmitted[], got: unknown): unknown {
  if (typeof got === 'number') return soleSpi(transmitted);
  const text = String(got);
  if (text.endsWith(' pkts')) return `${transmitted.length} pkts`;
  if (text.endsWith(' outer fragments')) return `${fragments(transmitted)} outer fragments`;
  if (text.startsWith('plain')) return soleSpi(transmitted) === 'plain' ? text : 'encrypted';
  if (text.startsWith('spi ')) return `spi ${soleSpi(transmitted)}`;
  if (text.startsWith('seq ')) return transmitted.map(withHigh).join(' then ').replace(/^/, 'seq ');
  // An IV is random, so the kernel's own stands in for the model's.
  const ivs = Array.from(text.matchAll(/iv=(\w+)/g), ([, iv]) => iv ?? '');
  return transmitted.map((packet, index) => inDetail(packet, ivs[index] ?? 'none')).join('; ');
}

function soleSpi(transmitted: readonly Transmitted[]): number | string {
  const [packet] = transmitted;
  if (packet === undefined || transmitted.length !== 1) return `${transmitted.length} packets`;
  return 'spi' in packet ? packet.spi : 'plain';
}

function fragments(transmitted: readonly Transmitted[]): number {
  return transmitted.reduce(
    (sum, packet) => sum + ('spi' in packet ? fragmentCount(packet) : 1),
    0,
  );
}

function withHigh(packet: Transmitted): string {
  return 'spi' in packet
    ? `${packet.sequence.toString(16)}/hi${packet.sequenceHigh ?? 'none'}`
    : 'plain';
}

function inDetail(packet: Transmitted, iv: string): string {
  if (!('spi' in packet)) return 'plain';
  const sequence = packet.sequence.toString(16);
  return `spi=${packet.spi} seq=${sequence} iv=${iv} inner=${packet.inner.length}`;
}
