import type { NodeName, Operation } from '../../model/agent/index.ts';
import { doAll, intercepted, pretendedSuccess } from './interception.ts';
import type { Mutant } from './mutant.ts';

/** A whole round of the background sync goes by before the new key is used. */
export const leavesInstallToBackgroundSync: Mutant = {
  name: 'leaves-install-to-background-sync',
  sentence:
    'Installs nothing when it loads a key, and uses the key when the background sync has come to each node.',
  source: 'https://github.com/cilium/cilium/issues/27319',
  make: intercepted(() => {
    const nodes = new Set<NodeName>();
    let heldBack: Operation[] = [];
    let turnsLeft = 0;
    return {
      input(input) {
        if (input.kind === 'start') for (const node of input.start.nodes) nodes.add(node.name);
        if (input.kind === 'nodeUpsert') nodes.add(input.node.name);
        if (input.kind === 'nodeDelete') nodes.delete(input.name);
        return input;
      },
      *operation(operation, input) {
        if (input.kind !== 'keyFile') return yield operation;
        if (operation.kind.startsWith('xfrm')) return pretendedSuccess;
        if (operation.kind !== 'publish' && operation.kind !== 'encryptMapUpdate') {
          return yield operation;
        }
        heldBack.push(operation);
        turnsLeft = nodes.size + 1; // the local node has its turn, too
        return pretendedSuccess;
      },
      *afterwards(input) {
        if (input.kind !== 'timer' || input.timer !== 'backgroundSync' || turnsLeft === 0) return;
        turnsLeft -= 1;
        if (turnsLeft > 0) return;
        yield* doAll(...heldBack);
        heldBack = [];
      },
    };
  }),
};
