import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { assert } from './assert.ts';

/**
 * Holds a machine to what a transition table can express: flat states, edges with one target, named
 * actions on edges, and nothing that depends on data or on time.
 * @throws AssertionError naming the machine, the state and what it may not have.
 */
export function assertTabular(machine: AnyStateMachine): void {
  assert(machine.id !== '(machine)', 'a chart needs an id');
  const at = `chart ${machine.id}`;
  const root: AnyStateNode = machine.root;
  assert(machine.config.context === undefined, `${at}: a chart has no context`);
  assert(
    root.type === 'compound',
    `${at}: the root is ${root.type}, a chart is a flat list of states`,
  );
  assert(root.transitions.size === 0, `${at}: an edge belongs to a state, not to the root`);
  assertPlainNode(root, at);
  for (const state of Object.values(root.states)) assertTabularState(machine, state);
}

function assertTabularState(machine: AnyStateMachine, state: AnyStateNode): void {
  const at = `chart ${machine.id}, state ${state.key}`;
  assert(state.type === 'atomic', `${at}: the state is ${state.type}, a chart has no hierarchy`);
  assertPlainNode(state, at);
  for (const [event, edges] of state.transitions) {
    assert(!event.includes('*'), `${at}: ${event} is a wildcard, a chart accepts events by name`);
    assert(edges.length === 1, `${at}: ${event} has ${edges.length} edges, one is possible`);
    for (const edge of edges) assertTabularEdge(machine, edge, `${at}, event ${event}`);
  }
}

/** Entry and exit actions are refused too: what an edge does is written on the edge. */
function assertPlainNode(node: AnyStateNode, at: string): void {
  // First, because XState makes a delay out of entry and exit actions.
  assert(node.after.length === 0, `${at}: a chart has no delays`);
  assert(node.entry.length === 0 && node.exit.length === 0, `${at}: actions belong on edges`);
  assert(node.always === undefined, `${at}: a chart has no eventless edges`);
  assert(node.invoke.length === 0, `${at}: a chart invokes nothing`);
}

type Edge = AnyStateNode['on'][string][number];

function assertTabularEdge(machine: AnyStateMachine, edge: Edge, at: string): void {
  assert(edge.guard === undefined, `${at}: a chart has no guards`);
  assert(edge.target?.length === 1, `${at}: an edge names its one target, also where it stays`);
  for (const action of edge.actions as readonly unknown[]) {
    const known =
      typeof action === 'string' && Object.hasOwn(machine.implementations.actions, action);
    assert(known, `${at}: an action is a name that setup() declares`);
  }
}
