import { type Delay, DelayTable, type Scenario, type Selectable } from '../../sim/index.ts';

/** The delays of a node from a write of the secret to the key in its agent's memory. */
export interface LoadDelays {
  readonly secretSync: Delay;
  readonly load: Delay;
}

export function loadDelays(scenario: Scenario): (node: Selectable) => LoadDelays {
  const table = new DelayTable(scenario);
  return (node) => ({ secretSync: table.of('secretSync', node), load: table.of('load', node) });
}
