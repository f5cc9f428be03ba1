import type { PolicyDirection } from './config.ts';
import { precedes } from './policy-group.ts';
import type { XfrmPolicy } from './policy.ts';

/**
 * Which inexact policy of a direction has the number 0. Kernels up to 6.1 number those policies by
 * priority and age at each insert, and on a tie of priority an exact policy loses only to number 0.
 * A deleted number 0 is not replaced before the next insert.
 * Source: Linux 6.1, net/xfrm/xfrm_policy.c, xfrm_policy_insert_inexact_list (`pol->pos`),
 * __xfrm_policy_eval_candidates.
 */
export class InexactOrder {
  readonly #direction: PolicyDirection;
  readonly #policies: Iterable<XfrmPolicy>;
  #zero: XfrmPolicy | undefined;

  /** `policies` are those of the whole kernel. */
  constructor(direction: PolicyDirection, policies: Iterable<XfrmPolicy>) {
    this.#direction = direction;
    this.#policies = policies;
  }

  isNumberZero(policy: XfrmPolicy): boolean {
    return this.#zero === policy;
  }

  /** After the insert of an inexact policy. */
  inserted(policy: XfrmPolicy): void {
    const zero = this.#zero ?? this.#first();
    this.#zero = zero === undefined || precedes(policy, zero) ? policy : zero;
  }

  /**
   * Before a replacement. The kernel numbers the old policy too, so if that one is first and its
   * successor has a higher priority value, nobody is left with the number 0.
   */
  replacing(policy: XfrmPolicy, priority: number): void {
    const zero = this.#zero ?? this.#first();
    if (zero === policy) this.#zero = priority > policy.priority ? undefined : policy;
    else this.#zero = zero === undefined || priority < zero.priority ? policy : zero;
  }

  removed(policy: XfrmPolicy): void {
    if (this.#zero === policy) this.#zero = undefined;
  }

  #first(): XfrmPolicy | undefined {
    let best: XfrmPolicy | undefined;
    for (const policy of this.#policies) {
      if (policy.direction !== this.#direction || policy.exact) continue;
      if (best === undefined || precedes(policy, best)) best = policy;
    }
    return best;
  }
}
