import type { PlannedBinding, PlannedStep, RotationPlan } from '../../properties/index.ts';
import { spanText, upToMilliseconds } from '../instant-text.ts';
import { columns, grouped } from './columns.ts';
import { type Paint, plain } from './paint.ts';

export interface PlanReportOptions {
  readonly paint?: Paint;
}

/** A plan, as a terminal shows it. */
export function planReport(plan: RotationPlan, { paint = plain }: PlanReportOptions = {}): string {
  const lines = [
    paint.heading(plan.title),
    ...columns(plan.clusters.map(clusterRow)),
    '',
    ...verdictLines(plan, paint),
    ...section(paint, 'What binds it', bindingLines(plan.bindings)),
    ...section(paint, 'Steps that write a key', stepLines(plan.steps)),
    ...section(paint, 'The next rotation, after the first write of this one', nextLines(plan)),
    ...section(paint, 'Where the configured duration stops being safe', limitLines(plan)),
    ...section(paint, 'Announced before installed', readinessLines(plan)),
    ...section(paint, 'How to read this', legend),
  ];
  return lines.join('\n') + '\n';
}

function section(paint: Paint, title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', paint.heading(title), ...lines];
}

function clusterRow({ name, nodes, release, rotationDuration }: RotationPlan['clusters'][number]) {
  return [
    name,
    `${grouped(nodes)} nodes`,
    release,
    `ipsec-key-rotation-duration ${spanText(rotationDuration)}`,
  ];
}

function verdictLines(plan: RotationPlan, paint: Paint): readonly string[] {
  const { verdict, refusal, needed, margin, unfollowed } = plan;
  const tint = { safe: paint.good, unsafe: paint.bad, inconclusive: paint.unsure }[verdict];
  const least = needed.at(-1)?.duration ?? 0;
  const quantiles = needed.map(
    ({ percentile, duration }) => `${spanText(upToMilliseconds(duration))} at the ${percentile}th`,
  );
  return [
    `verdict  ${tint(verdict.toUpperCase())}`,
    ...(refusal === undefined ? [] : [`refused  no rotation duration is safe: ${refusal}`]),
    `needed   ${refusal === undefined ? '' : 'apart from that, an '}ipsec-key-rotation-duration of at least ${spanText(upToMilliseconds(least))}`,
    `         ${quantiles.join(', ')} percentile of the delays`,
    `margin   ${spanText(margin)} of the configured duration`,
    ...(unfollowed.length === 0
      ? []
      : [`aside    not in this plan, so try keyturn check: ${unfollowed.join(', ')}`]),
  ];
}

const demands: Readonly<
  Record<PlannedBinding['kind'], (sender: string, receiver: string) => string>
> = {
  lateSender: (sender, receiver) =>
    `${receiver} keeps the old key until ${sender}, late, no longer sends with it`,
  lateNews: (sender, receiver) =>
    `${receiver} keeps the old key until ${sender} has heard that it has the new one`,
  lateReceiver: (sender, receiver) =>
    `${sender} keeps the old key until it has heard of ${receiver}, which is late`,
  ownInstall: (sender) => `${sender} keeps the old key until it has installed the new one`,
};

function bindingLines(bindings: readonly PlannedBinding[]): readonly string[] {
  const [first, ...others] = bindings;
  if (first === undefined) return ['  nothing: there is no pair of nodes'];
  const terms = first.chain.map(({ name, where, span }) => [
    span < 0 ? '-' : '+',
    spanText(Math.abs(span)),
    name,
    where,
  ]);
  return [
    `  ${demands[first.kind](first.sender, first.receiver)}: ${spanText(first.needed)}`,
    ...columns(terms, '    '),
    ...others.map(
      (binding) =>
        `  next: ${demands[binding.kind](binding.sender, binding.receiver)}: ${spanText(binding.needed)} = ${chainText(binding)}`,
    ),
  ];
}

function chainText({ chain }: PlannedBinding): string {
  return chain
    .map(({ name, span }, index) => {
      const sign = span < 0 ? '- ' : index === 0 ? '' : '+ ';
      return `${sign}${name} ${spanText(Math.abs(span))}`;
    })
    .join(' ');
}

function stepLines(steps: readonly PlannedStep[]): readonly string[] {
  if (steps.length === 0) return [];
  const heading = ['step', 'cluster', 'key', 'planned', 'earliest', 'latest', 'timing'];
  const keyIds = new Map(steps.map(({ rotation, keyId }) => [rotation, keyId]));
  const rows = steps.map((step) => {
    const own = ` after key ${step.keyId}`;
    const before = ` after key ${keyIds.get(step.rotation - 1) ?? ''}`;
    return [
      String(step.step),
      step.cluster,
      String(step.keyId),
      plannedText(step, before, own),
      step.earliest === undefined ? 'at once' : spanText(upToMilliseconds(step.earliest)) + before,
      step.latest === undefined ? 'any time' : spanText(step.latest) + own,
      step.timing,
    ];
  });
  const conditions = steps.flatMap(({ step, condition }) =>
    condition === undefined ? [] : [`  before step ${step}: wait until ${condition}`],
  );
  return [...columns([heading, ...rows]), ...conditions];
}

/** From the first write of the key before, and from that of the same key. */
function plannedText({ at, sincePrevious }: PlannedStep, before: string, own: string): string {
  const isFirst = at.latest === 0;
  if (sincePrevious === undefined) return isFirst ? 'first' : spansText(at) + own;
  const since = spansText(sincePrevious) + before;
  return isFirst ? since : `${since}, ${spansText(at)}${own}`;
}

function spansText({ earliest, latest }: PlannedStep['at']): string {
  return earliest === latest ? spanText(latest) : `${spanText(earliest)} to ${spanText(latest)}`;
}

function nextLines({
  next,
  sequenceNumbers,
  backgroundSync,
  clusters,
}: RotationPlan): readonly string[] {
  const shortest = Math.min(...clusters.map(({ rotationDuration }) => rotationDuration));
  const { packetsPerSecond, bits32, yearsOf64Bits, isShort } = sequenceNumbers;
  const longer = backgroundSync > shortest ? 'longer' : 'no longer';
  return columns([
    [
      'earliest',
      spanText(upToMilliseconds(Math.max(...next.earliest))),
      'no node can miss this key',
    ],
    ['loaded', spanText(upToMilliseconds(next.loaded)), 'every node has it: keyLoaded'],
    ['moved', spanText(upToMilliseconds(next.moved)), 'every pair sends with it'],
    ['clean', spanText(upToMilliseconds(next.clean)), 'every old key is removed: settled'],
    [
      'latest',
      isShort ? spanText(bits32) : `${grouped(Math.floor(yearsOf64Bits))} years`,
      `until a sequence number of ${isShort ? 32 : 64} bits runs out at ${grouped(packetsPerSecond)} packets/s in one tunnel (32 bits: ${spanText(bits32)})`,
    ],
    [
      'sync',
      spanText(backgroundSync),
      `a round of the background sync, which restores what is lost: ${longer} than the duration`,
    ],
  ]);
}

function limitLines({ limits, restarts }: RotationPlan): readonly string[] {
  const rows = limits.map(({ delay, longest, limit }) => [
    delay,
    spanText(longest),
    limit === undefined ? 'nowhere safe' : spanText(limit),
  ]);
  const restart =
    restarts === undefined
      ? []
      : [
          [
            'restarts',
            spanText(restarts.spread),
            restarts.limit === 0 ? 'nowhere safe' : spanText(restarts.limit),
          ],
        ];
  return columns([['delay', 'longest now', 'safe up to'], ...rows, ...restart]);
}

function readinessLines({ readiness }: RotationPlan): readonly string[] {
  if (readiness === undefined) return ['  no: every agent announces a key once it is installed'];
  const { slack, sender, receiver, release, allowed, install, mostNodes, mostInstall } = readiness;
  const kept = slack >= 0 ? 'ready in time' : 'NOT ready in time';
  return [
    `  ${receiver} installs in ${spanText(install)}, and ${sender} may send with the new key after ${spanText(allowed)}: ${kept}`,
    mostNodes === undefined
      ? `  ${release} is safe with any number of nodes`
      : `  ${release} is safe up to ${grouped(mostNodes)} nodes, and unsafe from ${grouped(mostNodes + 1)} on; with as many as there are, up to ${spanText(mostInstall)} for each state`,
  ];
}

const legend: readonly string[] = [
  '  needed    the smallest safe ipsec-key-rotation-duration: what is late at its latest, what is early at its earliest',
  '  margin    configured less needed, for the pair that has least; negative: packets can be lost',
  '  + and -   the delays that add up to it; one with - gives time, since the clock of the old key starts later',
  '  after     key 4: since key 4 was first written, to whichever cluster',
  '  earliest  no sooner, or a node may miss the key before; latest: no later, or the duration is too short',
  '  safe up to  the longest of that delay with which the configured duration still does, all else being as it is;',
  '              nowhere safe: not even without that delay',
  '  The names of the delays are in docs/glossary.md, the formula is in docs/margin.md.',
];
