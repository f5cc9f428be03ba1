export type { Incident } from './incident.ts';
export { incidents } from './incidents.ts';
