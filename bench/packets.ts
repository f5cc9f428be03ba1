import { address, type Address } from '../model/address.ts';
import { assert } from '../model/assert.ts';
import {
  CiliumAgent,
  agentProfiles,
  type NodeRecord,
  type Operation,
  type OperationResult,
} from '../model/agent/index.ts';
import { DatapathMaps, decideEgress, ingressMark } from '../model/datapath/index.ts';
import { KeyRing } from '../model/secret/index.ts';
import { minute } from '../model/time.ts';
import { type InnerPacket, kernelProfiles, Xfrm } from '../model/xfrm/index.ts';
import { planNodes } from '../sim/index.ts';
import { type Benchmark, medianSeconds } from './harness.ts';

const packets = 300_000;
/** Packets per second through both ends that one core must reach. */
const leastRate = 1_000_000;

/** A kernel and maps, with one agent that has installed everything for all others. */
interface End {
  readonly xfrm: Xfrm;
  readonly maps: DatapathMaps;
}

/** A packet through the sender's datapath and XFRM, and the receiver's: eBPF maps, lookups, replay window, policies. */
export const packetBenchmarks: readonly Benchmark[] = [10, 1000].map((peers) => ({
  name: `packets through both ends, ${peers} peers each`,
  run: () => {
    const send = sender(peers);
    const rate = packets / medianSeconds(send);
    return {
      value: rate,
      unit: 'packets/s',
      bar: { text: `at least ${leastRate.toLocaleString('en')}`, holds: rate >= leastRate },
    };
  },
}));

/** One hub sends to each of its peers in turn; each peer is a kernel of its own. */
function sender(peers: number): () => void {
  const records = recordsOf(peers + 1);
  const ring = new KeyRing();
  const [hubRecord, ...others] = records as [NodeRecord, ...NodeRecord[]];
  const hub = endOf(hubRecord, others, ring);
  // All peers but a handful would only repeat what the first ones do, and hold millions of states.
  const receivers = others.slice(0, 10).map((record) => ({
    record,
    end: endOf(
      record,
      records.filter((other) => other !== record),
      ring,
    ),
  }));
  return () => {
    for (let sent = 0; sent < packets; sent += 1) {
      const receiver = receivers[sent % receivers.length];
      if (receiver !== undefined) sendOne(hub, hubRecord, receiver.end, receiver.record);
    }
  };
}

const { datapath } = agentProfiles['cilium-1.18'];

function sendOne(from: End, source: NodeRecord, to: End, destination: NodeRecord): void {
  const packet = packetBetween(source, destination);
  const tunnelEndpoint = defined4(destination.internalIp);
  const decision = decideEgress(from.maps, datapath, {
    address: packet.destination,
    tunnelEndpoint,
  });
  assert(decision.kind === 'encrypt', 'not encrypted');
  const output = from.xfrm.output(packet, decision.mark, 0);
  assert(output.kind === 'encrypted', 'dropped at the sender');
  const mark = ingressMark(to.maps, output.packet.source);
  assert(mark !== undefined, 'unknown sender');
  const input = to.xfrm.input(output.packet, mark, 0);
  assert(input.kind === 'decrypted', 'dropped at the receiver');
  const refused = to.xfrm.checkPolicy('fwd', input.inner, input.mark, input.secpath);
  assert(refused === undefined, 'refused by policy');
}

const packetsByPair = new Map<NodeRecord, Map<NodeRecord, InnerPacket>>();

function packetBetween(source: NodeRecord, destination: NodeRecord): InnerPacket {
  const bySource = packetsByPair.get(source) ?? new Map<NodeRecord, InnerPacket>();
  packetsByPair.set(source, bySource);
  const known = bySource.get(destination);
  if (known !== undefined) return known;
  const packet = {
    source: podOf(source),
    destination: podOf(destination),
    protocol: 1,
    length: 84,
  };
  bySource.set(destination, packet);
  return packet;
}

function podOf(node: NodeRecord): Address {
  const network = node.podCidr[4];
  assert(network !== undefined, 'no pod CIDR');
  return address(network.address.text.replace(/\.0$/, '.10'));
}

function recordsOf(count: number): readonly NodeRecord[] {
  const plans = planNodes({ firstNumber: 257, count, families: [4], namePrefix: 'n' });
  return plans.map((plan, index) => ({
    name: `bench/${plan.name}` as NodeRecord['name'],
    internalIp: plan.internalIp,
    ciliumInternalIp: plan.ciliumInternalIp,
    podCidr: plan.podCidr,
    bootId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    keyId: 3,
  }));
}

function endOf(local: NodeRecord, nodes: readonly NodeRecord[], keyRing: KeyRing): End {
  const end: End = { xfrm: new Xfrm(kernelProfiles['6.1']), maps: new DatapathMaps() };
  let nextNodeId = 0;
  const agent = new CiliumAgent({
    profile: agentProfiles['cilium-1.18'],
    settings: {
      rotationDuration: 5 * minute,
      keyWatcher: true,
      families: [4],
      routing: 'native',
      reclaimInterval: minute,
    },
    local,
    keyRing,
    random: { nodeId: () => (nextNodeId += 1), mapOrder: () => 0 },
    foreignChanges: () => 0,
    answerNow: () => undefined,
  });
  const start = {
    keyFile: `3+ rfc4106(gcm(aes)) ${'01'.repeat(20)} 128\n`,
    nodes,
    checkpoint: [],
    nodeMap: new Map(),
    firstReclaimAfter: minute,
  };
  const operations = agent.handle({ kind: 'start', start }, 0);
  let step = operations.next();
  while (step.done !== true) step = operations.next(perform(end, step.value));
  return end;
}

function perform({ xfrm, maps }: End, operation: Operation): OperationResult {
  switch (operation.kind) {
    case 'xfrmStateFind':
      return { errno: 'ok', state: xfrm.findState(operation) };
    case 'xfrmStateAdd':
      return { errno: xfrm.addState(operation.state, 0) };
    case 'xfrmPolicyUpdate':
      return { errno: xfrm.upsertPolicy(operation.policy) };
    case 'nodeMapUpdate':
      maps.nodes.set(operation.address, operation);
      break;
    case 'encryptMapUpdate':
      maps.encryptKeyId = operation.keyId;
      break;
    default:
  }
  return { errno: 'ok' };
}

function defined4(addresses: NodeRecord['internalIp']): Address {
  const found = addresses[4];
  assert(found !== undefined, 'no IPv4 address');
  return found;
}
