import { address, prefix } from '../../address.ts';
import type { PolicyConfig, PolicyDirection, StateConfig } from '../config.ts';
import type { Errno } from '../errno.ts';
import { identityOf, policyOf, stateOf, words } from './ip-xfrm.ts';
import type { KeyNames } from './key-names.ts';
import type { Namespace } from './namespace.ts';

/** `ip xfrm state|policy ...`: what the kernel answers. */
export function runIpXfrm(command: string, host: Namespace, keys: KeyNames): Errno {
  const [, subject, verb, ...list] = words(command);
  if (verb === 'monitor' || subject === 'monitor') {
    host.xfrm.setAcquireListener(true);
    return 'ok';
  }
  return subject === 'state'
    ? runState(verb ?? '', list, host, keys)
    : runPolicy(verb ?? '', list, host);
}

function runState(verb: string, list: string[], host: Namespace, keys: KeyNames): Errno {
  const { xfrm, now } = host;
  if (verb === 'deleteall') {
    for (const state of xfrm.states()) xfrm.removeState(state);
    return 'ok';
  }
  if (verb === 'delete') return xfrm.deleteState(identityOf(list));
  const config = stateOf(list, keys);
  if (config === undefined) return 'EINVAL';
  if (verb === 'add') return xfrm.addState(config, now);
  if (verb === 'update') return xfrm.updateState(config);
  if (verb === 'allocspi') return xfrm.allocateSpi(config, now);
  throw new Error(`unknown: ip xfrm state ${verb}`);
}

function runPolicy(verb: string, list: string[], { xfrm }: Namespace): Errno {
  if (verb === 'deleteall') {
    for (const policy of xfrm.policies()) xfrm.deletePolicy(policy);
    return 'ok';
  }
  if (verb === 'add') return xfrm.addPolicy(policyOf(list));
  if (verb === 'delete') return xfrm.deletePolicy(policyOf(list));
  throw new Error(`unknown: ip xfrm policy ${verb}`);
}

/** `name=value` words of a harness command. */
export function options(list: readonly string[]): Map<string, number> {
  const pairs = list.filter((word) => word.includes('=')).map((word) => word.split('='));
  return new Map(pairs.map(([name, value]) => [name ?? '', Number(value)]));
}

/** `newsa SRC DST SPI REQID KEY [mark= mask= dir=]`. */
export function newSa(list: readonly string[], keys: KeyNames): StateConfig {
  const [source = '', destination = '', spi, reqid, key = ''] = list;
  const given = options(list);
  const direction = ([undefined, 'in', 'out'] as const)[given.get('dir') ?? 0];
  return {
    shape: {
      mode: 'tunnel',
      reqid: Number(reqid),
      markMask: given.get('mask') ?? 0,
      replay: { kind: 'legacy', window: 0 },
      icvBits: 128,
      ...(direction === undefined ? {} : { direction }),
    },
    source: address(source),
    destination: address(destination),
    spi: Number(spi),
    markValue: given.get('mark') ?? 0,
    key: keys.handle(key) as StateConfig['key'],
  };
}

const directions: readonly PolicyDirection[] = ['in', 'out', 'fwd'];

/** `pol add|del DIR SRC DST [prio= reqid= mark= mask= tspi=]`. */
export function pol(list: readonly string[]): PolicyConfig {
  const [direction, source = '', destination = ''] = list;
  const given = options(list);
  return {
    direction: directions[Number(direction)] as PolicyDirection,
    selector: { source: prefix(source), destination: prefix(destination) },
    mark: { value: given.get('mark') ?? 0, mask: given.get('mask') ?? 0 },
    priority: given.get('prio') ?? 0,
    action: 'allow',
    templates: [
      {
        source: address('198.18.0.2'),
        destination: address('198.18.0.1'),
        spi: given.get('tspi') ?? 0,
        reqid: given.get('reqid') ?? 0,
        mode: 'tunnel',
        optional: false,
      },
    ],
  };
}
