import { instantText, spanText } from '../instant-text.ts';
import { whatOf } from '../terminal/timeline-rows.ts';
import type { LabRun, NodeLook } from './protocol.ts';
import { colourOf } from './timeline.tsx';

/** Sender by receiver: which key is used now, and where packets died within the last second. */
export function Matrix({ run, at }: { readonly run: LabRun; readonly at: number }) {
  const keys = new Map<string, number>();
  for (const change of run.pairKeys) {
    if (change.at > at) break;
    keys.set(`${change.sender} ${change.receiver}`, change.keyId);
  }
  const dying = new Map<string, string>();
  for (const { sender, receiver, fate, at: when } of run.drops) {
    if (when <= at && when > at - 2_000_000) dying.set(`${sender} ${receiver}`, fate);
  }
  const short = (name: string): string => name.split('/').at(-1) ?? name;
  const shown = run.nodes.slice(0, 40);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Key in use by sender and receiver">
      <table class="matrix">
        <caption>
          The key that a row's node uses towards a column's node at {instantText(at)}. ✕: packets
          die.
          {run.nodes.length > shown.length ? ` The first ${shown.length} nodes.` : ''}
        </caption>
        <thead>
          <tr>
            <th scope="col">from \ to</th>
            {shown.map((name) => (
              <th scope="col" key={name}>
                {short(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((sender, row) => (
            <tr key={sender}>
              <th scope="row">{short(sender)}</th>
              {shown.map((receiver, column) => {
                if (row === column) return <td key={receiver}>·</td>;
                const fate = dying.get(`${row} ${column}`);
                const key = keys.get(`${row} ${column}`) ?? 0;
                return (
                  <td
                    key={receiver}
                    class={fate === undefined ? '' : 'dead'}
                    style={{ '--key': colourOf(key) }}
                    title={fate}
                  >
                    {key === 0 ? '–' : key}
                    {fate === undefined ? '' : ' ✕'}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The space-time view: the chain of causes behind the first packet lost. */
export function Why({
  run,
  at,
  onAt,
}: {
  readonly run: LabRun;
  readonly at: number;
  readonly onAt: (at: number) => void;
}) {
  const { verdict } = run;
  if (verdict.kind !== 'unsafe') {
    return <p class="empty">No packet was lost in this run, so there is nothing to explain.</p>;
  }
  const { firstLoss } = verdict;
  const { causes, missedBy, remedy, loss } = firstLoss;
  const lanes = [...new Set<string>(causes.map(({ node }) => node ?? 'API server'))];
  const laneX = (node: string | undefined): number =>
    60 + lanes.indexOf(node ?? 'API server') * 120;
  const rowY = (index: number): number => 44 + index * 40;
  const height = rowY(causes.length);
  const width = 60 + lanes.length * 120;
  return (
    <div class="why">
      <div class="scroll" tabIndex={0} role="region" aria-label="Space-time diagram">
        <svg
          viewBox={`0 0 ${width} ${height}`}
          width={width}
          height={height}
          role="img"
          aria-label="The causes as a space-time diagram: a line for each node, time downwards. The list beside it says the same."
        >
          {lanes.map((lane) => (
            <g key={lane}>
              <text x={laneX(lane === 'API server' ? undefined : lane)} y={16} text-anchor="middle">
                {lane}
              </text>
              <line
                class="lane"
                x1={laneX(lane === 'API server' ? undefined : lane)}
                x2={laneX(lane === 'API server' ? undefined : lane)}
                y1={26}
                y2={height}
              />
            </g>
          ))}
          {causes.slice(1).map((cause, index) => (
            <line
              key={index}
              class="cause"
              x1={laneX(causes[index]?.node)}
              y1={rowY(index)}
              x2={laneX(cause.node)}
              y2={rowY(index + 1)}
            />
          ))}
          {causes.map((cause, index) => (
            <g key={index}>
              <circle
                class={cause.at === loss.firstAt && cause.what.startsWith('drops') ? 'loss' : ''}
                cx={laneX(cause.node)}
                cy={rowY(index)}
                r={10}
              />
              <text class="number" x={laneX(cause.node)} y={rowY(index) + 4} text-anchor="middle">
                {index + 1}
              </text>
            </g>
          ))}
        </svg>
      </div>
      <div>
        <h3>
          Why {loss.receiver} did not get the packet of {loss.sender}
        </h3>
        <ol class="causes">
          {causes.map((cause, index) => (
            <li key={index}>
              <button
                type="button"
                class={cause.at <= at ? 'past' : ''}
                onClick={() => onAt(cause.at)}
              >
                <time>{instantText(cause.at)}</time> {cause.node ?? ''} {cause.what}
              </button>
            </li>
          ))}
        </ol>
        {missedBy === undefined ? null : (
          <p class="missed">
            Missed by <b>{Math.ceil(missedBy / 1000)} ms</b> ({spanText(missedBy)})
          </p>
        )}
        <p>
          <b>Remedy:</b> {remedy}
        </p>
      </div>
    </div>
  );
}

/** What an operator would see on the node. */
export function NodePanel({
  run,
  node,
  look,
  onNode,
}: {
  readonly run: LabRun;
  readonly node: number;
  readonly look: NodeLook | undefined;
  readonly onNode: (node: number) => void;
}) {
  const parts = [
    ['cilium-dbg encrypt status', look?.status],
    ['cat /proc/net/xfrm_stat', look?.stat],
    ['ip -s xfrm state list nokeys', look?.states],
    ['kubectl -n kube-system logs cilium-…', look?.log],
  ] as const;
  return (
    <div class="node-panel">
      <label>
        Node{' '}
        <select
          value={node}
          onChange={(event) => onNode(Number((event.currentTarget as HTMLSelectElement).value))}
        >
          {run.nodes.map((name, index) => (
            <option value={index} key={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <div class="terminals">
        {parts.map(([command, text]) => (
          <section key={command}>
            <h3>
              <code>$ {command}</code>
            </h3>
            <pre tabIndex={0} aria-label={command}>
              {look === undefined ? '…' : text === '' ? '(nothing)' : text}
            </pre>
          </section>
        ))}
      </div>
    </div>
  );
}

/** The events around the cursor, in words. */
export function Events({
  run,
  at,
  onAt,
}: {
  readonly run: LabRun;
  readonly at: number;
  readonly onAt: (at: number) => void;
}) {
  const entries = run.timeline.filter((entry) => entry.at > 0);
  const next = entries.findIndex((entry) => entry.at > at);
  const middle = next === -1 ? entries.length : next;
  const shown = entries.slice(Math.max(0, middle - 6), Math.max(12, middle + 6));
  return (
    <ol class="events" aria-label="Events around this moment">
      {shown.map((entry, index) => (
        <li key={index} class={entry.at <= at ? 'past' : ''}>
          <button type="button" onClick={() => onAt(entry.at)}>
            <time>{instantText(entry.at)}</time>{' '}
            <b>{String(entry.fields.node ?? entry.fields.cluster ?? '')}</b> {whatOf(entry)}
          </button>
        </li>
      ))}
    </ol>
  );
}
