import { type Address, type Family, type Prefix, prefix } from '../address.ts';
import {
  actionMask,
  decryptBits,
  encryptBits,
  inputObjectMark,
  outputObjectMark,
  toProxyBits,
} from '../datapath/index.ts';
import type {
  KeyHandle,
  Mark,
  PolicyConfig,
  PolicyDirection,
  Selector,
  StateConfig,
  StateShape,
  Template,
} from '../xfrm/index.ts';

/**
 * The XFRM objects that Cilium keeps for a remote node, by the tables of cilium:
 * pkg/datapath/linux/ipsec.go (`enableIPsecIPv4`, `enableIPsecIPv6`) and
 * pkg/datapath/linux/ipsec/ipsec_linux.go.
 */

const everything: Readonly<Record<Family, Prefix>> = { 4: prefix('0.0.0.0/0'), 6: prefix('::/0') };
const anywhere = {
  4: { source: everything[4], destination: everything[4] },
  6: { source: everything[6], destination: everything[6] },
} as const;
const defaultDropPriority = 100;
const forwardPriority = 2975;
const decryptPolicyMark: Mark = { value: decryptBits, mask: actionMask };
const proxyPolicyMark: Mark = { value: toProxyBits, mask: actionMask };
const noMark: Mark = { value: 0, mask: 0 };

/** One direction of a tunnel: the outer addresses of a state. */
export interface Tunnel {
  readonly source: Address;
  readonly destination: Address;
}

/** What goes to these addresses, from wherever. */
export function toward(destination: Prefix): Selector {
  return { source: everything[destination.address.family], destination };
}

function defaultDrop(family: Family): PolicyConfig {
  return {
    direction: 'out',
    selector: anywhere[family],
    mark: { value: encryptBits, mask: actionMask },
    priority: defaultDropPriority,
    action: 'block',
    templates: [],
  };
}

/** Packets that are marked for encryption and match no other policy are dropped, never sent as they are. */
export const defaultDropPolicies: Readonly<Record<Family, PolicyConfig>> = {
  4: defaultDrop(4),
  6: defaultDrop(6),
};

export function isDefaultDrop(policy: Pick<PolicyConfig, 'direction' | 'action'>): boolean {
  return policy.direction === 'out' && policy.action === 'block';
}

/** What the OUT state and the IN state of a tunnel are made of. */
interface StateParts {
  readonly shape: StateShape;
  readonly tunnel: Tunnel;
  readonly nodeId: number;
  readonly keyId: number;
  readonly key: KeyHandle;
}

/** Only what is marked for this node and this key may use it. */
export function outputState(parts: StateParts): StateConfig {
  return stateOf(parts, outputObjectMark(parts.nodeId, parts.keyId));
}

/** The mark names the node alone: the SPI in the packet tells the key. */
export function inputState(parts: StateParts): StateConfig {
  return stateOf(parts, inputObjectMark(parts.nodeId));
}

function stateOf(parts: StateParts, mark: Mark): StateConfig {
  return {
    shape: parts.shape,
    source: parts.tunnel.source,
    destination: parts.tunnel.destination,
    spi: parts.keyId,
    markValue: mark.value,
    key: parts.key,
  };
}

/** Leads what is marked for this node and this key into its tunnel. */
export function outputPolicy(made: {
  readonly tunnel: Tunnel;
  readonly selector: Selector;
  readonly nodeId: number;
  readonly keyId: number;
  readonly reqid: number;
}): PolicyConfig {
  return {
    direction: 'out',
    selector: made.selector,
    mark: outputObjectMark(made.nodeId, made.keyId),
    priority: 0,
    action: 'allow',
    templates: [
      {
        source: made.tunnel.source,
        destination: made.tunnel.destination,
        spi: made.keyId,
        reqid: made.reqid,
        mode: 'tunnel',
        optional: false,
      },
    ],
  };
}

/** The forward policy: it lets everything pass that came through a tunnel, and all else as well. */
export function forwardPolicy(family: Family, local: Address, reqid: number): PolicyConfig {
  const template = optionalTemplate({ destination: local, reqid });
  return allow('fwd', { selector: anywhere[family], priority: forwardPriority, template });
}

/** v1.16, v1.17: what was decrypted must have come through the tunnel; what goes to a proxy, may. */
export function markedInputPolicies(made: {
  readonly tunnel: Tunnel;
  readonly selector: Selector;
  readonly reqid: number;
}): readonly PolicyConfig[] {
  const { selector } = made;
  const required: Template = {
    source: made.tunnel.source,
    destination: made.tunnel.destination,
    spi: 0,
    reqid: made.reqid,
    mode: 'tunnel',
    optional: false,
  };
  const proxied = optionalTemplate({ destination: made.tunnel.destination, reqid: made.reqid });
  return [
    allow('in', { selector, mark: decryptPolicyMark, template: required }),
    allow('in', { selector, mark: proxyPolicyMark, template: proxied }),
  ];
}

/** v1.18 and later: one policy that matches everything and demands nothing. */
export const wildcardInputPolicies: Readonly<Record<Family, PolicyConfig>> = {
  4: wildcardInput(4),
  6: wildcardInput(6),
};

function wildcardInput(family: Family): PolicyConfig {
  const template = optionalTemplate({ destination: undefined, reqid: 0 });
  return allow('in', { selector: anywhere[family], template });
}

function optionalTemplate(to: {
  readonly destination: Address | undefined;
  readonly reqid: number;
}): Template {
  return { source: undefined, ...to, spi: 0, mode: 'tunnel', optional: true };
}

function allow(
  direction: PolicyDirection,
  made: {
    readonly selector: Selector;
    readonly mark?: Mark;
    readonly priority?: number;
    readonly template: Template;
  },
): PolicyConfig {
  const { selector, mark = noMark, priority = 0, template } = made;
  return { direction, selector, mark, priority, action: 'allow', templates: [template] };
}
