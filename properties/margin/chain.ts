import { agentProfiles } from '../../model/agent/index.ts';
import { defined } from '../../model/assert.ts';
import type { Microseconds } from '../../model/time.ts';
import { DelayTable, type LocalDelay } from '../../sim/index.ts';
import { type MeshNode, nameOf } from './mesh-nodes.ts';
import { endpointWaits } from './node-terms.ts';
import type { Binding, SafeDurationQuestion } from './safe-duration.ts';

/** One delay of a chain; negative where it gives time instead of taking it. */
export interface ChainTerm {
  readonly name: LocalDelay | 'endpointSync' | 'written' | 'restart';
  /** Whose delay it is; for a link, `receiver from sender`. */
  readonly where: string;
  readonly span: Microseconds;
}

/** The delays that add up to what a pair demands; those of no length are left out. */
export function chainOf(question: SafeDurationQuestion, binding: Binding): readonly ChainTerm[] {
  const chain = new Chain(question, binding);
  switch (binding.kind) {
    case 'lateSender':
      return chain.with(chain.written('sender'), chain.loads('sender'), chain.installs('sender'), [
        chain.latency(),
        ...chain.loadsBefore('receiver'),
      ]);
    case 'lateNews':
      return chain.with(chain.announces(), [chain.latency()]);
    case 'lateReceiver':
      return chain.with(
        chain.written('receiver'),
        chain.loads('receiver'),
        chain.announces(),
        chain.loadsBefore('sender'),
      );
    case 'ownInstall':
      return chain.with(chain.installs('sender'));
  }
}

type End = 'sender' | 'receiver';

class Chain {
  readonly #question: SafeDurationQuestion;
  readonly #table: DelayTable;
  readonly #ends: Readonly<Record<End, MeshNode>>;
  readonly #places: Readonly<Record<End, number>>;

  constructor(question: SafeDurationQuestion, { sender, receiver }: Binding) {
    const { scenario, nodes } = question;
    this.#question = question;
    this.#table = new DelayTable(scenario);
    this.#places = { sender, receiver };
    this.#ends = {
      sender: defined(nodes[sender], 'the sender'),
      receiver: defined(nodes[receiver], 'the receiver'),
    };
  }

  with(...parts: readonly (readonly ChainTerm[])[]): readonly ChainTerm[] {
    return parts.flat().filter(({ span }) => span !== 0);
  }

  /** The time between the writes to the two clusters. */
  written(later: End): readonly ChainTerm[] {
    const other = later === 'sender' ? 'receiver' : 'sender';
    const [one, before] = [this.#ends[later], this.#ends[other]];
    if (one.cluster === before.cluster) return [];
    const span = this.#writtenAt(one, 'latest') - this.#writtenAt(before, 'earliest');
    return [{ name: 'written', where: `${one.clusterName} after ${before.clusterName}`, span }];
  }

  loads(end: End): readonly ChainTerm[] {
    const { level } = this.#question;
    const restart = this.#restartOf(end);
    if (restart !== undefined) return [this.#own('restart', end, restart.latest)];
    return (['secretSync', 'load'] as const).map((name) =>
      this.#own(name, end, level.late(this.#table.of(name, this.#ends[end]))),
    );
  }

  loadsBefore(end: End): readonly ChainTerm[] {
    const { level } = this.#question;
    const restart = this.#restartOf(end);
    if (restart !== undefined) return [this.#own('restart', end, -restart.earliest)];
    return (['secretSync', 'load'] as const).map((name) =>
      this.#own(name, end, -level.early(this.#table.of(name, this.#ends[end]))),
    );
  }

  installs(end: End): readonly ChainTerm[] {
    const node = this.#ends[end];
    const each = this.#question.level.late(this.#table.of('install', node));
    return [this.#own('install', end, node.states * each)];
  }

  /** From the receiver's load to the sender's knowing of it. */
  announces(): readonly ChainTerm[] {
    const { scenario, level } = this.#question;
    const { sender, receiver } = this.#ends;
    const { release } = defined(scenario.clusters[receiver.cluster], 'cluster');
    const installsFirst = agentProfiles[release].publishes === 'afterInstall';
    const wait = endpointWaits(scenario, level)[sender.cluster]?.[receiver.cluster] ?? 0;
    const isFar = sender.cluster !== receiver.cluster;
    return [
      ...(installsFirst ? this.installs('receiver') : []),
      this.#own('endpointSync', 'receiver', wait),
      this.#own('publish', 'receiver', level.late(this.#table.of('publish', receiver))),
      this.#own('mesh', 'receiver', isFar ? level.late(this.#table.of('mesh', receiver)) : 0),
      {
        name: 'watch',
        where: `${nameOf(sender)} from ${nameOf(receiver)}`,
        span: level.late(this.#table.of('watch', sender, receiver)),
      },
    ];
  }

  latency(): ChainTerm {
    const { sender, receiver } = this.#ends;
    return {
      name: 'latency',
      where: `${nameOf(sender)} to ${nameOf(receiver)}`,
      span: this.#question.level.late(this.#table.of('latency', sender, receiver)),
    };
  }

  #own(name: ChainTerm['name'], end: End, span: Microseconds): ChainTerm {
    return { name, where: nameOf(this.#ends[end]), span };
  }

  #restartOf(end: End) {
    return this.#question.rotation.restarts.get(this.#places[end]);
  }

  #writtenAt({ cluster }: MeshNode, bound: 'earliest' | 'latest'): Microseconds {
    const { procedure, rotation } = this.#question;
    if (procedure.keyWatchers[cluster] !== true) return 0;
    return rotation.writes.find((write) => write.cluster === cluster)?.at[bound] ?? 0;
  }
}
