import { unreachable } from '../../../model/assert.ts';
import { second } from '../../../model/time.ts';
import { type KernelProfile, kernelProfiles } from '../../../model/xfrm/index.ts';
import { KernelSpace, type SpaceReport } from '../kernel-space.ts';
import type { Machine } from '../machine.ts';
import * as requests from '../netlink/xfrm-requests.ts';
import { packetBytes } from '../wire/ip-packet.ts';
import { sequenceLayout } from './layout.ts';
import {
  counterTexts,
  kernelPacketText,
  kernelStateText,
  type ModelPacket,
  type Observation,
  reassembled,
} from './observation.ts';
import type { Operation } from './operation.ts';
import { sequenceKeyBytes, sequenceKeyMaterial } from './sequence-keys.ts';

/** A step as the model made it: when, and what left, which says how to open the kernel's packets. */
export interface TimedOperation {
  readonly operation: Operation;
  readonly at: number;
  readonly transmitted: readonly ModelPacket[];
}

/** Some day of 2023: the kernel dates states by its clock, in whole seconds. */
const epoch = 1_700_000_000;

/** Performs a sequence in a namespace of its own; all requests travel at once. */
export async function runInKernel(
  machine: Machine,
  number: number,
  steps: readonly TimedOperation[],
): Promise<readonly Observation[]> {
  const space = KernelSpace.open(machine, number, sequenceLayout);
  const timers = hasLimits(steps);
  const observed = steps.map(({ operation, at, transmitted }) => {
    space.setClock(epoch + Math.floor(at / second));
    const answer = perform(space, operation);
    space.settle({ timers });
    return observe(answer, space.report(), transmitted, kernelProfiles[machine.profile]);
  });
  const results = await Promise.all(observed);
  await space.close();
  return results;
}

/** Whether a state reaches a limit, after which its timer deletes it. */
function hasLimits(steps: readonly TimedOperation[]): boolean {
  return steps.some(
    ({ operation }) => 'state' in operation && operation.state.shape.lifetime !== undefined,
  );
}

async function observe(
  answer: Promise<string> | undefined,
  reported: Promise<SpaceReport>,
  hints: readonly ModelPacket[],
  profile: KernelProfile,
): Promise<Observation> {
  const [text, report] = await Promise.all([answer, reported]);
  return {
    answer: text ?? '',
    delivered: report.delivered,
    transmitted: reassembled(report.transmitted).map((bytes, index) =>
      kernelPacketText(bytes, hints[index], sequenceKeyBytes),
    ),
    counters: counterTexts(report.counters, profile),
    states: report.states.map(kernelStateText).sort(),
  };
}

function perform(space: KernelSpace, operation: Operation): Promise<string> | undefined {
  switch (operation.kind) {
    case 'addState':
      return space.xfrm(
        requests.addState(operation.state, sequenceKeyMaterial(operation.state.key)),
      );
    case 'updateState':
      return space.xfrm(
        requests.updateState(operation.state, sequenceKeyMaterial(operation.state.key)),
      );
    case 'deleteState':
      return space.xfrm(requests.deleteState(operation.identity));
    case 'allocateSpi':
      return space.xfrm(requests.allocateSpi(operation.state));
    case 'replaceSequence':
      return space.xfrm(
        requests.replaceSequence(operation.identity, operation.shape, operation.seed),
      );
    case 'addPolicy':
      return space.xfrm(requests.addPolicy(operation.policy));
    case 'upsertPolicy':
      return space.xfrm(requests.upsertPolicy(operation.policy));
    case 'deletePolicy':
      return space.xfrm(requests.deletePolicy(operation.identity));
    case 'send':
      return space.send(operation.packet, operation.mark);
    case 'sendAndDelete':
      return sendAndDelete(space, operation);
    default:
      happen(space, operation);
      return undefined;
  }
}

async function sendAndDelete(
  space: KernelSpace,
  { packet, mark, identity }: Extract<Operation, { kind: 'sendAndDelete' }>,
): Promise<string> {
  const prepared = space.sendCorked(packet, mark);
  const deleted = space.xfrm(requests.deleteState(identity));
  const sent = space.uncork();
  const [first, , second] = await Promise.all([prepared, deleted, sent]);
  return first === 'ok' ? second : first;
}

function happen(
  space: KernelSpace,
  operation: Exclude<
    Operation,
    {
      kind:
        | `${string}State`
        | `${string}Policy`
        | 'allocateSpi'
        | 'replaceSequence'
        | 'send'
        | 'sendAndDelete';
    }
  >,
): void {
  switch (operation.kind) {
    case 'setDefaults':
      void space.xfrm(requests.setDefaults(operation.blocked)).catch(noticedLater);
      return;
    case 'flush':
      void space.xfrm(requests.flushStates()).catch(noticedLater);
      void space.xfrm(requests.flushPolicies()).catch(noticedLater);
      return;
    case 'passSeconds':
      return; // the clock of the next step
    case 'receive':
      space.receive(packetBytes(operation.packet, sequenceKeyBytes), operation.mark);
      return;
    case 'receiveTogether':
      space.receiveTogether(
        operation.packets.map((packet) => packetBytes(packet, sequenceKeyBytes)),
        operation.mark,
      );
      return;
    case 'receiveBadChecksum':
      space.receiveWithBadChecksum(packetBytes(operation.packet, sequenceKeyBytes), operation.mark);
      return;
    default:
      unreachable(operation);
  }
}

/** A lost channel is told by the report that follows each operation. */
function noticedLater(): void {
  // nothing to do
}
