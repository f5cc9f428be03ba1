import { type Microseconds, millisecond } from '../../model/time.ts';
import type { Scenario } from '../../sim/index.ts';

/** The same scenario with probes close together around an instant, for packets to show what goes wrong there. */
export function magnified(
  scenario: Scenario,
  at: Microseconds,
  every: Microseconds = millisecond / 4,
): Scenario {
  const [traffic] = scenario.traffic;
  if (traffic === undefined || at === 0) return scenario;
  const startsAt = Math.max(0, at - 50 * millisecond);
  const close = { ...traffic, every, startsAt, stopsAt: at + 500 * millisecond };
  return { ...scenario, traffic: [...scenario.traffic, close] };
}
