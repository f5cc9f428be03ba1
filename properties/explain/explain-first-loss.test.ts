import { describe, expect, it } from 'vitest';
import { millisecond, minute, second } from '../../model/time.ts';
import type { Step } from '../../sim/index.ts';
import { rehearse } from '../rehearse.ts';
import {
  constant,
  delayAt,
  node,
  secretText,
  smallScenario,
  type Wanted,
} from '../test-support/scenario.ts';
import { firstLossOf, story } from '../test-support/unsafe.ts';

/** Long enough that everyone has heard of everything. */
const onlyWait: readonly Step[] = [{ kind: 'wait', duration: 3 * minute }];

describe('a slow node', () => {
  // Written at 60 s, read by n1 and n2 at 70 s, by n3 at 60 s + 8 min = 540 s; its peers hear of it
  // at 542 s (publish 1 s, watch 1 s). They may remove the old key at 70 s + 300 s = 370 s, so 172 s
  // before n1 stops sending to n3 with it; the reclaimer's tick comes a little later.
  const late: Wanted = { delayOverrides: [delayAt('n3', 'secretSync', constant(8 * minute))] };

  it('is named with pair, causes in their order and how late it was, where its peer drops', () => {
    const found = firstLossOf(smallScenario({ ...late, from: node('n1'), to: node('n3') }));
    expect(found.loss).toMatchObject({
      sender: 'east/n1',
      receiver: 'east/n3',
      fate: 'XfrmOutPolBlock',
      keyId: 3,
    });
    const reclaimedAt = found.causes[2]?.at ?? 0;
    expect(reclaimedAt).toBeGreaterThanOrEqual(370 * second);
    expect(reclaimedAt).toBeLessThanOrEqual(430 * second);
    const firstProbe = Math.ceil(reclaimedAt / second);
    expect(story(found)).toEqual([
      '60 s all: the secret is written',
      '70 s east/n1: loads key 4',
      `${reclaimedAt / second} s east/n1: removes its states of key 3: ipsec-key-rotation-duration (300 s) after the load, at the reclaimer's next tick`,
      `${firstProbe} s east/n1: drops a packet from east/n1 to east/n3 with key 3: XfrmOutPolBlock`,
      '540 s east/n3: loads key 4',
      '542 s east/n1: learns that east/n3 has key 4',
    ]);
    expect(found.missedBy).toBe(172 * second);
    expect(found.remedy).toBe(
      'keep the old key on east/n1 until it has learnt that east/n3 has the new one: a larger ipsec-key-rotation-duration',
    );
  });

  it('is named where it is the sender, and its peer has no state any more', () => {
    const found = firstLossOf(smallScenario({ ...late, from: node('n3'), to: node('n1') }));
    expect(found.loss).toMatchObject({
      sender: 'east/n3',
      receiver: 'east/n1',
      fate: 'XfrmInNoStates',
      keyId: 3,
    });
    expect(found.causes.map(({ node: name }) => name)).toEqual([
      undefined,
      'east/n1',
      'east/n1',
      'east/n1',
      'east/n3',
    ]);
    expect(found.causes.at(-1)).toEqual({
      at: 540 * second,
      node: 'east/n3',
      what: 'loads key 4',
    });
    // n3 switches when it loads, at 540 s: it knew of n1's key for long. The last packet with the
    // old key arrives 1 ms later, and n1 may remove that key at 370 s.
    expect(found.missedBy).toBe(170 * second + millisecond);
    expect(found.remedy).toMatch(/^keep the old key on east\/n1 until east\/n3 no longer sends/);
  });

  it('is safe as soon as the rotation duration is longer by what was missed', () => {
    const { missedBy = 0 } = firstLossOf(smallScenario(late));
    const longer = smallScenario({ ...late, rotationDuration: 5 * minute + missedBy });
    expect(rehearse(longer).verdict).toMatchObject({ kind: 'safe', margin: { smallest: 0 } });
  });

  it('that has the old key to the end of the run leaves no time to name', () => {
    const never = { delayOverrides: [delayAt('n3', 'secretSync', constant(60 * minute))] };
    const found = firstLossOf(smallScenario({ ...never, from: node('n1'), to: node('n3') }));
    expect(found.missedBy).toBeUndefined();
    expect(
      story(found).some((line) => line.endsWith('still has key 3, to the end of the run')),
    ).toBe(true);
  });
});

describe('a key announced before its states are installed', () => {
  // n3 takes 30 s for each state: it loads at 70 s and announces at once, but has the input states
  // for its two peers only by 70 s + 4 x 30 s. Its peers, ready at once, switch at 72 s.
  const slowInstall: Wanted = { delayOverrides: [delayAt('n3', 'install', constant(30 * second))] };

  it('is what v1.18 loses packets by', () => {
    const found = firstLossOf(smallScenario({ ...slowInstall, release: 'cilium-1.18' }));
    const { sender } = found.loss;
    expect(found.loss).toMatchObject({ receiver: 'east/n3', fate: 'XfrmInNoStates', keyId: 4 });
    const installed = found.causes.at(-1);
    expect(installed).toMatchObject({
      node: 'east/n3',
      what: `installs the state to receive key 4 from ${sender}, after it had announced the key`,
    });
    // The probe of 72 s was sent before the news came at that same instant.
    expect(found.loss.firstAt).toBe(73 * second + millisecond);
    expect(found.missedBy).toBe((installed?.at ?? 0) - found.loss.firstAt);
    expect(found.missedBy).toBeGreaterThan(0);
    expect(story(found)).toContain(
      `72 s ${sender}: takes east/n3 to have key 4, and sends with key 4`,
    );
    expect(found.remedy).toBe(
      'announce a key only when its states are installed (cilium/cilium#44335), or install faster',
    );
  });

  it('does not happen in v1.19', () => {
    const { verdict } = rehearse(smallScenario({ ...slowInstall, release: 'cilium-1.19' }));
    expect(verdict.kind).toBe('safe');
  });
});

describe('nodes that come and go', () => {
  const joins: Wanted = {
    absent: ['n3'],
    procedure: onlyWait,
    faults: [{ at: minute, fault: { kind: 'join', nodes: node('n3') } }],
  };

  it('explains drop 197 at a sender that has not heard of the node', () => {
    const found = firstLossOf(smallScenario({ ...joins, from: node('n1'), to: node('n3') }));
    expect(found.loss.fate).toBe('noNodeIdAtEgress');
    expect(story(found)).toEqual([
      '60 s east/n3: is up, with a new boot ID',
      '60 s east/n1: drops a packet from east/n1 to east/n3 with no key: noNodeIdAtEgress',
      '62 s east/n1: learns of east/n3',
    ]);
    expect(found.missedBy).toBe(2 * second);
    expect(found.remedy).toBe(
      'east/n1 does not know east/n3 yet: the drops end when its record has spread',
    );
  });

  it('explains drop 197 at a receiver that has not heard of the node', () => {
    const found = firstLossOf(smallScenario({ ...joins, from: node('n3'), to: node('n1') }));
    expect(found.loss).toMatchObject({ fate: 'noNodeIdAtIngress', receiver: 'east/n1' });
    expect(story(found).slice(-2)).toEqual([
      '60.001 s east/n1: drops a packet from east/n3 to east/n1 with key 3: noNodeIdAtIngress',
      '62 s east/n1: learns of east/n3',
    ]);
    expect(found.missedBy).toBe(2 * second - millisecond);
    expect(found.remedy).toBe(
      'east/n1 does not know east/n3 yet: the drops end when its record has spread',
    );
  });

  it('explains a reboot: the peers derive keys from the old boot ID', () => {
    const found = firstLossOf(
      smallScenario({
        procedure: onlyWait,
        faults: [
          { at: minute, fault: { kind: 'reboot', nodes: node('n3'), downtime: 10 * second } },
        ],
      }),
    );
    expect(found.loss).toMatchObject({ receiver: 'east/n3', fate: 'XfrmInStateProtoError' });
    expect(story(found)).toEqual([
      '70 s east/n3: is up, with a new boot ID',
      '70 s east/n3: loads key 3',
      `70.001 s east/n3: drops a packet from ${found.loss.sender} to east/n3 with key 3: XfrmInStateProtoError`,
      `72 s ${found.loss.sender}: makes its state to send key 3 to east/n3 anew, with the new boot ID`,
    ]);
    expect(found.missedBy).toBeUndefined();
    expect(found.remedy).toBe(
      `drain east/n3 before it reboots, and let pods back when ${found.loss.sender} has its new boot ID: until then it derives keys from the one before`,
    );
  });

  it('is not put down to a network link that the packet does not take', () => {
    const links = (...pairs: readonly [string, string][]) =>
      pairs.map(([from, to]) => ({
        at: 10 * second,
        fault: {
          kind: 'delayLink' as const,
          link: { kind: 'network' as const, from: node(from), to: node(to) },
          extra: 1,
          duration: 9 * minute,
        },
      }));
    const late: Wanted = {
      from: node('n1'),
      to: node('n3'),
      delayOverrides: [delayAt('n3', 'secretSync', constant(8 * minute))],
    };
    const taken = 'east/n1: has its network link slowed down';
    const others = links(['n1', 'n2'], ['n3', 'n1'], ['n2', 'n3']);
    const without = firstLossOf(smallScenario({ ...late, faults: others }));
    expect(story(without).join()).not.toContain('network link');
    const own = firstLossOf(smallScenario({ ...late, faults: links(['n1', 'n3']) }));
    expect(story(own)).toContainEqual(`10 s ${taken}`);
  });

  it('does not take the states of a node that left for a key that was reclaimed', () => {
    // n3 leaves, so that n1 deletes states of key 3; then n1 announces key 4 before it can receive.
    const found = firstLossOf(
      smallScenario({
        nodes: 4,
        release: 'cilium-1.18',
        secret: secretText(3),
        delayOverrides: [delayAt('n1', 'install', constant(30 * second))],
        faults: [{ at: 10 * second, fault: { kind: 'leave', nodes: node('n4') } }],
        procedure: [
          { kind: 'wait', duration: 4 * minute },
          { kind: 'rotate', clusters: ['east'] },
          { kind: 'wait', duration: 3 * minute },
        ],
      }),
    );
    expect(found.loss).toMatchObject({ receiver: 'east/n1', fate: 'XfrmInNoStates' });
    expect(found.remedy).toMatch(/^announce a key only when its states are installed/);
  });
});

describe('keys that do not fit', () => {
  it('explains plaintext: v1.16 without a key sends as if nothing were to be encrypted', () => {
    const found = firstLossOf(
      smallScenario({ release: 'cilium-1.16', secret: '', procedure: onlyWait }),
    );
    expect(story(found)).toEqual([
      '0 s east/n1: takes east/n2 to have no key, and sends with no key',
      '0 s east/n1: reads a key file without a key, and goes on with key ID 0',
      '0 s east/n1: sends a packet to east/n2 unencrypted',
    ]);
    expect(found.loss.keyId).toBe(0);
    expect(found.remedy).toBe(
      'write a secret with a key, under a new key ID: without one, east/n1 sends plaintext',
    );
  });

  it('explains another key under the same key ID', () => {
    const found = firstLossOf(
      smallScenario({
        release: 'cilium-1.16',
        delayOverrides: [delayAt('n3', 'secretSync', constant(30 * second))],
        procedure: [
          { kind: 'wait', duration: minute },
          {
            kind: 'writeSecret',
            cluster: 'east',
            text: secretText(3, 'ff112233445566778899aabbccddeeff01020304'),
          },
          { kind: 'wait', duration: 2 * minute },
        ],
        from: node('n3'),
        to: node('n1'),
      }),
    );
    expect(found.loss).toMatchObject({ fate: 'XfrmInStateProtoError', keyId: 3 });
    expect(story(found)).toEqual([
      '60 s all: the secret is written',
      '70 s east/n1: loads key 3',
      '70.001 s east/n1: drops a packet from east/n3 to east/n1 with key 3: XfrmInStateProtoError',
      '90 s east/n3: loads key 3',
    ]);
    expect(found.remedy).toBe('a new key needs a new key ID: rotate properly');
  });

  it('explains a key that the receiver never had', () => {
    // A second rotation before the first has reached n3: its peers go from 3 to 4 to 5, and what
    // n3 sends with key 3 finds no state once that is reclaimed.
    const found = firstLossOf(
      smallScenario({
        rotationDuration: minute,
        delayOverrides: [delayAt('n3', 'secretSync', constant(10 * minute))],
        procedure: [
          { kind: 'wait', duration: minute },
          { kind: 'rotate', clusters: ['east'] },
          { kind: 'wait', duration: 30 * second },
          { kind: 'rotate', clusters: ['east'] },
          { kind: 'wait', duration: 14 * minute },
        ],
        from: node('n3'),
        to: node('n1'),
      }),
    );
    expect(found.loss).toMatchObject({ fate: 'XfrmInNoStates', keyId: 3, receiver: 'east/n1' });
    expect(story(found)).toContain('90 s all: the secret is written');
    expect(story(found)).toContain('100 s east/n1: loads key 5');
  });

  it('explains a newcomer that has missed the new key, and is known to peers that have no other', () => {
    // n3's agent starts at 59.5 s and installs key 3 while its key file is replaced, which it does not see.
    const found = firstLossOf(
      smallScenario({
        absent: ['n3'],
        delays: { secretSync: constant(500 * millisecond), install: constant(second) },
        faults: [{ at: 59_500 * millisecond, fault: { kind: 'join', nodes: node('n3') } }],
        every: 40 * second,
        from: node('n1'),
        to: node('n3'),
      }),
    );
    expect(found.loss).toMatchObject({ fate: 'XfrmOutPolBlock', keyId: 3 });
    expect(found.remedy).toBe(
      'east/n3 has key 3 and east/n1 key 4: restart the agent of east/n3, which then loads the new one',
    );
  });
});

it('explains what has nothing to do with keys', () => {
  const found = firstLossOf(
    smallScenario({
      procedure: onlyWait,
      faults: [
        {
          at: minute,
          fault: {
            kind: 'memoryPressure',
            nodes: node('n2'),
            duration: minute,
            dropPerMille: 1000,
          },
        },
      ],
    }),
  );
  expect(found.loss).toMatchObject({ receiver: 'east/n2', fate: 'XfrmInError' });
  expect(found.remedy).toBe('give east/n2 memory: the drops end with its shortage');
});
