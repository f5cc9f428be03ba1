import { address, type Address, prefix } from '../../address.ts';
import { assert, defined } from '../../assert.ts';
import type {
  Lifetime,
  PolicyConfig,
  PolicyDirection,
  ReplayShape,
  StateConfig,
  StateShape,
  Template,
  XfrmMode,
} from '../config.ts';
import { anyMark, type Mark } from '../mark.ts';
import type { KeyNames } from './key-names.ts';

/** The words of a command line, quotes removed. */
export function words(command: string): string[] {
  return Array.from(
    command.matchAll(/"([^"]*)"|(\S+)/g),
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
}

/** What stands behind each keyword; a keyword may take several words. */
class Arguments {
  readonly #words: readonly string[];

  constructor(list: readonly string[]) {
    this.#words = list;
  }

  text(keyword: string, offset = 1): string | undefined {
    const at = this.#words.indexOf(keyword);
    return at < 0 ? undefined : this.#words[at + offset];
  }

  number(keyword: string): number | undefined {
    const text = this.text(keyword);
    return text === undefined ? undefined : Number(text);
  }

  has(...sequence: readonly string[]): boolean {
    return this.#words.some((_, at) =>
      sequence.every((word, offset) => this.#words[at + offset] === word),
    );
  }

  mark(keyword: string): Mark | undefined {
    const value = this.number(keyword);
    if (value === undefined) return undefined;
    const masked = this.text(keyword, 2) === 'mask';
    return { value, mask: masked ? Number(this.text(keyword, 3)) : 0xffff_ffff };
  }

  limit(kind: string): number | undefined {
    const at = this.#words.findIndex(
      (word, index) => word === 'limit' && this.#words[index + 1] === kind,
    );
    return at < 0 ? undefined : Number(this.#words[at + 2]);
  }
}

/** `ip xfrm state add|update|allocspi ARGUMENTS`; undefined if the key is one no kernel takes. */
export function stateOf(list: readonly string[], keys: KeyNames): StateConfig | undefined {
  const named = new Arguments(list);
  const keyText = named.text('aead', 2) ?? 'K1';
  const key = keys.handle(keyText);
  if (key === undefined) return undefined;
  return {
    shape: shapeOf(named),
    source: addressAt(named, 'src'),
    destination: addressAt(named, 'dst'),
    spi: named.number('spi') ?? named.number('min') ?? 0,
    markValue: named.mark('mark')?.value ?? 0,
    key,
    seed: {
      input: named.number('replay-seq') ?? 0,
      inputHigh: named.number('replay-seq-hi') ?? 0,
      output: named.number('replay-oseq') ?? 0,
      outputHigh: named.number('replay-oseq-hi') ?? 0,
    },
  };
}

/** What names a state in `ip xfrm state delete ARGUMENTS`. */
export function identityOf(list: readonly string[]): {
  destination: Address;
  spi: number;
  mark: Mark;
} {
  const named = new Arguments(list);
  const mark = named.mark('mark') ?? anyMark;
  return { destination: addressAt(named, 'dst'), spi: named.number('spi') ?? 0, mark };
}

function shapeOf(named: Arguments): StateShape {
  const outputMark = named.mark('output-mark');
  const interfaceId = named.number('if_id');
  return {
    mode: named.text('mode') as XfrmMode,
    reqid: named.number('reqid') ?? 0,
    markMask: named.mark('mark')?.mask ?? 0,
    replay: replayOf(named),
    icvBits: Number(named.text('aead', 3) ?? 128),
    lifetime: lifetimeOf(named),
    ...(outputMark === undefined ? {} : { outputMark }),
    ...(interfaceId === undefined ? {} : { interfaceId }),
    ...(named.has('encap', 'espinudp') ? { encapsulation: 'espinudp' } : {}),
    ...(named.has('flag', 'af-unspec') ? { selectorFamily: 'any' } : {}),
    ...(named.has('extra-flag', 'oseq-may-wrap') ? { outputSequenceMayWrap: true } : {}),
    ...selectorOf(named),
  };
}

function selectorOf(named: Arguments): Pick<StateShape, 'selector'> {
  if (!named.has('sel')) return {};
  const source = prefix(defined(named.text('sel', 2), 'sel src'));
  const destination = prefix(defined(named.text('sel', 4), 'sel dst'));
  return { selector: { source, destination } };
}

/** iproute2 asks for a bitmap above 32 packets. */
function replayOf(named: Arguments): ReplayShape {
  const window = named.number('replay-window') ?? 0;
  if (named.has('flag', 'esn')) return { kind: 'esn', window };
  return { kind: window > 32 ? 'bitmap' : 'legacy', window };
}

function lifetimeOf(named: Arguments): Lifetime {
  const limits = {
    hardPackets: named.limit('packet-hard'),
    softPackets: named.limit('packet-soft'),
    hardBytes: named.limit('byte-hard'),
    softBytes: named.limit('byte-soft'),
    hardAddSeconds: named.limit('time-hard'),
  };
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  return Object.fromEntries(given) as Lifetime;
}

/** `ip xfrm policy add|delete ARGUMENTS`. */
export function policyOf(list: readonly string[]): PolicyConfig {
  const [head = [], ...templates] = split(list, 'tmpl');
  const named = new Arguments(head);
  return {
    direction: named.text('dir') as PolicyDirection,
    selector: {
      source: prefix(defined(named.text('src'), 'src')),
      destination: prefix(defined(named.text('dst'), 'dst')),
    },
    mark: named.mark('mark') ?? anyMark,
    priority: named.number('priority') ?? 0,
    action: named.has('action', 'block') ? 'block' : 'allow',
    templates: templates.map((part) => templateOf(new Arguments(part))),
  };
}

function templateOf(named: Arguments): Template {
  return {
    source: addressAt(named, 'src'),
    destination: addressAt(named, 'dst'),
    spi: named.number('spi') ?? 0,
    reqid: named.number('reqid') ?? 0,
    mode: named.text('mode') as XfrmMode,
    optional: named.has('level', 'use'),
  };
}

function split(list: readonly string[], separator: string): string[][] {
  const parts: string[][] = [[]];
  for (const word of list) {
    if (word === separator) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}

function addressAt(named: Arguments, keyword: string): Address {
  const text = named.text(keyword);
  assert(text !== undefined, `no ${keyword} in the command`);
  return address(text);
}
