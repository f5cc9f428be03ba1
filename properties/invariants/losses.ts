import type { PacketFate } from '../../sim/index.ts';
import type { Invariant, Subject } from './invariant.ts';

const documentation =
  'Cilium: Documentation/security/network/encryption-ipsec.rst, Troubleshooting';

/** No packet between two undisturbed nodes meets this fate where the premises of the law hold. */
function neverBetweenSettled(
  id: string,
  fates: readonly PacketFate[],
  rule: { readonly sentence: string; readonly source: string },
): Invariant {
  return {
    id,
    kind: 'always',
    ...rule,
    watch(subject, note) {
      if (!subject.premises.isLawful) return undefined;
      // eslint-disable-next-line max-params
      subject.trace.observeFates(fates, (at, sender, receiver, _family, keyId, _seq, fate) => {
        if (!areSettled(subject, sender, receiver)) return;
        const pair = `${subject.nameOf(sender)} -> ${subject.nameOf(receiver)}`;
        note(at, `${String(subject.trace.meaning('fate', fate))}, ${pair}, key ${keyId}`);
      });
      return undefined;
    },
  };
}

export function areSettled(subject: Subject, one: number, other: number): boolean {
  return subject.isUndisturbed(one) && subject.isUndisturbed(other);
}

export const losses: readonly Invariant[] = [
  neverBetweenSettled('no-in-no-states', ['XfrmInNoStates'], {
    sentence:
      'No packet between settled nodes finds no state at its receiver when the rotation duration exceeds the propagation time.',
    source: `${documentation}: XfrmInNoStates`,
  }),
  neverBetweenSettled('no-in-state-proto-error', ['XfrmInStateProtoError'], {
    sentence: 'No packet between settled nodes is decrypted with another key than its own.',
    source: `${documentation}: XfrmInStateProtoError`,
  }),
  neverBetweenSettled('sender-keeps-its-key', ['XfrmOutPolBlock', 'XfrmOutNoStates'], {
    sentence: 'No settled node lacks the policy or the state of the key that it chose for another.',
    source: `${documentation}: XfrmOutPolBlock`,
  }),
  neverBetweenSettled('node-ids-known', ['noNodeIdAtEgress', 'noNodeIdAtIngress'], {
    sentence: 'No packet between settled nodes is dropped for want of a node ID.',
    source: 'Cilium: bpf/lib/drop_reasons.h, DROP_NO_NODE_ID',
  }),
  neverBetweenSettled('policies-let-in', ['XfrmInTmplMismatch', 'XfrmInNoPols', 'XfrmInPolBlock'], {
    sentence: 'No decrypted packet between settled nodes is refused by a policy.',
    source: 'Cilium: pkg/datapath/linux/ipsec/ipsec_linux.go, ipSecReplacePolicyIn',
  }),
  {
    id: 'no-plaintext',
    kind: 'always',
    sentence: 'No packet for a pod on another node ever leaves its node unencrypted.',
    source:
      'Cilium: bpf/lib/encrypt.h; cilium/cilium#34756; plugins/cilium-cni for when pods of a booting node start',
    watch({ trace, nameOf }, note) {
      // The model's pods send as soon as their node is up; real ones start when its agent serves them.
      const booting = new Set<number>();
      trace.observe('nodeChanged', (at, node, state) => {
        if (at > 0 && trace.meaning('text', state) === 'running') booting.add(node);
      });
      trace.observe('allNodesValidated', (_at, node) => {
        booting.delete(node);
      });
      trace.observeFates(['plaintext'], (at, sender, receiver) => {
        if (booting.has(sender)) return;
        note(at, `${nameOf(sender)} -> ${nameOf(receiver)} in plaintext`);
      });
      return undefined;
    },
  },
];
