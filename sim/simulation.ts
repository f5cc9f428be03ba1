import type { AgentFactory } from './agent-runner.ts';
import { NodeLife } from './node-life.ts';
import { Propagation } from './propagation.ts';
import { Traffic } from './traffic.ts';
import type { World } from './world.ts';

/** One run: the world, and all that goes on in it. */
export interface Simulation {
  readonly world: World;
  readonly propagation: Propagation;
  readonly life: NodeLife;
  readonly traffic: readonly Traffic[];
}

export function makeSimulation(world: World, agents: AgentFactory): Simulation {
  const propagation = new Propagation(world);
  return {
    world,
    propagation,
    life: new NodeLife(world, propagation, agents),
    traffic: world.scenario.traffic.map((plan) => new Traffic(world, plan)),
  };
}
