import { describe, expect, it } from 'vitest';
import { readWholeLibrary } from './library.ts';
import { deviationsOf } from './commands/run-all.ts';
import { assert } from '../model/assert.ts';
import { rehearse } from '../properties/index.ts';
import type { LibraryEntry } from '../scenarios/index.ts';
import type { Scenario } from '../sim/index.ts';

/** The failure modes. The incidents are held to their mutants in a test of their own. */
const library = readWholeLibrary().filter(({ folder }) => !folder.startsWith('incidents'));

const scenarioOf = ({ content }: LibraryEntry): Scenario | undefined =>
  content.kind === 'run' ? content.scenario : undefined;

describe.each(library.map((entry) => [entry.id, entry] as const))('%s', (_id, entry) => {
  const scenario = scenarioOf(entry);

  it('is as it says, and its remedy heals', () => {
    expect(deviationsOf(entry)).toEqual([]);
  });

  it('teaches all that a reader asks for', () => {
    const { sees, why, remedy, sources, telltale } = entry.lesson;
    expect([sees, why, sources].every((list) => list.length > 0)).toBe(true);
    expect(remedy).not.toBe('');
    if (entry.counters.length > 0) expect(telltale).not.toBe('');
    const seen = sees.join(' ');
    expect(entry.counters.filter((counter) => !seen.includes(counter))).toEqual([]);
  });

  it('says what every counter of every node must be', () => {
    if (scenario === undefined) return;
    const { counters, verdict } = scenario.expect;
    const missing = scenario.clusters.flatMap(({ name, nodes }) =>
      nodes
        .map((node) => `${name}/${node.name}`)
        .filter((node) => !['all', name, node].some((key) => Object.hasOwn(counters, key))),
    );
    expect(missing).toEqual([]);
    expect(verdict).toBeDefined();
  });
});

/** What of a failure mode is its cause: without that alone, nothing is lost. */
type Fault =
  | Scenario['procedure'][number]['kind']
  | Scenario['faults'][number]['fault']['kind']
  | 'encrypt-interface'
  | 'delays.at';

const faults: Readonly<Record<string, readonly Fault[]>> = {
  'device/decryption-interface-missing': ['encrypt-interface'],
  'device/encryption-interface-missing': ['encrypt-interface'],
  'key-file/empty': ['writeSecret'],
  'key-file/key-without-salt': ['writeSecret'],
  'key-file/same-key-id-1.16': ['writeSecret', 'delays.at'],
  'key-file/same-key-id-1.17': ['writeSecret', 'restartAgent'],
  // Without the new key it is a reboot, which loses packets of its own.
  'key-file/same-key-id-1.19': ['reboot'],
  'membership/changed-address': ['join'],
  'membership/new-node': ['join'],
  'membership/removed-node': ['leave'],
  'mesh/different-keys': ['rotate'],
  'mesh/one-cluster-only': ['rotate'],
  'mesh/rotated-one-after-another': ['rotate'],
  'restart/reboot': ['reboot'],
  'restart/reboot-during-rotation': ['reboot'],
  'rotation/old-key-reclaimed-early': ['rotate', 'delays.at'],
  'upgrade/rotation-during-downgrade': ['upgrade'],
  'upgrade/rotation-during-upgrade': ['upgrade'],
  'upgrade/skips-a-release': ['upgrade'],
  'xfrm/forward-policy-missing': ['deleteXfrmPolicies'],
  'xfrm/input-states-deleted': ['deleteXfrmStates'],
  'xfrm/memory-pressure': ['memoryPressure'],
  'xfrm/output-policies-deleted': ['deleteXfrmPolicies'],
  'xfrm/output-states-deleted': ['deleteXfrmStates'],
  'xfrm/pod-deleted': ['deletePods'],
  'xfrm/policy-blocks': ['addXfrmPolicy'],
  'xfrm/sequence-number-exhausted': ['setSequenceNumber'],
  'xfrm/sequence-numbers-disagree': ['deleteXfrmStates'],
  'xfrm/state-deleted-in-crypto': ['asyncCrypto', 'leave'],
  'xfrm/template-mismatch': ['addXfrmPolicy'],
};

/** The scenario without the first thing of this kind. */
function without(scenario: Scenario, kind: Fault): Scenario {
  if (kind === 'delays.at') return { ...scenario, delayOverrides: [] };
  if (kind === 'encrypt-interface') {
    const clusters = scenario.clusters.map(({ settings, ...cluster }) => {
      return { ...cluster, settings: { ...settings, encryptInterface: 'eth0' } };
    });
    return { ...scenario, clusters };
  }
  const fault = scenario.faults.findIndex((one) => one.fault.kind === kind);
  if (fault >= 0) return { ...scenario, faults: scenario.faults.toSpliced(fault, 1) };
  const step = scenario.procedure.findIndex((one) =>
    one.kind === 'act' ? one.fault.kind === kind : one.kind === kind,
  );
  expect(step).toBeGreaterThanOrEqual(0);
  return { ...scenario, procedure: scenario.procedure.toSpliced(step, 1) };
}

describe('a failure mode without its fault', () => {
  const failing = library.filter(({ outcome }) => outcome === 'unsafe');

  it('is known for each of them', () => {
    expect(failing.map(({ id }) => id)).toEqual(Object.keys(faults));
  });

  it.each(failing.map((entry) => [entry.id, entry] as const))('loses nothing: %s', (id, entry) => {
    const scenario = scenarioOf(entry);
    assert(scenario !== undefined, 'an unsafe scenario is run');
    for (const fault of faults[id] ?? []) {
      expect([fault, rehearse(without(scenario, fault)).verdict.kind]).toEqual([fault, 'safe']);
    }
  });

  it.each(failing.map((entry) => [entry.id, entry] as const))('has a cause: %s', (_id, entry) => {
    const scenario = scenarioOf(entry);
    expect(scenario?.expect.causes).not.toEqual([]);
  });
});

describe('the library', () => {
  it('produces every counter that the error table of the page names', () => {
    const named = [
      'XfrmInError',
      'XfrmInNoStates',
      'XfrmInStateProtoError',
      'XfrmInStateInvalid',
      'XfrmInTmplMismatch',
      'XfrmInNoPols',
      'XfrmInPolBlock',
      'XfrmOutNoStates',
      'XfrmOutStateSeqError',
      'XfrmOutPolBlock',
      'XfrmFwdHdrError',
      'No node ID found',
    ];
    const produced = new Set(library.flatMap(({ counters }) => counters));
    expect(named.filter((counter) => !produced.has(counter))).toEqual([]);
  });
});
