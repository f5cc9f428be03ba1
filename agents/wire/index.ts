export { amongRemote } from './agent-among-remote.ts';
export { wireJsonSchema } from './json-schema.ts';
export type { Channel, ChannelLine, Fault, FaultKind } from './channel.ts';
export { type Hello, protocolVersion } from './inputs.ts';
export { HandlesOfBytes } from './key-book.ts';
export { RemoteAgent } from './remote-agent.ts';
export {
  type Answer,
  type Asked,
  type Served,
  type ServedAgent,
  serveAgent,
  type ServedSteps,
} from './serve.ts';
export { Session } from './session.ts';
