/** Two nodes, and what they come to together. */
export interface BestPair {
  readonly value: number;
  readonly sender: number;
  readonly receiver: number;
}

/**
 * For each of several groups of nodes, the largest value and the next one, with their nodes: enough
 * to find the best pair of two different nodes, whichever groups they are of.
 */
export class BestTwo {
  readonly #values: Float64Array;
  readonly #nodes: Int32Array;

  constructor(groups: number) {
    this.#values = new Float64Array(2 * groups).fill(Number.NEGATIVE_INFINITY);
    this.#nodes = new Int32Array(2 * groups).fill(-1);
  }

  offer(group: number, node: number, value: number): void {
    const first = 2 * group;
    if (value > this.value(first)) {
      this.#set(first + 1, this.node(first), this.value(first));
      this.#set(first, node, value);
    } else if (value > this.value(first + 1) || this.node(first + 1) < 0) {
      this.#set(first + 1, node, value);
    }
  }

  /** By place: 2 g is the best one of group g, 2 g + 1 the next. */
  value(place: number): number {
    return this.#values[place] as number;
  }

  node(place: number): number {
    return this.#nodes[place] as number;
  }

  #set(place: number, node: number, value: number): void {
    this.#values[place] = value;
    this.#nodes[place] = node;
  }
}

/**
 * The largest sum of a sender of one group and another node, a receiver of the other group: minus
 * infinity where there is no such pair.
 */
export function bestSum(
  senders: BestTwo,
  senderGroup: number,
  receivers: BestTwo,
  receiverGroup: number,
): number {
  const s = 2 * senderGroup;
  const r = 2 * receiverGroup;
  if (senders.node(s) !== receivers.node(r)) return senders.value(s) + receivers.value(r);
  return Math.max(
    senders.value(s + 1) + receivers.value(r),
    senders.value(s) + receivers.value(r + 1),
  );
}

/** The pair that {@link bestSum} found. */
export function bestPair(
  senders: BestTwo,
  senderGroup: number,
  receivers: BestTwo,
  receiverGroup: number,
): BestPair {
  const value = bestSum(senders, senderGroup, receivers, receiverGroup);
  for (const s of [2 * senderGroup, 2 * senderGroup + 1]) {
    for (const r of [2 * receiverGroup, 2 * receiverGroup + 1]) {
      const sender = senders.node(s);
      const receiver = receivers.node(r);
      const sum = senders.value(s) + receivers.value(r);
      if (sender !== receiver && sum === value) return { value, sender, receiver };
    }
  }
  return { value, sender: -1, receiver: -1 };
}
