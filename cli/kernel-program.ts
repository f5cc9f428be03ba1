import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-code.ts';
import type * as kernelCommands from './commands/kernel.ts';
import type { FuzzOptions, KernelOptions } from './commands/kernel.ts';

/** `keyturn kernel ...`: the model held against a real Linux kernel. */
export function addKernel(program: Command, done: (code: ExitCode) => void): void {
  const kernel = program
    .command('kernel')
    .description('hold the model of the Linux kernel against a real one, in QEMU');
  kernel
    .command('install')
    .description("fetch what that takes: QEMU, a compiler, and Debian's kernel (as root)")
    .action(async () => {
      done((await commands()).installKernel());
    });
  withMachine(
    kernel
      .command('verify')
      .description('perform the XFRM of scenarios on a real kernel, and compare')
      .argument('[scenario...]', 'scenario files, or IDs of the library')
      .option('--all', 'the whole library')
      .option('--most-packets <n>', 'leave out what sends more packets than that', whole(0)),
  ).action(
    async (scenarios: string[], options: KernelOptions & { all?: true; mostPackets?: number }) => {
      done(await (await commands()).verify(scenarios, options));
    },
  );
  withSequences(
    kernel.command('fuzz').description('generated sequences through the model and a real kernel'),
  ).action(async (options: FuzzOptions) => {
    done(await (await commands()).fuzz(options));
  });
  withSequences(
    kernel
      .command('record')
      .description('write generated sequences with the answers of a real kernel')
      .requiredOption('--out <file>', 'the file to write, a line of JSON for each sequence'),
  ).action(async (options: FuzzOptions & { out: string }) => {
    done(await (await commands()).record(options));
  });
  withMachine(
    kernel
      .command('bench')
      .description('packets per second of the model, and of a real kernel beside it')
      .option('--packets <n>', 'how many', whole(1), 5_000),
  ).action(async (options: KernelOptions & { packets: number }) => {
    done(await (await commands()).bench(options));
  });
}

function commands(): Promise<typeof kernelCommands> {
  return import('./commands/kernel.ts');
}

function withSequences(command: Command): Command {
  return withMachine(
    command
      .option('--runs <n>', 'how many sequences', whole(1), 500)
      .option('--seed <n>', 'a whole number', whole(0), 1),
  );
}

function withMachine(command: Command): Command {
  return command
    .option('--kernel <vmlinuz>', "another kernel than the one installed by 'kernel install'")
    .option('--modules <folder>', 'the folder of its modules')
    .addOption(
      new Option(
        '--native',
        "this machine's own kernel, in namespaces of its own (root only)",
      ).conflicts(['kernel', 'modules']),
    )
    .option('--memory <MiB>', 'of the machine that QEMU makes', whole(1), 512)
    .option('--boot-limit <seconds>', 'how long the boot may take', whole(1), 120)
    .option('--silence <seconds>', 'how long it may leave a request unanswered', whole(1), 60);
}

function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > 0x7fff_ffff) {
      throw new InvalidArgumentError(`Expected a whole number from ${least} on.`);
    }
    return value;
  };
}
