import type { Errno } from '../xfrm/index.ts';
import type { Operation } from './operation.ts';

export function debug(message: string): Operation {
  return { kind: 'log', level: 'debug', message };
}

export function info(message: string): Operation {
  return { kind: 'log', level: 'info', message };
}

export function warning(message: string): Operation {
  return { kind: 'log', level: 'warning', message };
}

export function error(message: string): Operation {
  return { kind: 'log', level: 'error', message };
}

/** What an agent logs of an operation that failed; it goes on. */
export function failed(message: string, errno: Errno): Operation {
  return { kind: 'log', level: 'warning', message: `${message}: ${errno}` };
}
