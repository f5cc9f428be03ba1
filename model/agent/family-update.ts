import type { Address } from '../address.ts';
import { checkBootId } from '../secret/index.ts';
import type { Operations, Steps } from './agent.ts';
import { ensurePolicy, ensureState, type FamilyUpdate, keyIn, keyOut } from './ensure.ts';
import { defaultReqid } from './loaded-key.ts';
import { debug, failed } from './log.ts';
import { enableOverlay } from './overlay-update.ts';
import {
  defaultDropPolicies,
  forwardPolicy,
  inputState,
  markedInputPolicies,
  outputPolicy,
  outputState,
  type Tunnel,
  wildcardInputPolicy,
} from './xfrm-objects.ts';

/** `enableIPsecIPv4` and `enableIPsecIPv6`. Answers whether all states are as they should be. */
export function* enableFamily(update: FamilyUpdate): Steps<boolean> {
  const { memory, node, family } = update;
  const { profile, local } = memory.environment;
  yield { kind: 'xfrmPolicyUpdate', policy: defaultDropPolicies[family] };
  const bootId = checkBootId(node.bootId, profile.secret);
  switch (bootId.kind) {
    case 'usable':
      break;
    case 'absent':
      yield debug('Unable to enable IPsec for node with empty BootID');
      return false;
    case 'panic':
      yield { kind: 'exit', cause: 'panic', message: bootId.message };
      return false;
    case 'error':
      yield failed(bootId.message, 'EINVAL');
      return false;
  }
  const here = local.ciliumInternalIp[family];
  const there = node.ciliumInternalIp[family];
  if (here === undefined || there === undefined || here === there) return true;
  const pods = yield* enablePodTraffic(update, { here, there });
  const overlay = yield* enableOverlay(update);
  return pods && overlay;
}

interface Ends {
  readonly here: Address;
  readonly there: Address;
}

/** The order matters to packets: OUT state, OUT policy, FWD policy, IN state, IN policies. */
function* enablePodTraffic(update: FamilyUpdate, ends: Ends): Steps<boolean> {
  const { memory, node, nodeId, loaded, family } = update;
  const keyId = loaded.key.keyId;
  const out: Tunnel = { source: ends.here, destination: ends.there };
  const podCidr = node.podCidr[family];
  const outgoing = yield* ensureState(
    update,
    outputState({
      shape: loaded.shapes.output,
      tunnel: out,
      nodeId,
      keyId,
      key: keyOut(update, out),
    }),
  );
  if (outgoing && podCidr !== undefined) {
    yield* ensurePolicy(
      outputPolicy({
        tunnel: out,
        source: undefined,
        destination: podCidr,
        nodeId,
        keyId,
        reqid: defaultReqid,
      }),
    );
  }
  const marked = memory.environment.profile.inPolicies === 'marked';
  yield* ensurePolicy(forwardPolicy(family, ends.here, marked ? defaultReqid : 0));
  const back: Tunnel = { source: ends.there, destination: ends.here };
  const incoming = yield* ensureState(
    update,
    inputState({
      shape: loaded.shapes.input,
      tunnel: back,
      nodeId,
      keyId,
      key: keyIn(update, back),
    }),
  );
  if (incoming) yield* ensureInputPolicies(update, back);
  return outgoing && incoming;
}

function* ensureInputPolicies(update: FamilyUpdate, tunnel: Tunnel): Operations {
  const { memory, family } = update;
  const { profile, local } = memory.environment;
  if (profile.inPolicies === 'wildcard') {
    yield* ensurePolicy(wildcardInputPolicy(family));
    return;
  }
  const destination = local.podCidr[family];
  if (destination === undefined) return;
  const policies = markedInputPolicies({
    tunnel,
    source: undefined,
    destination,
    reqid: defaultReqid,
  });
  for (const policy of policies) yield* ensurePolicy(policy);
}
