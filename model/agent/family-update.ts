import type { Address, Family, Prefix } from '../address.ts';
import { checkBootId } from '../secret/index.ts';
import type { PolicyConfig, Selector } from '../xfrm/index.ts';
import type { Steps } from './agent.ts';
import { ensureIncoming, ensureOutgoing, ensureSharedPolicy, type FamilyUpdate } from './ensure.ts';
import { defaultReqid } from './loaded-key.ts';
import { debug, error } from './log.ts';
import type { AgentMemory } from './memory.ts';
import { enableOverlay } from './overlay-update.ts';
import { defaultDropPolicies, forwardPolicy, toward } from './xfrm-objects.ts';

/**
 * `enableIPsecIPv4` and `enableIPsecIPv6` (cilium: pkg/datapath/linux/ipsec.go). Answers whether all
 * states are as they should be.
 */
export function* enableFamily(update: FamilyUpdate): Steps<boolean> {
  const { memory, node, family } = update;
  yield* ensureSharedPolicy(memory, defaultDropPolicies[family]);
  const derivable = yield* canDeriveKeys(update);
  if (!derivable) return false;
  const here = memory.environment.local.ciliumInternalIp[family];
  const there = node.ciliumInternalIp[family];
  if (here === undefined || there === undefined || here === there) return true;
  const pods = yield* enablePodTraffic(update, { here, there });
  const overlay = yield* enableOverlay(update);
  return pods && overlay;
}

/** A node without boot ID is passed over whatever the key; only tunnel keys need all of one. */
function* canDeriveKeys({ memory, node, loaded }: FamilyUpdate): Steps<boolean> {
  const bootId = checkBootId(node.bootId, memory.environment.profile.secret);
  if (bootId.kind === 'absent') {
    yield debug('Unable to enable IPsec for node with empty BootID');
    return false;
  }
  if (bootId.kind === 'usable' || !loaded.key.perTunnel) return true;
  const { kind, message } = bootId;
  if (kind === 'panic') yield { kind: 'exit', cause: 'panic', message };
  else yield error(message);
  return false;
}

/** The order matters to packets: OUT state, OUT policy, FWD policy, IN state, IN policies. */
function* enablePodTraffic(
  update: FamilyUpdate,
  ends: { readonly here: Address; readonly there: Address },
): Steps<boolean> {
  const { memory, node, loaded, family } = update;
  const { local } = memory.environment;
  const { here, there } = ends;
  const outgoing = yield* ensureOutgoing(update, {
    shape: loaded.shapes.output,
    tunnel: { source: here, destination: there },
    selector: towardPods(node.podCidr[family]),
  });
  yield* ensureSharedPolicy(memory, forwardPolicyOf(memory, family, here));
  const incoming = yield* ensureIncoming(update, {
    shape: loaded.shapes.input,
    tunnel: { source: there, destination: here },
    selector: towardPods(local.podCidr[family]),
  });
  return outgoing && incoming;
}

function forwardPolicyOf(memory: AgentMemory, family: Family, here: Address): PolicyConfig {
  const reqid = memory.environment.profile.inPolicies === 'marked' ? defaultReqid : 0;
  const policy = memory.forwardPolicies.get(family) ?? forwardPolicy(family, here, reqid);
  memory.forwardPolicies.set(family, policy);
  return policy;
}

function towardPods(podCidr: Prefix | undefined): Selector | undefined {
  return podCidr === undefined ? undefined : toward(podCidr);
}
