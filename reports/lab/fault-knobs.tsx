import { useState } from 'preact/hooks';
import type { ScenarioJson } from '../../sim/index.ts';
import { instantText, spanText } from '../instant-text.ts';
import { Seconds } from './inputs.tsx';
import { addedNames, faultText } from './knob-text.ts';
import { type AddedKind, addedKinds, type Place } from './place.ts';

const second = 1_000_000;

/** The faults of the scenario, to be left out, and further ones. */
export function FaultKnobs({
  scenario,
  place,
  at,
  nodes,
  onChange,
}: {
  readonly scenario: ScenarioJson;
  readonly place: Place;
  readonly at: number;
  readonly nodes: readonly string[];
  readonly onChange: (change: Partial<Place>) => void;
}) {
  const { faults, off } = place;
  const [kind, setKind] = useState<AddedKind>('restartAgent');
  const [node, setNode] = useState(nodes[place.node] ?? '');
  const [duration, setDuration] = useState(30 * second);
  const add = (): void => {
    const known = nodes.includes(node) ? node : (nodes[0] ?? '');
    onChange({ faults: [...faults, { kind, node: known, at: Math.round(at), duration }] });
  };
  return (
    <details open={faults.length + off.length > 0}>
      <summary>Faults</summary>
      <ul class="faults">
        {scenario.faults.map(({ at: when, fault }, index) => (
          <li key={index}>
            <label>
              <input
                type="checkbox"
                checked={!off.includes(index)}
                onChange={(event) => {
                  const others = off.filter((one) => one !== index);
                  onChange({ off: event.currentTarget.checked ? others : [...others, index] });
                }}
              />{' '}
              {instantText(when)} {faultText(fault)}
            </label>
          </li>
        ))}
        {faults.map((fault, index) => (
          <li key={`added ${index}`}>
            {instantText(fault.at)} {fault.node}: {addedNames[fault.kind]}, for{' '}
            {spanText(fault.duration)}{' '}
            <button
              type="button"
              onClick={() => onChange({ faults: faults.filter((_, other) => other !== index) })}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      <div class="fields">
        <label class="wide">
          What happens
          <select
            value={kind}
            onChange={(event) => setKind(event.currentTarget.value as AddedKind)}
          >
            {addedKinds.map((one) => (
              <option key={one} value={one}>
                {addedNames[one]}
              </option>
            ))}
          </select>
        </label>
        <label>
          At node
          <select value={node} onChange={(event) => setNode(event.currentTarget.value)}>
            {nodes.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          For
          <span class="exact">
            <Seconds
              label="for so many seconds"
              value={duration}
              placeholder=""
              onChange={(value) => setDuration(value ?? 0)}
            />{' '}
            s
          </span>
        </label>
        <button type="button" onClick={add}>
          Add at {instantText(at)}
        </button>
      </div>
    </details>
  );
}
