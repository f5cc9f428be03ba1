import fc from 'fast-check';
import {
  anyMark,
  type PolicyConfig,
  type StateConfig,
  type StateShape,
} from '../../../model/xfrm/index.ts';
import { type Draft, seedFor } from './draft.ts';
import { block0, draft, esp, lastNumber, longest, policy, send, state } from './generate.ts';
import { place } from './layout.ts';

/** What makes the states of an opening run into something that chance alone seldom brings about. */
const trouble = fc.constantFrom(
  'none',
  'none',
  'none',
  'noRoute',
  'lastNumber',
  'tooLong',
  'limit',
);
type Trouble = 'none' | 'noRoute' | 'lastNumber' | 'tooLong' | 'limit';

/** A state and a policy that fit each other, so that packets get as far as the transform. */
const opening: fc.Arbitrary<readonly Draft[]> = fc
  .record({ state, policy, isOut: fc.boolean(), isThere: fc.boolean(), trouble, send, esp })
  .map(({ isThere, ...parts }) => {
    if (!isThere) return [];
    const { send: sent, esp: received, trouble: kind, isOut } = parts;
    const pair = fittingPair(parts);
    if (isOut && (kind === 'lastNumber' || kind === 'tooLong')) {
      const length = kind === 'tooLong' ? longest : 100;
      const each: Draft = {
        kind: 'send',
        send: { ...sent, aim: undefined, length, dontFragment: false },
        race: false,
      };
      return [...pair, each, each];
    }
    if (isOut || kind !== 'limit') return pair;
    const burst = {
      ...received,
      aim: 0,
      ahead: 1,
      wraps: 0,
      damage: undefined,
      icvBits: undefined,
    };
    return [...pair, { kind: 'receiveBurst', esp: burst, count: 4 }];
  });

function fittingPair({
  state: given,
  policy: wanted,
  isOut,
  trouble: kind,
}: {
  readonly state: StateConfig;
  readonly policy: PolicyConfig;
  readonly isOut: boolean;
  readonly trouble: Trouble;
}): readonly Draft[] {
  const far = isOut && kind === 'noRoute' ? place.unroutable : place.remote;
  const [source, destination] = isOut ? [place.local, far] : [far, place.local];
  const ends = { source, destination };
  const shape: StateShape = {
    ...given.shape,
    mode: 'tunnel',
    reqid: 1,
    markMask: 0,
    icvBits: 128,
    ...(kind === 'limit' ? { lifetime: { hardPackets: 1 } } : {}),
    ...(kind === 'tooLong' ? { encapsulation: 'espinudp' } : {}),
  };
  const seeded = kind === 'lastNumber' ? { seed: seedFor(shape.replay, lastNumber) } : {};
  return [
    { kind: 'addState', state: { ...given, ...ends, shape, markValue: 0, ...seeded } },
    {
      kind: 'addPolicy',
      policy: {
        ...wanted,
        direction: isOut ? 'out' : 'in',
        selector: { source: block0(), destination: block0() },
        mark: anyMark,
        action: 'allow',
        templates: [{ ...ends, spi: 0, reqid: 1, mode: 'tunnel', optional: false }],
      },
    },
  ];
}

/** What a sequence is long. */
const steps = 20;

/** A sequence; a step that is left out when it is shrunk is undefined. */
export const drafts: fc.Arbitrary<readonly (Draft | undefined)[]> = fc
  .tuple(
    opening,
    fc.array(fc.option(draft, { nil: undefined, freq: 1_000_000 }), {
      minLength: steps,
      maxLength: steps,
    }),
  )
  .map(([first, rest]) => [...first, ...rest].slice(0, steps));
