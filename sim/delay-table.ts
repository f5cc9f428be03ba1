import type { Delay } from './delay.ts';
import type { DelayOverride, LocalDelay, Scenario } from './scenario.ts';
import { type NodeSelector, type Selectable, selects } from './selector.ts';

/** Which delay holds where: the scenario's own, unless a later override fits. */
export class DelayTable {
  readonly #delays: Scenario['delays'];
  readonly #overrides: ReadonlyMap<LocalDelay, readonly DelayOverride[]>;

  constructor(scenario: Pick<Scenario, 'delays' | 'delayOverrides'>) {
    this.#delays = scenario.delays;
    const overrides = new Map<LocalDelay, DelayOverride[]>();
    for (const override of scenario.delayOverrides) {
      const known = overrides.get(override.delay) ?? [];
      overrides.set(override.delay, [override, ...known]); // the later one is found first
    }
    this.#overrides = overrides;
  }

  /** The delay at a node; `from` is the far end, for the delays that have one. */
  of(delay: LocalDelay, at: Selectable, from?: Selectable): Delay {
    const overrides = this.#overrides.get(delay);
    if (overrides === undefined) return this.#delays[delay];
    const fits = (override: DelayOverride): boolean =>
      selects(override.at, at) && isFrom(override.from, from);
    return overrides.find(fits)?.value ?? this.#delays[delay];
  }
}

function isFrom(selector: NodeSelector, from: Selectable | undefined): boolean {
  return selector.kind === 'all' || (from !== undefined && selects(selector, from));
}
