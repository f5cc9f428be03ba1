/**
 * What an agent that is written in TypeScript is made of, and how it is served over standard input and
 * output: `import { serveStdio } from 'keyturn/agent'`. For Node alone; examples/typescript/agent.ts is
 * a whole agent.
 *
 * @module
 */
export {
  type Answer,
  type Asked,
  serveStdio,
  type Served,
  type ServedAgent,
  type ServedSteps,
} from './agents/process/index.ts';
export type { AgentMaker } from './agents/index.ts';
export * from './model/agent/index.ts';
export type { Address, Family, Prefix } from './model/address.ts';
export { decryptedMark, encryptedMark, nodeIdOfMark, keyIdOfMark } from './model/datapath/index.ts';
export { minute, second, type Microseconds } from './model/time.ts';
export {
  checkBootId,
  type IpsecKey,
  type KeyFileLoad,
  KeyRing,
  loadKeyFile,
  secretRules,
} from './model/secret/index.ts';
export type {
  Errno,
  KeyHandle,
  ListedState,
  Mark,
  PolicyConfig,
  Selector,
  StateConfig,
  StateShape,
  XfrmPolicy,
} from './model/xfrm/index.ts';
