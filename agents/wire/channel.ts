/** What comes of reading from an agent: a line, or why there will be none. */
export type ChannelLine =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'ended'; readonly fault: Fault };

/** Lines to and from the other side, each read when it is asked for. Reading waits. */
export interface Channel {
  /** Whole lines, their ends included. They may be kept until reading has to wait. */
  write(text: string): void;
  readLine(): ChannelLine;
}

/** What went wrong between the harness and an agent, in the order of the chapter in the docs. */
export type FaultKind =
  | 'notStarted'
  | 'exited'
  | 'halfALine'
  | 'hung'
  | 'flooded'
  | 'memory'
  | 'invalidJson'
  | 'invalidMessage'
  | 'wrongVersion'
  | 'replyToNothing';

/** Why an agent's run ends without a verdict about its rotation. */
export interface Fault {
  readonly kind: FaultKind;
  /** One sentence without its full stop. */
  readonly message: string;
}
