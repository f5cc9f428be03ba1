import {
  type CampaignPlan,
  type ChunkResult,
  type Place,
  runChunk,
  shrinkCase,
  type Shrunk,
} from '../../properties/index.ts';

/** What a worker thread is asked: plain data, as is what it answers. */
export type Task =
  | {
      readonly kind: 'chunk';
      readonly plan: CampaignPlan;
      readonly chunk: number;
      readonly most: number;
    }
  | { readonly kind: 'shrink'; readonly plan: CampaignPlan; readonly place: Place };

export type ShrunkCase = Pick<Shrunk, 'made' | 'tried'>;

export interface Answer {
  readonly chunk?: ChunkResult;
  readonly shrunk?: ShrunkCase;
}

export function perform(task: Task): Answer {
  switch (task.kind) {
    case 'chunk':
      return { chunk: runChunk(task.plan, task.chunk, task.most) };
    case 'shrink': {
      const shrunk = shrinkCase(task.plan, task.place);
      if (shrunk === undefined) return {};
      const { made, tried } = shrunk;
      return { shrunk: { made, tried } };
    }
  }
}
