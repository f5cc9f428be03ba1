import type { NodeName, Operation } from '../../model/agent/index.ts';
import { withProfile } from '../mutants/configured.ts';

import { doAll, intercepted, pretendedSuccess } from '../mutants/interception.ts';
import type { Fix } from './fix.ts';

/**
 * Rotation in three gated phases, each begun by what the peers publish and not by time:
 *
 * 1. receive: install the states of the new key for all peers, then publish its key ID;
 * 2. send: write the encrypt map when every peer has published the new key ID;
 * 3. remove: reclaim the old key when, in addition, the rotation duration has gone by since. A peer
 *    that has published may still send with the old key until it has heard from all others: no record
 *    says when it stopped, so that much is left to time.
 *
 * A peer that never publishes the key holds the old one back for good: nothing is lost. An agent that
 * starts uses the key that it finds, since it cannot install the states of another one.
 */
export const gatedThreePhase: Fix = {
  name: 'gated-three-phase',
  sentence:
    'Sends with a new key when every peer has published it, and gives up the old one only after that.',
  source: 'RFC 7583, section 3.2.1, pre-publication of DNSSEC zone-signing keys',
  make: intercepted(
    ({ settings }) => {
      const published = new Map<NodeName, number>();
      let current = 0;
      let heldBack: Operation | undefined = undefined;
      let quietTicks = 0;
      // Ticks are an interval apart, and the first one may come at once.
      const ticksToWait = Math.ceil(settings.rotationDuration / settings.reclaimInterval) + 1;
      const everyPeerCanReceive = (): boolean =>
        [...published.values()].every((keyId) => keyId === current);
      return {
        input(input) {
          if (input.kind === 'start') {
            for (const { name, keyId } of input.start.nodes) published.set(name, keyId);
          }
          if (input.kind === 'nodeUpsert') published.set(input.node.name, input.node.keyId);
          if (input.kind === 'nodeDelete') published.delete(input.name);
          if (input.kind === 'timer' && input.timer === 'reclaim') {
            quietTicks = everyPeerCanReceive() ? quietTicks + 1 : 0;
          }
          return input;
        },
        *operation(operation, input) {
          if (operation.kind === 'keyLoaded') {
            if (operation.keyId !== current) quietTicks = 0;
            current = operation.keyId;
            heldBack = undefined;
          }
          if (operation.kind === 'encryptMapUpdate' && input.kind === 'keyFile') {
            if (everyPeerCanReceive()) return yield operation;
            heldBack = operation;
            return pretendedSuccess;
          }
          const reclaims = input.kind === 'timer' && input.timer === 'reclaim';
          const removes =
            operation.kind === 'xfrmStateDelete' || operation.kind === 'xfrmPolicyDelete';
          if (reclaims && removes && quietTicks < ticksToWait) return pretendedSuccess;
          return yield operation;
        },
        *afterwards() {
          if (heldBack === undefined || !everyPeerCanReceive()) return;
          yield* doAll(heldBack);
          heldBack = undefined;
        },
      };
    },
    withProfile({ publishes: 'afterInstall' }),
  ),
};
