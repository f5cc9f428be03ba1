import type { Rehearsal } from '../../properties/index.ts';
import type { ScenarioJson } from '../../sim/index.ts';
import type { ChartChange, Drops, KeySpan, PairKeyChange } from '../index.ts';

/** A scenario of the library, as the build compiled it into the page. */
export interface LabLesson {
  readonly id: string;
  readonly scenario: ScenarioJson;
}

/** What the page asks of its worker. */
export type Request =
  | { readonly kind: 'run'; readonly id: number; readonly scenario: ScenarioJson }
  | { readonly kind: 'look'; readonly id: number; readonly at: number; readonly node: number }
  | { readonly kind: 'plot'; readonly id: number; readonly scenario: ScenarioJson };

/** All that the views are drawn from. */
export interface LabRun {
  readonly nodes: readonly string[];
  readonly digest: string;
  readonly end: number;
  readonly verdict: Rehearsal['verdict'];
  readonly timeline: Rehearsal['timeline'];
  /** What holds for any seed; undefined where the closed form does not cover what happens. */
  readonly plan: { readonly needed: number; readonly refusal: string | undefined } | undefined;
  readonly sent: number;
  readonly lost: number;
  readonly spans: readonly KeySpan[];
  readonly pairKeys: readonly PairKeyChange[];
  readonly drops: readonly Drops[];
  readonly clusters: readonly string[];
  readonly chartChanges: readonly ChartChange[];
}

export interface NodeLook {
  readonly status: string;
  readonly states: string;
  readonly stat: string;
  readonly log: string;
}

export interface PlotPoint {
  /** When the slowest node has the secret, and the rotation duration that then suffices. */
  readonly delay: number;
  readonly needed: number;
}

export interface Plotted {
  /** The node whose delay it is. */
  readonly node: string;
  readonly points: readonly PlotPoint[];
  /** The delay as it is in this run; undefined where no secret reaches the node. */
  readonly present: number | undefined;
}

export type Response =
  | { readonly kind: 'run'; readonly id: number; readonly run: LabRun }
  | { readonly kind: 'look'; readonly id: number; readonly look: NodeLook }
  | { readonly kind: 'plot'; readonly id: number; readonly plot: Plotted }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
