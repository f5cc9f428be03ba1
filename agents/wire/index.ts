export { amongRemote } from './agent-among-remote.ts';
export { wireJsonSchema } from './json-schema.ts';
export type { Channel, ChannelLine, Fault, FaultKind } from './channel.ts';
export { type Hello, protocolVersion } from './inputs.ts';
export { HandlesOfBytes } from './key-book.ts';
export { RemoteAgent } from './remote-agent.ts';
export { type Served, serveAgent } from './serve.ts';
export { Session } from './session.ts';
