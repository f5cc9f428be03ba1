import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Microseconds } from '../model/time.ts';
import {
  type EspPacket,
  type InnerPacket,
  type InputResult,
  type OutputResult,
  Xfrm,
  type XfrmCounter,
  type XfrmState,
} from '../model/xfrm/index.ts';
import { simulate } from '../sim/index.ts';
import { anyCase, scenarioOf } from './generators/index.ts';

/** Looks everything up for each packet anew. */
class ForgetfulXfrm extends Xfrm {
  override output(packet: InnerPacket, mark: number, now: Microseconds): OutputResult {
    return super.output(packet, mark, now);
  }

  override input(packet: EspPacket, mark: number, now: Microseconds): InputResult {
    return super.input(packet, mark, now);
  }

  override checkPolicy(
    direction: 'in' | 'fwd',
    packet: InnerPacket,
    mark: number,
    secpath: readonly XfrmState[],
  ): XfrmCounter | undefined {
    return super.checkPolicy(direction, packet, mark, secpath);
  }
}

it('changes nothing that a kernel remembers the path of the last packet', () => {
  const releases = ['cilium-1.16', 'cilium-1.17', 'cilium-1.18', 'cilium-1.19'] as const;
  const property = fc.property(anyCase({ releases }), (made) => {
    const scenario = scenarioOf(made);
    const kernels = (profile: Xfrm['profile']): Xfrm => new ForgetfulXfrm(profile);
    expect(simulate(scenario).digest).toBe(simulate(scenario, { kernels }).digest);
  });
  fc.assert(property, { numRuns: 60 });
});
