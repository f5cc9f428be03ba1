import { describe, expect, it } from 'vitest';
import { assert } from '../model/assert.ts';
import { minute, second } from '../model/time.ts';
import { type FirstLoss, heal, rehearse } from '../properties/index.ts';
import type { LibraryEntry } from '../scenarios/index.ts';
import { type NodeSelector, nothingExpected, type Scenario, type Step } from '../sim/index.ts';
import { readWholeLibrary } from './library.ts';

/** What a verdict must say: lines of its chain, in this order, and its remedy. */
interface Told {
  readonly chain: readonly string[];
  readonly remedy: string;
  /** Does what the remedy says, where no test of the library or of incidents does so already. */
  readonly cure?: (scenario: Scenario) => boolean;
}

/** What the remedy must say of an agent that a scenario names: who, what it does, where that was reported. */
function agentOf(
  cluster: string,
  deed: string,
  issue: string,
  instead = 'nothing is lost',
): string {
  return `the agent of ${cluster} ${deed}: run one that does not${issue === '' ? '' : ` (cilium/cilium#${issue})`}; tried: with its release's own ${instead}`;
}

const everyNode: NodeSelector = { kind: 'all' };
const wait: Step = { kind: 'wait', duration: 12 * minute };

/** The same run with keys kept for an hour. */
function keptLonger(scenario: Scenario): boolean {
  const clusters = scenario.clusters.map((cluster) => ({
    ...cluster,
    settings: { ...cluster.settings, rotationDuration: 60 * minute },
  }));
  return rehearse({ ...scenario, clusters }).verdict.kind === 'safe';
}

/** Something done after the run; then all is well. */
function afterwards(...steps: readonly Step[]): (scenario: Scenario) => boolean {
  return (scenario) => {
    const remedy = { procedure: [...steps, wait], expect: nothingExpected };
    const healing = heal({ ...scenario, remedy });
    assert(healing !== undefined, 'there is a remedy');
    return healing.deviations.length === 0;
  };
}

const rotated = afterwards({ kind: 'rotate', clusters: ['east'] });
const restarted = afterwards({
  kind: 'act',
  fault: { kind: 'restartAgent', nodes: everyNode, downtime: 5 * second },
});

/** The restart of one agent becomes the restart of all. */
function allRestarted(scenario: Scenario): boolean {
  const procedure = scenario.procedure.map((step): Step => {
    if (step.kind !== 'act' || step.fault.kind !== 'restartAgent') return step;
    return { ...step, fault: { ...step.fault, nodes: everyNode } };
  });
  return rehearse({ ...scenario, procedure }).verdict.kind === 'safe';
}

const longer = 'a larger ipsec-key-rotation-duration';
const putBack = (node: string): string =>
  `restart the agent of ${node}, which puts back what was deleted, or wait until its background sync does`;
const reclaimed = (seconds: number): string =>
  `removes its states of key 3: ipsec-key-rotation-duration (${seconds} s) after the load`;
const sameId = 'a new key needs a new key ID: rotate properly';
const device: Told = {
  chain: ['east/n2 has its program at another device'],
  remedy:
    'name the device at which packets arrive on east/n2 (encrypt-interface), and restart its agent',
};

const told: Readonly<Record<string, Told>> = {
  'device/decryption-interface-missing': device,
  'device/encryption-interface-missing': device,
  'incidents/advertise-before-install': {
    chain: [
      'is publishes-before-install',
      'east/n1 loads key 4',
      'east/n1 installs the state to receive key 4',
    ],
    remedy: agentOf(
      'east',
      'announces its new key ID before it has installed the states of the key',
      '44335',
    ),
  },
  'incidents/bootid-derivation-swapped': {
    chain: ['is swaps-boot-ids', 'XfrmInStateProtoError'],
    remedy: agentOf(
      'east',
      'derives the keys of its IN states with the boot IDs of the two nodes swapped',
      '35806',
    ),
  },
  'incidents/ciliumnode-recreated': {
    chain: [
      'east/n1 has its publish link cut',
      'east/n2 deletes east/n1 as a node that has left',
      'east/n2 makes its state to send key 3 to east/n1 anew, counting from 1',
    ],
    remedy: 'rotate the key: both ends get new states, which count from 1',
    cure: rotated,
  },
  'incidents/drop-policy-gaps': {
    chain: [
      'is omits-drop-policy',
      'east/n1 has xfrmStateAdd fail: ENOMEM',
      'east/n1 cannot do xfrmStateAdd, 2 times',
      'not even one that drops it',
    ],
    remedy: agentOf(
      'east',
      'does without the policy that drops what is marked for encryption and has no other',
      '24010',
      'it is another packet that is lost first (XfrmOutPolBlock)',
    ),
  },
  'incidents/empty-bootid-on-restart': {
    chain: [
      'is publishes-empty-boot-id-at-restart',
      'east/n1 restarts its agent',
      'east/n2 makes its state to send key 3 to east/n1 anew, counting from 1',
    ],
    remedy: agentOf(
      'east',
      'publishes its node without a boot ID when it restarts, and adds it a while later',
      '33881',
    ),
  },
  'incidents/empty-secret-means-spi-zero': {
    chain: ['the secret is written', 'east/n1 reads a key file without a key'],
    remedy: 'write a secret with a key, under a new key ID: without one, east/n1 sends plaintext',
    cure: afterwards({
      kind: 'writeSecret',
      cluster: 'east',
      text: '4+ rfc4106(gcm(aes)) 76543210fedcba9876543210fedcba9876543210 128',
    }),
  },
  'incidents/esn-with-shared-key': {
    chain: ['is shares-one-decrypt-state', 'XfrmInStateSeqError'],
    remedy: agentOf(
      'east',
      'has one IN state, with a replay window, for all nodes that send to it',
      '15039',
    ),
  },
  'incidents/expected-count-wrong': {
    chain: [
      'east/n2 has had key 14',
      'the secret is written',
      'the secret is written',
      'east/n1 loads key 1',
      'takes east/n1 to have key 1, and sends with key 1',
      'east/n2 loads key 1',
    ],
    remedy:
      'east/n2 has key 14 and east/n1 key 1: write a new secret only when every node of every cluster has loaded the one before it',
  },
  'incidents/ifid-kernel-change': {
    chain: [
      'is installs-policies-that-never-match',
      'has no policy for a packet that is marked for key 3',
    ],
    remedy: agentOf(
      'east',
      'installs OUT policies that the kernel accepts and no packet ever matches',
      '18789',
    ),
  },
  'incidents/in-policy-template': {
    chain: ['is demands-a-tunnel-that-is-not-there', 'XfrmInTmplMismatch'],
    remedy: agentOf(
      'east',
      'demands of decrypted packets that they came through a tunnel with a request ID that none has',
      '21735',
    ),
  },
  'incidents/install-errors-swallowed': {
    chain: [
      'east/n1 has xfrmStateAdd fail: ENOMEM',
      'east/n1 loads key 4',
      'east/n1 cannot do xfrmStateAdd, 2 times',
      'XfrmOutPolBlock',
      'east/n1 installs the state to send key 4',
    ],
    remedy:
      'restart the agent of east/n1, which then installs what has failed, or wait for its background sync: the agent goes on as if nothing had failed',
    cure: restarted,
  },
  'incidents/ip-change-ignored': {
    chain: [
      'is ignores-address-changes',
      'is changes-router-ip-at-restart',
      'west/n1 restarts its agent',
      'noNodeIdAtIngress',
    ],
    remedy: `${agentOf('east', 'takes a node record in which only addresses are new for no news', '15406')}; or: ${agentOf('west', 'takes a new router IP when it restarts, and publishes it before it has states for it', '28012')}`,
  },
  'incidents/kernel-conflict-source-ip': {
    chain: ['is that of cilium-1.17', 'west/n1 restarts its agent', 'XfrmInStateProtoError'],
    remedy: `upgrade east; tried: with cilium-1.19 nothing is lost; or: ${agentOf('west', 'takes a new router IP when it restarts, and publishes it before it has states for it', '28012')}`,
  },
  'incidents/keyid-sixteen': {
    chain: [
      'is accepts-key-id-sixteen',
      'east/n2 has had key 15',
      'east/n1 loads key 16',
      'sends with key 16',
    ],
    remedy: agentOf('east', 'takes 16 for a key ID, although a mark has 4 bits for it', '16647'),
  },
  'incidents/kvstore-owns-delete': {
    chain: ['is ignores-node-deletes', 'east/n2 is replaced by another node with its addresses'],
    remedy: agentOf(
      'east',
      'leaves a node that was deleted in place: another source is said to own it',
      '7805',
    ),
  },
  'incidents/lazy-install-loses-to-reclaim': {
    chain: [
      'is leaves-install-to-background-sync',
      'east/n2 loads key 4',
      reclaimed(60),
      'learns that east/n1 has key 4',
    ],
    remedy: agentOf(
      'east',
      'installs nothing when it loads a key, and uses the key when the background sync has come to each node',
      '27319',
    ),
  },
  'incidents/leftover-decrypt-rule-collision': {
    chain: [
      'is keeps-decrypt-states-when-switched-off',
      'the secret is written',
      'east/n2 loads key 5',
    ],
    remedy: agentOf(
      'east',
      'keeps its IN states when encryption is switched off, and trips over them when it is on again',
      '15216',
    ),
  },
  'incidents/local-spi-before-install': {
    chain: [
      'is switches-before-install',
      'east/n1 loads key 4',
      'XfrmOutPolBlock',
      'east/n1 has installed all that it needs for key 4',
    ],
    remedy: agentOf(
      'east',
      'writes the new key ID to its encrypt map before it has installed the states',
      '27319',
    ),
  },
  'incidents/min-key-rule-nonmonotonic': {
    chain: [
      'east/n2 has had key 5',
      'the secret is written',
      'east/n1 loads key 4',
      'takes east/n1 to have key 4, and sends with key 4',
    ],
    remedy:
      'east/n2 has key 5 and east/n1 key 4: a new key ID must be the one after the old, here 6',
  },
  'incidents/missed-delete-ip-reuse': {
    chain: [
      'is forgets-checkpoint',
      'east/n2 is replaced by another node with its addresses',
      'east/n1 restarts its agent',
    ],
    remedy: agentOf(
      'east',
      'does not know, after a restart, which nodes it had known before',
      '33278',
    ),
  },
  'incidents/new-node-mid-rotation': {
    chain: [
      'the secret is written',
      'east/n3 is up',
      'east/n3 loads key 4',
      'takes east/n1 to have key 3',
    ],
    remedy:
      "east/n3 never held key 3: let no node join or reboot between the secret's change and the end of the rotation",
  },
  'incidents/nodeid-from-pod-events': {
    chain: [
      'is numbers-nodes-by-pod-events',
      'has a state to send key 4 to east/n2, but no policy that leads packets with this mark there',
    ],
    remedy: agentOf(
      'east',
      'gives a node a new ID when it hears of a new key of one of its pods',
      '27029',
    ),
  },
  'incidents/nodeid-pool-exhausted': {
    chain: [
      'is leaks-node-ids',
      'east/n3 is removed',
      'east/n4 is removed',
      'east/n5 is up',
      'noNodeIdAtEgress',
    ],
    remedy: agentOf(
      'east',
      'never gives a node ID back to its pool of 4, and writes ID 0 when that is empty',
      '31380',
    ),
  },
  'incidents/nodeid-sync-lag-mesh': {
    chain: ['west/n2 is up', 'noNodeIdAtEgress', 'east/n1 learns of west/n2'],
    remedy: 'east/n1 does not know west/n2 yet: the drops end when its record has spread',
    cure: afterwards(),
  },
  'incidents/nodeid-zero-deletes-catchall': {
    chain: ['is deletes-what-has-node-id-zero', 'east/n3 is removed', 'XfrmInNoPols'],
    remedy: agentOf(
      'east',
      'deletes, for a node that it never mapped, all objects whose mark has node ID 0: those of all nodes',
      '26057',
    ),
  },
  'incidents/nonatomic-replace': {
    chain: [
      'east/n2 is up, with a new boot ID',
      'east/n1 deletes its state to send key 3 to east/n2, to make it anew',
      'XfrmOutNoStates',
      'east/n1 has its state to send key 3 to east/n2 again',
    ],
    remedy:
      'east/n1 cannot replace a state in one step (cilium/cilium#32240): the gap ends by itself, 2000 ms after it began',
    cure: afterwards(),
  },
  'incidents/plaintext-effective-spi-zero': {
    chain: [
      'is clears-encrypt-map-while-rotating',
      'east/n1 loads key 4',
      'east/n1 sets its encrypt map to key ID 0, although it has key 4',
    ],
    remedy: agentOf(
      'east',
      'switches encryption off, by key ID 0 in its encrypt map, until a new key is in place',
      '34756',
    ),
  },
  'incidents/plaintext-unknown-destination': {
    chain: ['takes east/n2 to have no key', 'east/n2 is up', 'unencrypted'],
    remedy:
      "east/n1 knows no key of east/n2's pods, and this release then sends plaintext: send them nothing until it has their records",
  },
  'incidents/reboot-key-switch-gap': {
    chain: [
      'east/n2 is up, with a new boot ID',
      'XfrmInStateProtoError',
      'east/n1 makes its state to send key 3 to east/n2 anew, with the new boot ID',
    ],
    remedy:
      'drain east/n2 before it reboots, and let pods back when east/n1 has its new boot ID: until then it derives keys from the one before',
  },
  'incidents/reclaim-before-peer-updated': {
    chain: [
      'east/n1 loads key 4',
      reclaimed(300),
      'XfrmOutPolBlock',
      'east/n2 loads key 4',
      'learns that east/n2 has key 4',
    ],
    remedy: `keep the old key on east/n1 until it has learnt that east/n2 has the new one: ${longer}`,
    cure: keptLonger,
  },
  'incidents/reclaim-timer-deletes-newest': {
    chain: [
      'is sleeps-once-per-load',
      'east/n1 loads key 5',
      'east/n1 deletes its state to send key 5 to east/n2, which it has in use',
      'XfrmOutNoStates',
    ],
    remedy: agentOf(
      'east',
      'has each load wait for the rotation duration, then delete the states of every key but its own',
      '19932',
    ),
  },
  'incidents/restart-rotation-advertises-early': {
    chain: [
      'is publishes-before-install-at-start',
      'east/n2 restarts its agent',
      'takes east/n2 to have key 4',
      'east/n1 restarts its agent',
      'XfrmOutPolBlock',
      'east/n1 has installed all that it needs for key 4',
    ],
    remedy: agentOf(
      'east',
      'uses and announces a key that it finds when it starts before it has installed its states',
      '44701',
    ),
  },
  'incidents/rolling-restart-longer-than-window': {
    chain: ['east/n1 loads key 4', reclaimed(60), 'east/n3 loads key 4'],
    remedy: `keep the old key on east/n1 until it has learnt that east/n3 has the new one: ${longer}`,
    cure: keptLonger,
  },
  'incidents/rotate-faster-than-window': {
    chain: [
      'east/n2 has had key 14',
      'the secret is written',
      'the secret is written',
      'east/n1 loads key 1',
      'sends with key 1',
    ],
    remedy:
      'east/n2 has key 14 and east/n1 key 1: write a new secret only when every node of every cluster has loaded the one before it',
  },
  'incidents/rotation-during-mixed-versions': {
    chain: [
      'the agent of west is derives-rotated-keys-otherwise',
      'west/n1 loads key 4',
      'XfrmInStateProtoError',
    ],
    remedy: agentOf(
      'west',
      'derives, of a secret that it loads while it runs, one key for all tunnels, as old versions did',
      '36838',
    ),
  },
  'incidents/rotation-key-ignored-size-change': {
    chain: [
      'east/n2 refuses the key file: Failed to load IPsec keyfile: invalid key rotation: key length must not change',
      reclaimed(60),
      'east/n2 still has key 3, to the end of the run',
    ],
    remedy:
      'no ipsec-key-rotation-duration is long enough: east/n2 refuses the new key while it runs, so write one that it takes, or restart all agents within the duration',
    cure: allRestarted,
  },
  'incidents/rotation-window-one-minute': {
    chain: ['east/n1 loads key 4', reclaimed(60), 'east/n2 loads key 4'],
    remedy: `keep the old key on east/n1 until it has learnt that east/n2 has the new one: ${longer}`,
    cure: keptLonger,
  },
  'incidents/router-ip-before-state': {
    chain: ['is changes-router-ip-at-restart', 'east/n1 restarts its agent', 'noNodeIdAtIngress'],
    remedy: agentOf(
      'east',
      'takes a new router IP when it restarts, and publishes it before it has states for it',
      '28012',
    ),
  },
  'incidents/same-spi-new-bytes': {
    chain: [
      'is accepts-same-key-id',
      'the secret is written',
      'east/n1 loads key 5',
      'east/n2 loads key 5',
    ],
    remedy: agentOf(
      'east',
      'loads other key bytes under the key ID that is in use, and replaces its states',
      '14873',
    ),
  },
  'incidents/secondary-maps-miss-rotation': {
    chain: ['is ignores-key-id-of-known-nodes', 'east/n2 loads key 4', reclaimed(60)],
    remedy: agentOf(
      'east',
      'leaves the entry of its node map as it is when only the key ID of the node is new',
      '7553',
    ),
  },
  'incidents/seq-exhaustion-32bit': {
    chain: [
      'east/n1 begins to count, in its state to send key 3 to east/n2',
      'XfrmOutStateSeqError',
    ],
    remedy:
      'east/n1 has used up the sequence numbers of its state towards east/n2: rotate the key, new states count from 1',
    cure: rotated,
  },
  'incidents/two-ids-dual-stack': {
    chain: [
      'is numbers-families-apart',
      'has a state to receive key 3 from east/n1, but none with the addresses and the mark of the packet',
    ],
    remedy: agentOf(
      'east',
      'gives the IPv6 addresses of a node another ID than its IPv4 addresses',
      '26114',
    ),
  },
  'incidents/update-flag-sticks': {
    chain: [
      'is refuses-ipv6-states',
      'east/n2 is up',
      'east/n1 makes its state to send key 3 to east/n2 anew, counting from 1',
    ],
    remedy: agentOf('east', 'cannot install a state of IPv6', ''),
  },
  'incidents/update-suppressed-as-equal': {
    chain: [
      'is ignores-boot-id-changes',
      'east/n2 is up, with a new boot ID',
      'XfrmInStateProtoError',
    ],
    remedy: agentOf(
      'east',
      'takes a node record in which only the boot ID is new for no news',
      '25492',
    ),
  },
  'incidents/upgrade-tunnel-ip-switch': {
    chain: [
      'the agent of west is encapsulates-with-node-ips',
      'has a state to receive key 3 from east/n1, but none with the addresses and the mark of the packet',
    ],
    remedy: agentOf(
      'west',
      "takes the nodes' own addresses for the ends of its tunnels, not their router IPs",
      '25724',
    ),
  },
  'key-file/empty': {
    chain: ['the secret is written', 'reads a key file without a key'],
    remedy: 'write a secret with a key, under a new key ID: without one, east/n1 sends plaintext',
  },
  'key-file/key-without-salt': {
    chain: ['east/n1 loads key 4', 'east/n1 cannot do xfrmStateAdd, 8 times up to the loss'],
    remedy:
      'write another key under the next key ID: the kernel of east/n1 takes no state with this algorithm, or with a key of this length (rfc4106(gcm(aes)): 20, 28 or 36 octets, the last 4 a salt)',
  },
  'key-file/same-key-id-1.16': {
    chain: ['the secret is written', 'east/n1 loads key 3'],
    remedy: sameId,
  },
  'key-file/same-key-id-1.17': {
    chain: [
      'the secret is written',
      'east/n3 restarts its agent',
      'east/n3 deletes its state to send key 3',
    ],
    remedy: sameId,
  },
  'key-file/same-key-id-1.19': {
    chain: ['the secret is written', 'east/n3 is up'],
    remedy: `keep pods off east/n3 until its agent has its key; and ${sameId}`,
  },
  'membership/changed-address': {
    chain: ['east/n4 is up', 'east/n1 learns of east/n4'],
    remedy: 'east/n1 does not know east/n4 yet: the drops end when its record has spread',
  },
  'membership/new-node': {
    chain: ['east/n3 is up', 'east/n1 learns of east/n3'],
    remedy: 'east/n1 does not know east/n3 yet: the drops end when its record has spread',
  },
  'membership/removed-node': {
    chain: ['east/n3 is removed', 'east/n1 deletes east/n3 as a node that has left'],
    remedy:
      'east/n1 knows east/n3 no more: the drops end when no one sends to the pods of a node that has left',
  },
  'mesh/different-keys': {
    chain: ['east/n1 loads key 4', 'west/n1 loads key 4'],
    remedy:
      'the secrets of the two clusters have one key ID and not one key: write one secret, under a new key ID, to both',
  },
  'mesh/one-cluster-only': {
    chain: [
      'east/n2 loads key 4',
      reclaimed(300),
      'west/n1 still has key 3, to the end of the run',
    ],
    remedy:
      'give west the same secret within the ipsec-key-rotation-duration: it is never written there',
  },
  'mesh/rotated-one-after-another': {
    chain: ['east/n2 loads key 4', reclaimed(300), 'west/n1 loads key 4'],
    remedy: `keep the old key on east/n2 until it has learnt that west/n1 has the new one: ${longer}`,
    cure: keptLonger,
  },
  'restart/reboot': {
    chain: [
      'east/n3 is up',
      'XfrmOutPolBlock',
      'east/n3 has installed all that it needs for key 3',
    ],
    remedy: 'keep pods off east/n3 until its agent has installed its states',
  },
  'restart/reboot-during-rotation': {
    chain: [
      'east/n3 is up',
      'XfrmOutPolBlock',
      'east/n3 has installed all that it needs for key 4',
    ],
    remedy: 'keep pods off east/n3 until its agent has installed its states',
  },
  'rotation/old-key-reclaimed-early': {
    chain: ['east/n2 loads key 4', reclaimed(300), 'east/n3 loads key 4'],
    remedy: `keep the old key on east/n2 until it has learnt that east/n3 has the new one: ${longer}`,
    cure: keptLonger,
  },
  'upgrade/rotation-during-downgrade': {
    chain: ['on another release: cilium-1.16', 'east/n1 deletes its state to send key 3'],
    remedy:
      'east/n1 cannot replace a state in one step (cilium/cilium#32240): the gap ends by itself, 0.2 ms after it began; it comes with the change of the release, so take pods off east/n1 meanwhile',
  },
  'upgrade/rotation-during-upgrade': {
    chain: ['on another release: cilium-1.17', 'east/n1 deletes its state to send key 3'],
    remedy:
      'east/n1 cannot replace a state in one step (cilium/cilium#32240): the gap ends by itself, 0.2 ms after it began; it comes with the change of the release, so take pods off east/n1 meanwhile',
  },
  'upgrade/skips-a-release': {
    chain: [
      'east/n2 has a state to receive key 3 from east/n1, but none with the addresses and the mark',
      'east/n1 restarts its agent, on another release: cilium-1.18',
    ],
    remedy:
      'have east/n2 and east/n1 run the same release: another one may encrypt other packets, between other addresses (v1.18 the VXLAN packets, in tunnel mode)',
  },
  'xfrm/forward-policy-missing': {
    chain: ['east/n2 has its XFRM policies deleted by hand, direction fwd'],
    remedy:
      'east/n2 has no policy for what it has decrypted: restart its agent, which puts its policies back',
  },
  'xfrm/input-states-deleted': {
    chain: [
      'east/n2 has its XFRM states deleted by hand, direction in',
      'east/n2 has its state to receive key 3 from east/n1 again',
    ],
    remedy: putBack('east/n2'),
  },
  'xfrm/memory-pressure': {
    chain: ['east/n2 is short of memory'],
    remedy: 'give east/n2 memory: the drops end with its shortage',
  },
  'xfrm/output-policies-deleted': {
    chain: [
      'has a state to send key 3 to east/n2, but no policy that leads there any more',
      'east/n1 has its XFRM policies deleted by hand, direction out',
    ],
    remedy: putBack('east/n1'),
  },
  'xfrm/output-states-deleted': {
    chain: ['east/n1 has its XFRM states deleted by hand, direction out'],
    remedy: `${putBack('east/n1')}; where its peers then drop low sequence numbers, rotate the key`,
  },
  'xfrm/pod-deleted': {
    chain: ['east/n2 has its pods deleted'],
    remedy:
      'none is needed: packets were under way to pods on east/n2 that are deleted, and it ends with them',
  },
  'xfrm/policy-blocks': {
    chain: ['east/n2 has an XFRM policy added by hand'],
    remedy:
      'delete the policy that was added by hand on east/n2 (ip xfrm policy delete), or reboot it',
  },
  'xfrm/sequence-number-exhausted': {
    chain: ['east/n1 has the sequence numbers of its output states set'],
    remedy:
      'east/n1 has used up the sequence numbers of its state towards east/n2: rotate the key, new states count from 1',
  },
  'xfrm/sequence-numbers-disagree': {
    chain: [
      'east/n1 has its XFRM states deleted by hand, direction out',
      'east/n1 has its state to send key 3 to east/n2 again',
    ],
    remedy: `${putBack('east/n1')}; where its peers then drop low sequence numbers, rotate the key`,
  },
  'xfrm/state-deleted-in-crypto': {
    chain: ['east/n1 has packets wait in a crypto engine', 'east/n3 is removed'],
    remedy:
      "none is needed: packets were waiting for east/n1's crypto engine while their state was deleted, and it ends with them",
  },
  'xfrm/template-mismatch': {
    chain: ['east/n2 has an XFRM policy added by hand'],
    remedy:
      'delete the policy that was added by hand on east/n2 (ip xfrm policy delete), or reboot it',
  },
};

const unsafe = readWholeLibrary().filter(({ outcome }) => outcome === 'unsafe');

it('every run of the library that loses packets is explained here', () => {
  expect(unsafe.map(({ id }) => id)).toEqual(Object.keys(told).sort());
});

describe.each(unsafe.map((entry) => [entry.id, entry] as const))('%s', (id, entry) => {
  const { chain = [], remedy } = told[id] ?? {};

  it('has its true cause in the chain, and a remedy that would have helped', () => {
    const found = firstLossOf(entry);
    const lines = found.causes.map(({ node, what }) => `${node ?? ''} ${what}`.trim());
    let rest: readonly string[] = lines;
    for (const part of chain) {
      const place = rest.findIndex((line) => line.includes(part));
      expect([part, place, lines]).not.toEqual([part, -1, lines]);
      rest = rest.slice(place + 1);
    }
    expect(found.remedy).toBe(remedy);
  });
});

const curable = unsafe.flatMap((entry) => {
  const { cure } = told[entry.id] ?? {};
  return cure === undefined ? [] : [[entry.id, entry, cure] as const];
});

it.each(curable)('%s is cured by its remedy', (_id, entry, cure) => {
  expect(cure(scenarioOf(entry))).toBe(true);
});

function scenarioOf({ id, content }: LibraryEntry): Scenario {
  assert(content.kind === 'run', `${id} is run`);
  return content.scenario;
}

function firstLossOf(entry: LibraryEntry): FirstLoss {
  const { verdict } = rehearse(scenarioOf(entry));
  assert(verdict.kind === 'unsafe', `${entry.id} loses packets`);
  return verdict.firstLoss;
}
