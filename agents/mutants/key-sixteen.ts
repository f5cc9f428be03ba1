import type { AgentInput, Operation } from '../../model/agent/index.ts';
import { nodeIdOfMark, outputObjectMark } from '../../model/datapath/index.ts';
import { intercepted } from './interception.ts';
import type { Mutant } from './mutant.ts';

/** The key ID that does not fit the 4 bits that a mark has for it. */
const sixteen = 16;
/** What the agent inside is told in its place: the key ID that should have followed 15. */
const standIn = 1;

/**
 * The agent's rules know no key ID 16, so it goes by 1 while it is inside the agent, and by 16 in all
 * that leaves it.
 */
export const acceptsSixteen: Mutant = {
  name: 'accepts-key-id-sixteen',
  sentence: 'Takes 16 for a key ID, although a mark has 4 bits for it.',
  source: 'https://github.com/cilium/cilium/issues/16647',
  make: intercepted(() => {
    let inUse = false;
    return {
      input(input) {
        if (input.kind !== 'keyFile' || input.text?.startsWith(`${sixteen}+`) !== true)
          return input;
        inUse = true;
        return inside(input);
      },
      *operation(operation) {
        if (!inUse) return yield operation;
        const result = yield outside(operation);
        const states = [...(result.states ?? [])].filter(({ spi }) => spi !== sixteen);
        return result.states === undefined ? result : { ...result, states };
      },
    };
  }),
};

function inside(input: Extract<AgentInput, { kind: 'keyFile' }>): AgentInput {
  return { ...input, text: input.text?.replace(`${sixteen}+`, `${standIn}+`) };
}

function outside(operation: Operation): Operation {
  switch (operation.kind) {
    case 'keyLoaded':
    case 'publish':
    case 'encryptMapUpdate':
      return operation.keyId === standIn ? { ...operation, keyId: sixteen } : operation;
    case 'xfrmStateAdd': {
      const { state } = operation;
      if (state.spi !== standIn) return operation;
      return {
        ...operation,
        state: { ...state, spi: sixteen, markValue: marked(state.markValue) },
      };
    }
    case 'xfrmStateFind': {
      if (operation.spi !== standIn) return operation;
      const { mark } = operation;
      return { ...operation, spi: sixteen, mark: { ...mark, value: marked(mark.value) } };
    }
    case 'xfrmPolicyUpdate': {
      const { policy } = operation;
      if (policy.templates[0]?.spi !== standIn) return operation;
      const templates = policy.templates.map((template) => ({ ...template, spi: sixteen }));
      const mark = { ...policy.mark, value: marked(policy.mark.value) };
      return { ...operation, policy: { ...policy, mark, templates } };
    }
    default:
      return operation;
  }
}

/** The mark with 16 for a key ID: its bit falls into the node ID. */
function marked(markValue: number): number {
  const isOutgoing = (markValue & 0xf00) === 0xe00;
  return isOutgoing ? outputObjectMark(nodeIdOfMark(markValue), sixteen).value : markValue;
}
