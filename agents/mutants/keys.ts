import type { AgentMaker } from '../agent-maker.ts';
import { makeCiliumAgent } from '../agent-maker.ts';
import { nodeAddresses } from '../../model/agent/index.ts';
import { decryptBits } from '../../model/datapath/index.ts';
import { KeyRing, type TunnelKeyRecipe } from '../../model/secret/index.ts';
import type { KeyHandle, StateConfig } from '../../model/xfrm/index.ts';
import { withEnvironment, withProfile } from './configured.ts';
import { intercepted } from './interception.ts';
import { acceptsSixteen } from './key-sixteen.ts';
import type { Mutant } from './mutant.ts';
import { sharesDecryptState } from './shared-decrypt-state.ts';

/** Mutants that take what is no key, or make another key of it than their peers do. */
export const keyMutants: readonly Mutant[] = [
  {
    name: 'accepts-same-key-id',
    sentence: 'Loads other key bytes under the key ID that is in use, and replaces its states.',
    source: 'https://github.com/cilium/cilium/issues/14873',
    make: withEnvironment(({ profile }) => ({
      profile: {
        ...profile,
        secret: { ...profile.secret, sameKeyId: 'accepted' },
        stateKeyMismatch: 'repaired',
      },
    })),
  },
  {
    name: 'keeps-decrypt-states-when-switched-off',
    sentence:
      'Keeps its IN states when encryption is switched off, and trips over them when it is on again.',
    source: 'https://github.com/cilium/cilium/issues/15216',
    upTo: 'cilium-1.17',
    make: intercepted(
      () => {
        let first = true;
        return {
          *operation(operation, input) {
            if (first && input.kind === 'start') {
              first = false;
              const { states = [] } = yield { kind: 'xfrmStateList' };
              const outgoing = [...states].filter(({ markValue }) => !isDecryptMark(markValue));
              for (const state of outgoing) yield { kind: 'xfrmStateDelete', state };
            }
            return yield operation;
          },
        };
      },
      withProfile({ stateKeyMismatch: 'left' }),
    ),
  },
  acceptsSixteen,
  {
    name: 'swaps-boot-ids',
    sentence: 'Derives the keys of its IN states with the boot IDs of the two nodes swapped.',
    source: 'https://github.com/cilium/cilium/issues/35806',
    make: withEnvironment(({ keyRing, local }) => ({
      keyRing: new OtherKeyRing(keyRing, (recipe) =>
        keyRing.tunnelKey(
          nodeAddresses(local).includes(recipe.destination) ? withBootIdsSwapped(recipe) : recipe,
        ),
      ),
    })),
  },
  {
    name: 'swaps-boot-ids-of-idle-tunnels',
    sentence:
      'In tunnel mode, where packets go between the node IPs, derives the IN keys between router IPs with the boot IDs swapped.',
    source: 'Breaks the rule that both ends derive one key; akin to cilium/cilium#35806',
    onlySeenBy: 'equal-keys',
    make: withEnvironment(({ keyRing, local, settings }) => {
      const routers = Object.values(local.ciliumInternalIp);
      const isIdle = ({ destination }: TunnelKeyRecipe): boolean =>
        settings.routing === 'tunnel' && routers.includes(destination);
      return {
        keyRing: new OtherKeyRing(keyRing, (recipe) =>
          keyRing.tunnelKey(isIdle(recipe) ? withBootIdsSwapped(recipe) : recipe),
        ),
      };
    }),
  },
  {
    name: 'derives-rotated-keys-otherwise',
    sentence:
      'Derives, of a secret that it loads while it runs, one key for all tunnels, as old versions did.',
    source: 'https://github.com/cilium/cilium/issues/36838',
    make: withEnvironment(({ keyRing }) => {
      let first: number | undefined = undefined;
      return {
        keyRing: new OtherKeyRing(keyRing, (recipe) => {
          first ??= recipe.psk;
          return recipe.psk === first ? keyRing.tunnelKey(recipe) : keyRing.globalKey(recipe.psk);
        }),
      };
    }),
  },
  sharesDecryptState,
  {
    name: 'has-sent-four-billion-packets',
    sentence: 'Finds, when it starts, states that have sent 2^32 - 20 packets already.',
    source: 'https://github.com/cilium/cilium/issues/12447',
    make: intercepted(() => ({
      *operation(operation, input) {
        const ages = operation.kind === 'xfrmStateAdd' && input.kind === 'start';
        if (!ages || isDecryptMark(operation.state.markValue)) return yield operation;
        return yield { kind: 'xfrmStateAdd', state: aged(operation.state) };
      },
    })),
  },
  {
    name: 'hears-key-file-twice',
    sentence: 'Takes the two events of a replaced key file for two keys.',
    source: 'https://github.com/cilium/cilium/issues/19814',
    onlySeenBy: 'no-false-alarm',
    make: hearingTwice,
  },
  {
    name: 'panics-on-short-boot-id',
    sentence: 'Crashes when a node has published a boot ID of fewer than 36 characters.',
    source: 'https://github.com/cilium/cilium/issues/39059',
    make: withEnvironment(({ profile }) => ({
      profile: { ...profile, secret: { ...profile.secret, shortBootId: 'panic' } },
    })),
  },
];

function withBootIdsSwapped(recipe: TunnelKeyRecipe): TunnelKeyRecipe {
  const { sourceBootId, destinationBootId } = recipe;
  return { ...recipe, sourceBootId: destinationBootId, destinationBootId: sourceBootId };
}

function hearingTwice(environment: Parameters<AgentMaker>[0]): ReturnType<AgentMaker> {
  const agent = makeCiliumAgent(environment);
  return {
    *handle(input, now) {
      yield* agent.handle(input, now);
      if (input.kind === 'keyFile') yield* agent.handle(input, now);
    },
  };
}

/** 20 more packets, and an OUT state without ESN is used up. */
function aged(state: StateConfig): StateConfig {
  return { ...state, seed: { output: 0xffff_ffff - 20 } };
}

export function isDecryptMark(markValue: number): boolean {
  return (markValue & 0xf00) === decryptBits;
}

/** The keys of a world, but for what they are derived from. */
export class OtherKeyRing extends KeyRing {
  readonly #ring: KeyRing;
  readonly #derive: (recipe: TunnelKeyRecipe) => KeyHandle;

  constructor(ring: KeyRing, derive: (recipe: TunnelKeyRecipe) => KeyHandle) {
    super();
    this.#ring = ring;
    this.#derive = derive;
  }

  override psk(key: Parameters<KeyRing['psk']>[0]): ReturnType<KeyRing['psk']> {
    return this.#ring.psk(key);
  }

  override bootId(text: string): ReturnType<KeyRing['bootId']> {
    return this.#ring.bootId(text);
  }

  override globalKey(psk: Parameters<KeyRing['globalKey']>[0]): KeyHandle {
    return this.#ring.globalKey(psk);
  }

  override tunnelKey(recipe: TunnelKeyRecipe): KeyHandle {
    return this.#derive(recipe);
  }
}
