import { type Served, serveAgent } from '../wire/index.ts';
import { DescriptorChannel } from './descriptor-channel.ts';

/** Serves an agent over standard input and output, until the input ends. */
export function serveStdio(served: Served): void {
  const ended = (): { readonly kind: 'exited'; readonly message: string } => ({
    kind: 'exited',
    message: 'the harness is gone',
  });
  serveAgent(new DescriptorChannel({ input: 0, output: 1, ended }), served);
}
