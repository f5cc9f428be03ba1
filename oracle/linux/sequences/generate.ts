import fc from 'fast-check';
import { type Address, prefix } from '../../../model/address.ts';
import {
  anyMark,
  type EspDamage,
  type Mark,
  type PolicyConfig,
  type ReplayShape,
  type SequenceSeed,
  type StateConfig,
  type StateShape,
  type Template,
} from '../../../model/xfrm/index.ts';
import { type Draft, type DraftEsp, type DraftSend, seedFor } from './draft.ts';
import { place } from './layout.ts';
import { sequenceKeys } from './sequence-keys.ts';

const marks: readonly Mark[] = [
  anyMark,
  { value: 0xd00, mask: 0xf00 },
  { value: 0xe00, mask: 0xf00 },
  { value: 0x10d00, mask: 0xffff0f00 },
  { value: 0x23e00, mask: 0xfffff000 },
];
const packetMarks = [0, 0xd00, 0xe00, 0x10d00, 0x20d00, 0x23e00, 0x13e00];

const mark = fc.constantFrom(...marks);
const packetMark = fc.constantFrom(...packetMarks);
const aim = fc.nat(15);

function often<T>(usual: T, arbitrary: fc.Arbitrary<T>, weight = 4): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary });
}

/** An optional property: absent more often than not. */
function seldom<T>(arbitrary: fc.Arbitrary<T>, weight = 5): fc.Arbitrary<T | undefined> {
  return often<T | undefined>(undefined, arbitrary, weight);
}

const window: fc.Arbitrary<ReplayShape> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('esn' as const),
      window: fc.constantFrom(32, 64, 1024, 100, 1, 128),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('legacy' as const),
      window: fc.constantFrom(32, 0, 8, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('bitmap' as const),
      window: fc.constantFrom(64, 33, 100, 256),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<ReplayShape>(
      { kind: 'esn', window: 0 },
      { kind: 'esn', window: 4097 },
    ),
  },
);

/** Numbers near where something changes. */
const number = fc.oneof(
  fc.constantFrom(
    0,
    1,
    30,
    31,
    32,
    33,
    1000,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fff0,
    0xffff_fffe,
    0xffff_ffff,
  ),
  fc.nat(0xffff_ffff),
);
const high = fc.constantFrom(0, 0, 0, 1, 2, 0xffff_ffff);
const seed: fc.Arbitrary<SequenceSeed> = fc.record({
  output: number,
  outputHigh: high,
  input: number,
  inputHigh: high,
});

/** There is none after the next one. */
export const lastNumber = { output: 0xffff_fffe, outputHigh: 0xffff_ffff };

const lifetime = fc.oneof(
  fc.record({ hardPackets: fc.constantFrom(1, 2, 3) }),
  fc.record({ hardBytes: fc.constantFrom(1, 60, 150) }),
  fc.record({ softPackets: fc.constantFrom(1, 2) }),
  fc.record({ softPackets: fc.constant(1), hardPackets: fc.constant(3) }),
);

const blocks = ['0.0.0.0/0', '10.0.0.0/8', '10.0.1.0/24', '10.0.2.0/24', '10.0.9.0/24'].map(prefix);
const block = fc.constantFrom(...blocks);
const hosts = [place.ownPod, place.ownService, place.remotePod, place.otherRemotePod];

const shape: fc.Arbitrary<StateShape> = fc
  .record({
    mode: often<'tunnel' | 'transport'>('tunnel', fc.constant('transport'), 9),
    reqid: often(1, fc.constantFrom(2, 0)),
    markMask: fc.constant(0),
    replay: window,
    icvBits: often(128, fc.constantFrom(64, 96, 72), 9),
    outputMark: seldom(mark),
    selector: seldom(fc.record({ source: block, destination: block }), 9),
    selectorFamily: seldom(fc.constantFrom('any' as const, 'own' as const), 9),
    lifetime: seldom(lifetime, 7),
    encapsulation: seldom(fc.constant('espinudp' as const), 6),
    outputSequenceMayWrap: seldom(fc.boolean(), 14),
  })
  .map(compact);

/** Without the properties that are undefined: absent and undefined are not the same to the model. */
function compact(shape: {
  readonly [Key in keyof StateShape]?: StateShape[Key] | undefined;
}): StateShape {
  return Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== undefined),
  ) as unknown as StateShape;
}

interface Ends {
  readonly source: Address;
  readonly destination: Address;
}

const incoming: fc.Arbitrary<Ends> = fc.record({
  source: often(place.remote, fc.constantFrom(place.otherRemote, place.anywhere)),
  destination: often(place.local, fc.constant(place.otherLocal)),
});
const outgoing: fc.Arbitrary<Ends> = fc.record({
  source: often(place.local, fc.constantFrom(place.otherLocal, place.anywhere)),
  destination: often(place.remote, fc.constantFrom(place.otherRemote, place.unroutable)),
});

const spi = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(3, 4, 5) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0x8000_0001) },
);
const key = often(sequenceKeys[0], fc.constantFrom(...sequenceKeys)) as fc.Arbitrary<
  StateConfig['key']
>;

export const state: fc.Arbitrary<StateConfig> = fc
  .record({
    shape,
    ends: fc.oneof(incoming, outgoing),
    spi,
    mark: often(anyMark, mark, 2),
    key,
    seed: seldom(seed, 3),
  })
  .map(({ ends, mark: { value, mask }, seed: given, ...rest }) => ({
    ...ends,
    spi: rest.spi,
    key: rest.key,
    shape: { ...rest.shape, markMask: mask },
    markValue: value,
    ...(given === undefined ? {} : { seed: seedFor(rest.shape.replay, given) }),
  }));

function template(ends: fc.Arbitrary<Ends>): fc.Arbitrary<Template> {
  return fc
    .record({
      ends,
      spi: often(0, spi, 3),
      reqid: often(1, fc.constantFrom(0, 2), 5),
      mode: often<'tunnel' | 'transport'>('tunnel', fc.constant('transport'), 9),
      optional: often(false, fc.constant(true), 5),
    })
    .map(({ ends: { source, destination }, ...rest }) => ({
      ...rest,
      source: source === place.anywhere ? undefined : source,
      destination,
    }));
}

const selector = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ source: block0(), destination: block0() }) },
  { weight: 2, arbitrary: fc.record({ source: block, destination: block }) },
  {
    weight: 1,
    arbitrary: fc.record({
      source: fc.constantFrom(...hosts).map(host),
      destination: fc.constantFrom(...hosts).map(host),
    }),
  },
);

export function block0(): (typeof blocks)[number] {
  return prefix('0.0.0.0/0');
}

function host({ text }: Address): (typeof blocks)[number] {
  return prefix(`${text}/32`);
}

export const policy: fc.Arbitrary<PolicyConfig> = fc
  .constantFrom('in' as const, 'fwd' as const, 'out' as const)
  .chain((direction) =>
    fc.record({
      direction: fc.constant(direction),
      selector,
      mark: often(anyMark, mark, 2),
      priority: fc.constantFrom(0, 0, 1, 100),
      action: often<'allow' | 'block'>('allow', fc.constant('block'), 9),
      templates: templatesOf(template(direction === 'out' ? outgoing : incoming)),
    }),
  );

function templatesOf(one: fc.Arbitrary<Template>): fc.Arbitrary<readonly Template[]> {
  return fc.oneof(
    { weight: 14, arbitrary: fc.tuple(one) },
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.tuple(one, one) },
    {
      weight: 1,
      arbitrary: one.map((only) => Array.from({ length: 6 }, () => ({ ...only, optional: false }))),
    },
  );
}

const damage: fc.Arbitrary<EspDamage> = fc.oneof(
  fc.record({
    kind: fc.constant('truncated' as const),
    octetsAfterIpHeader: fc.constantFrom(0, 4, 7, 8, 16, 20, 31),
  }),
  fc.constant({ kind: 'corruptIcv' as const }),
  fc.constant({ kind: 'padLength' as const }),
  fc.record({ kind: fc.constant('nextHeader' as const), nextHeader: fc.constantFrom(59, 17, 41) }),
);

const ahead = fc.oneof(
  { weight: 5, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: -40, max: 3 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      0,
      -1,
      -31,
      -32,
      -63,
      -64,
      -99,
      -100,
      -1023,
      -1024,
      2,
      100,
      2000,
      0x7fff_ffff,
    ),
  },
);

export const esp: fc.Arbitrary<DraftEsp> = fc.record({
  aim,
  ahead,
  wraps: often(0, fc.constantFrom(1, -1), 14),
  wrongKey: often(false, fc.constant(true), 14),
  wrongSpi: often(false, fc.constant(true), 19),
  wrongMark: often(false, fc.constant(true), 9),
  icvBits: seldom(fc.constantFrom(64, 96, 128), 24),
  damage: seldom(damage, 9),
  to: often(place.ownService, fc.constantFrom(place.ownPod, place.remotePod, place.local), 2),
});

/** Octets of an IP packet that no longer fits into UDP once it is encrypted. */
export const longest = 65_474;

export const send: fc.Arbitrary<DraftSend> = fc.record({
  aim: often<number | undefined>(undefined, aim, 1),
  mark: packetMark,
  from: fc.constantFrom(place.ownPod, place.ownPod, place.ownService, place.local),
  to: fc.constantFrom(place.remotePod, place.remotePod, place.otherRemotePod),
  length: often(
    100,
    fc.constantFrom(28, 29, 84, 1400, 1430, 1438, 1439, 1460, 1500, longest, longest),
    4,
  ),
  dontFragment: often(false, fc.constant(true), 4),
});

/** One step. The weights make a sequence with packets that get somewhere. */
export const draft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('addState' as const), state }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('addPolicy' as const), policy }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('upsertPolicy' as const), policy }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('changeState' as const), aim, change: shape }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('deleteState' as const), aim, mark: seldom(mark, 2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replaceSequence' as const), aim, seed }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('allocateSpi' as const), state }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deletePolicy' as const), aim }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('setDefaults' as const),
      blocked: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Draft>(
      { kind: 'flush' },
      { kind: 'passSeconds', seconds: 1 },
      { kind: 'passSeconds', seconds: 2 },
    ),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      send,
      race: often(false, fc.constant(true), 9),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('receivePlain' as const),
      to: fc.constantFrom(place.ownService, place.ownPod, place.remotePod),
      mark: packetMark,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('receiveBadChecksum' as const), mark: packetMark }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('receiveEsp' as const),
      esp,
      depth: often(1, fc.constantFrom(2, 2, 7), 14),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('receiveBurst' as const),
      esp,
      count: fc.constantFrom(2, 4),
    }),
  },
);
