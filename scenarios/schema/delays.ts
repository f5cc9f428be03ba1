import { z } from 'zod';
import { delay, duration, filledList, flag, mapping, nodes, outOfRange, period } from './field.ts';

/** Each delay that may differ by node or link, with its meaning. */
const meanings = {
  secretSync:
    'From the write of the secret at the API server to the new file in the pod of an agent, per node and write.',
  load: 'From the new file to the agent reading it.',
  install: 'For each XFRM state that an agent adds.',
  publish: 'From an agent changing its node record to the record in the registry.',
  watch: 'From the registry to one agent that watches it.',
  mesh: "From the registry of one cluster to what another cluster's agents watch.",
  latency: 'A packet in flight.',
} as const;

/** The delays that have a far end: the one watched, or the receiver. */
const linkDelays: readonly string[] = ['watch', 'mesh', 'latency'];

const overrideSchema = mapping('Delays that differ on some nodes or links.', {
  nodes: nodes(
    'Whose delay: the node that loads, installs, publishes or watches; the sender for latency.',
  ).prefault('all'),
  from: nodes(
    'The far end, for watch, mesh and latency: the node watched, or the receiver of the packet.',
  ).optional(),
  secretSync: delay(meanings.secretSync).optional(),
  load: delay(meanings.load).optional(),
  install: delay(meanings.install).optional(),
  publish: delay(meanings.publish).optional(),
  watch: delay(meanings.watch).optional(),
  mesh: delay(meanings.mesh).optional(),
  latency: delay(meanings.latency).optional(),
}).check((context) => {
  if (context.issues.length > 0) return; // A misspelt delay is no missing one.
  const given = Object.keys(meanings).filter((name) => Object.hasOwn(context.value, name));
  const ofOneNode = given.filter((name) => !linkDelays.includes(name));
  if (given.length === 0) {
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'the override sets no delay',
      params: {
        code: 'MISSING_KEY',
        expected: `at least one of: ${Object.keys(meanings).join(', ')}`,
        hint: '',
      },
    });
  }
  if (context.value.from !== undefined && ofOneNode.length > 0) {
    context.issues.push({
      code: 'custom',
      input: context.value,
      path: ['from'],
      message: `the delay ${ofOneNode.join(', ')} has no far end, so "from" says nothing`,
      params: {
        code: 'MISPLACED_KEY',
        expected: `"from" only with: ${linkDelays.join(', ')}`,
        hint: 'write two overrides, one with "from" and one without',
      },
    });
  }
});

export const delaysSchema = mapping(
  'How long things take. Defaults are assumptions, but for the minute of secretSync and of reclaimInterval.',
  {
    secretSync: delay(
      `${meanings.secretSync} Default: within 1 minute, as Cilium's documentation says of its agents.`,
    ).prefault('uniform(0s, 60s)'),
    load: delay(meanings.load).prefault('100ms'),
    install: delay(meanings.install).prefault('200us'),
    publish: delay(meanings.publish).prefault('100ms'),
    watch: delay(meanings.watch).prefault('uniform(10ms, 200ms)'),
    mesh: delay(meanings.mesh).prefault('1s'),
    latency: delay(meanings.latency).prefault('1ms'),
    reclaimInterval: period(
      'How often an agent looks for old keys to remove. Cilium: 1m (pkg/datapath/linux/ipsec, stale-key-reclaimer).',
    ).prefault('1m'),
    at: filledList('Exceptions, by node or link; later ones win.', overrideSchema).optional(),
  },
);

export const trafficSchema = mapping('Probes from each pod of some nodes to each pod of others.', {
  from: nodes('The senders. Default: all.').prefault('all'),
  to: nodes('The receivers. Default: all. A pair on one node is left out.').prefault('all'),
  every: period('The time from one probe of a pair to its next.').prefault('1s'),
  families: filledList(
    'The IP families of the probes. Default: all that every cluster has.',
    z.enum(['ipv4', 'ipv6'], { error: 'one of: ipv4, ipv6' }),
  ).optional(),
  startsAt: duration('When the probes start.').prefault('0s'),
  toGone: flag(
    'Whether pods go on to send to those of a node that has left. Default: false.',
  ).optional(),
  stopsAt: period('When the probes stop. Default: with the run.').optional(),
}).refine((traffic) => traffic.stopsAt === undefined || traffic.stopsAt > traffic.startsAt, {
  path: ['stopsAt'],
  error: 'an instant after startsAt',
  params: outOfRange('the traffic stops before it starts', 'an instant after startsAt'),
});
