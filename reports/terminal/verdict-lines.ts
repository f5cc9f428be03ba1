import { unreachable } from '../../model/assert.ts';
import type { Cause, FirstLoss, Margin, Rehearsal } from '../../properties/index.ts';
import type { Scenario } from '../../sim/index.ts';
import { instantText, spanText } from '../instant-text.ts';
import { columns } from './columns.ts';
import type { Paint } from './paint.ts';

/** The verdict with its evidence, and whether it is what the scenario expects. */
export function verdictLines(rehearsal: Rehearsal, paint: Paint): readonly string[] {
  return [...judgementLines(rehearsal, paint), ...expectationLines(rehearsal, paint)];
}

/** The verdict with its evidence alone. */
export function judgementLines({ verdict }: Rehearsal, paint: Paint): readonly string[] {
  switch (verdict.kind) {
    case 'safe':
      return [
        `verdict  ${paint.good('SAFE')}: no packet was lost to encryption, and none left unencrypted`,
        ...marginLines(verdict.margin),
      ];
    case 'unsafe':
      return [
        `verdict  ${paint.bad('UNSAFE')}: ${lossText(verdict.firstLoss)}`,
        ...causeLines(verdict.firstLoss),
        ...marginLines(verdict.margin),
      ];
    case 'inconclusive':
      return [`verdict  ${paint.unsure('INCONCLUSIVE')}: ${verdict.reason}`];
    default:
      return unreachable(verdict);
  }
}

function lossText({ loss }: FirstLoss): string {
  return `first loss at ${instantText(loss.firstAt)}, from ${loss.sender} to ${loss.receiver}: ${loss.fate}`;
}

function causeLines({ causes, missedBy, remedy }: FirstLoss): readonly string[] {
  const rows = causes.map((cause) => [instantText(cause.at), causeText(cause)]);
  const missed = missedBy === undefined ? [] : [`missed by  ${milliseconds(missedBy)}`];
  return ['because', ...columns(rows), ...missed, `remedy   ${remedy}`];
}

function causeText({ node, what }: Cause): string {
  return node === undefined ? what : `${node} ${what}`;
}

/** Up to the next millisecond: less than what is printed would not have been enough. */
function milliseconds(span: number): string {
  return `${Math.ceil(span / 1000)} ms (${spanText(span)})`;
}

/** What a margin of each rule is the margin of; in the second form, a negative one. */
const rules: Readonly<Record<Margin['rule'], (margin: Margin) => readonly [string, string]>> = {
  receiverKeeps: ({ sender, receiver }) => [
    `${receiver} keeps the old key that much longer than ${sender} can send with it`,
    `${receiver} may remove the old key that much before ${sender} no longer sends with it`,
  ],
  senderKeeps: ({ sender, receiver }) => [
    `${sender} keeps the old key that much longer than it sends with it to ${receiver}`,
    `${sender} may remove the old key that much before it no longer sends with it to ${receiver}`,
  ],
  receiverReady: ({ sender, receiver }) => [
    `${receiver} has the new key installed that much before a packet from ${sender} can need it`,
    `${receiver} has the new key installed that much after ${sender} may send with it`,
  ],
};

/** The margin, and what it says. */
export function marginLine(margin: Margin): string {
  const [kept, missed] = rules[margin.rule](margin);
  return margin.smallest < 0
    ? `margin   ${spanText(margin.smallest)}: ${missed}`
    : `margin   ${spanText(margin.smallest)}: ${kept}`;
}

function marginLines(margin: Margin | undefined): readonly string[] {
  if (margin === undefined) return [];
  const { neededRotationDuration: needed } = margin;
  if (needed === undefined) return [marginLine(margin)];
  return [
    marginLine(margin),
    `needed   ipsec-key-rotation-duration of at least ${spanText(roundUp(needed))} with these delays`,
  ];
}

/** Up to the next millisecond: what is printed is enough. */
function roundUp(span: number): number {
  return Math.ceil(span / 1000) * 1000;
}

function expectationLines({ deviations, run }: Rehearsal, paint: Paint): readonly string[] {
  if (expectsNothing(run.scenario)) return [];
  if (deviations.length === 0)
    return [`expected ${paint.good('yes')}: all that the scenario expects`];
  return [
    `expected ${paint.bad('no')}`,
    ...deviations.map(({ what, expected, found }) => `  ${what}: ${expected}, but found ${found}`),
  ];
}

function expectsNothing({ expect, remedy }: Scenario): boolean {
  const { verdict, ...observations } = expect;
  return (
    verdict === undefined &&
    remedy === undefined &&
    Object.values(observations).every((wanted) => Object.keys(wanted).length === 0)
  );
}
