export type { Answer, Asked, Served, ServedAgent, ServedSteps } from '../wire/index.ts';
export { CommandAgents } from './command-agents.ts';
export { serveStdio } from './serve-stdio.ts';
export { type ProcessLimits, processLimits } from './watchdog.ts';
