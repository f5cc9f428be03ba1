import type { z } from 'zod';
import type { Operation } from '../../model/agent/index.ts';
import type { Errno } from '../../model/xfrm/index.ts';
import { exactlyOne, exactlyOneSchema } from './choice.ts';
import { cluster, count, duration, mapping, nodes, oneNode, period, text, word } from './field.ts';

/** Operations that no node refuses: they only tell, or set an alarm. */
type Infallible = 'setTimer' | 'keyLoaded' | 'allNodesValidated' | 'log' | 'exit';

/** The operations that can fail. The compiler proves that none is left out. */
const fallibleOperations: Readonly<Record<Exclude<Operation['kind'], Infallible>, true>> = {
  xfrmStateAdd: true,
  xfrmStateUpdate: true,
  xfrmStateDelete: true,
  xfrmStateFind: true,
  xfrmStateList: true,
  xfrmPolicyUpdate: true,
  xfrmPolicyDelete: true,
  xfrmPolicyList: true,
  nodeMapUpdate: true,
  nodeMapDelete: true,
  encryptMapUpdate: true,
  endpointMapUpdate: true,
  endpointMapDelete: true,
  publish: true,
};

const errnos: Readonly<Record<Exclude<Errno, 'ok'>, true>> = {
  EPERM: true,
  ENOENT: true,
  ESRCH: true,
  EAGAIN: true,
  ENOMEM: true,
  EEXIST: true,
  EINVAL: true,
  ENOSPC: true,
  ENOSYS: true,
  EMSGSIZE: true,
  EOVERFLOW: true,
  ENOBUFS: true,
  ENETUNREACH: true,
  EHOSTUNREACH: true,
};

function keysOf<Key extends string>(record: Readonly<Record<Key, true>>): [Key, ...Key[]] {
  return Object.keys(record) as [Key, ...Key[]];
}

const linkShape = {
  secret: nodes('From the API server to the kubelets of these nodes.')
    .transform((selector) => ({ kind: 'secret' as const, nodes: selector }))
    .optional(),
  publish: nodes('From these nodes to their registry.')
    .transform((selector) => ({ kind: 'publish' as const, nodes: selector }))
    .optional(),
  watch: nodes('From the registry to these nodes.')
    .transform((selector) => ({ kind: 'watch' as const, nodes: selector }))
    .optional(),
  mesh: mapping("From one cluster's registry to another cluster.", {
    from: cluster('The cluster whose registry is watched.'),
    to: cluster('The cluster that watches.'),
  })
    .transform((mesh) => ({ kind: 'mesh' as const, ...mesh }))
    .optional(),
  network: mapping('Packets from some nodes to others, one way.', {
    from: nodes('The senders.'),
    to: nodes('The receivers.'),
  })
    .transform((network) => ({ kind: 'network' as const, ...network }))
    .optional(),
};

const linkNames = Object.keys(linkShape);

const linkSchema = mapping('What is cut or slowed down: exactly one of the keys.', linkShape)
  .meta(exactlyOneSchema(linkNames))
  .check(exactlyOne('the link', linkNames));

const where = 'The nodes that it happens to.';
const downtime = duration('From the stop to the start.');
const lasting = period('How long it lasts.');

function kinded<const Kind extends string>(kind: Kind) {
  return <Value extends object>(value: Value) => ({ kind, ...value });
}

/** The faults, a key for each. Every one of them is also a step of a procedure. */
export const faultShape = {
  reboot: mapping('Nodes reboot: XFRM states and eBPF maps are gone, the boot ID is new.', {
    nodes: nodes(where),
    downtime,
  })
    .transform(kinded('reboot'))
    .optional(),
  restartAgent: mapping('Agents stop cleanly and start again; the kernel keeps what it has.', {
    nodes: nodes(where),
    downtime,
  })
    .transform(kinded('restartAgent'))
    .optional(),
  crashAgent: mapping('Agents die, without a last checkpoint of the nodes they know, and start.', {
    nodes: nodes(where),
    downtime,
  })
    .transform(kinded('crashAgent'))
    .optional(),
  pauseAgent: mapping('Agents stand still; the kernel goes on.', {
    nodes: nodes(where),
    duration: lasting,
  })
    .transform(kinded('pauseAgent'))
    .optional(),
  slowNode: mapping('Every operation of the agents takes longer.', {
    nodes: nodes(where),
    factor: count('How many times as long.', 2, 1_000_000),
    duration: lasting,
  })
    .transform(kinded('slowNode'))
    .optional(),
  partition: mapping('A link is cut; what would have gone over it waits, or is lost if a packet.', {
    link: linkSchema,
    duration: lasting,
  })
    .transform(kinded('partition'))
    .optional(),
  delayLink: mapping('A link takes longer.', {
    link: linkSchema,
    extra: period('What is added to each delay.'),
    duration: lasting,
  })
    .transform(kinded('delayLink'))
    .optional(),
  join: mapping('Nodes that were absent join.', { nodes: nodes(where) })
    .transform(kinded('join'))
    .optional(),
  leave: mapping('Nodes are removed from their cluster.', { nodes: nodes(where) })
    .transform(kinded('leave'))
    .optional(),
  replace: mapping('A node leaves, and an absent node joins with its addresses.', {
    node: oneNode('The node that leaves.'),
    by: text('The name of the absent node, of the same cluster, that joins.'),
  })
    .transform(kinded('replace'))
    .optional(),
  deletePods: mapping('Pods are deleted while packets to them are in flight.', {
    nodes: nodes(where),
    duration: lasting,
    routeRacePerMille: count(
      'How many of 1,000 such packets are routed to the deleted pod (XfrmFwdHdrError).',
      0,
      1000,
    ).prefault(0),
  })
    .transform(kinded('deletePods'))
    .optional(),
  memoryPressure: mapping('The kernel finds no memory for some received packets (XfrmInError).', {
    nodes: nodes(where),
    duration: lasting,
    dropPerMille: count('How many of 1,000 received packets.', 1, 1000),
  })
    .transform(kinded('memoryPressure'))
    .optional(),
  asyncCrypto: mapping('Received packets wait in a crypto engine before they are decrypted.', {
    nodes: nodes(where),
    duration: lasting,
    latency: period('How long each packet waits.'),
  })
    .transform(kinded('asyncCrypto'))
    .optional(),
  setSequenceNumber: mapping(
    'A long life at once: the last number that nodes have sent, and their peers received.',
    {
      nodes: nodes(where),
      number: count('The 32 bits that are on the wire.', 0, 0xffff_ffff),
    },
  )
    .transform(kinded('setSequenceNumber'))
    .optional(),
  deleteXfrmStates: mapping('Someone deletes XFRM states by hand (ip xfrm state deleteall).', {
    nodes: nodes(where),
    direction: word('Those to receive with, or those to send with.', ['in', 'out']),
  })
    .transform(kinded('deleteXfrmStates'))
    .optional(),
  deleteXfrmPolicies: mapping(
    'Someone deletes XFRM policies by hand, but for those that block (ip xfrm policy deleteall).',
    {
      nodes: nodes(where),
      direction: word('Of which direction.', ['in', 'fwd', 'out']),
    },
  )
    .transform(kinded('deleteXfrmPolicies'))
    .optional(),
  addXfrmPolicy: mapping(
    "Someone adds an XFRM policy without a template for all that is for the nodes' own pods.",
    {
      nodes: nodes(where),
      direction: word('Of which direction.', ['in', 'fwd']),
      action: word('What it says.', ['allow', 'block']),
    },
  )
    .transform(kinded('addXfrmPolicy'))
    .optional(),
  failOperation: mapping('The next operations of one kind fail.', {
    nodes: nodes(where),
    operation: word('The kind of operation.', keysOf(fallibleOperations)),
    errno: word('What it answers.', keysOf(errnos)),
    times: count('How many of them fail.', 1, 1_000_000).prefault(1),
  })
    .transform(kinded('failOperation'))
    .optional(),
};

export const faultNames = Object.keys(faultShape);

/** A fault at an instant: `at`, and exactly one fault. */
export const faultSchema = mapping('Something that happens, whatever the procedure does.', {
  at: duration('When, from the start of the run.'),
  ...faultShape,
})
  .meta(exactlyOneSchema(faultNames))
  .check(exactlyOne('the fault', faultNames));

export type FaultEntry = z.output<typeof faultSchema>;
