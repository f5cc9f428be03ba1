import type { Address, Prefix } from '../address.ts';
import { addressBits, leadingBits } from './address-bits.ts';
import type { PolicyConfig, PolicyDirection, Selector, Template } from './config.ts';
import type { Chained } from './hash-index.ts';
import type { Ordered } from './insertion-order.ts';
import type { Mark } from './mark.ts';
import { type PolicyShape, shapeOf } from './policy-shape.ts';

/**
 * One policy. Flat, because a kernel of a large cluster holds thousands: what it shares with others
 * is in its shape, and the addresses of its only template are here. Only this folder writes to it.
 */
export class XfrmPolicy implements PolicyConfig, Chained<XfrmPolicy>, Ordered<XfrmPolicy> {
  // What a packet reads comes first, to lie in as few cache lines as possible.
  /** Replaced as a whole when an update changes the policy. */
  shape: PolicyShape;
  /** The mark's value as a signed 32-bit integer, which V8 stores in place. */
  readonly markBits: number;
  /** The destination prefix's bits in its first word, signed: no need to read a cold object. */
  readonly destinationBits: number;
  readonly source: Prefix;
  nextInBucket: XfrmPolicy | undefined;
  #soleSource: Address | undefined;
  #soleDestination: Address | undefined;
  /** Grows with each insert: among equals the lower age is the older policy. 0: deleted. */
  age: number;
  readonly destination: Prefix;
  nextInserted: XfrmPolicy | undefined;

  constructor(config: PolicyConfig, shape: PolicyShape, age: number) {
    const { source, destination } = config.selector;
    const sole = config.templates[0];
    this.shape = shape;
    this.markBits = config.mark.value & config.mark.mask;
    this.destinationBits = leadingBits(destination.address, destination.length);
    this.source = source;
    this.nextInBucket = undefined;
    this.#soleSource = sole?.source;
    this.#soleDestination = sole?.destination;
    this.age = age;
    this.destination = destination;
    this.nextInserted = undefined;
  }

  /** A policy that is in no kernel's table: what an agent reads of a dump. */
  static of(config: PolicyConfig): XfrmPolicy {
    return new XfrmPolicy(config, shapeOf(config), 1);
  }

  /** Takes priority, action and templates of another policy with the same name. */
  replaceBy(config: PolicyConfig, shape: PolicyShape): void {
    const sole = config.templates[0];
    this.shape = shape;
    this.#soleSource = sole?.source;
    this.#soleDestination = sole?.destination;
  }

  get direction(): PolicyDirection {
    return this.shape.direction;
  }

  get selector(): Selector {
    return { ...this.shape.selector, source: this.source, destination: this.destination };
  }

  get mark(): Mark {
    return { value: this.markBits >>> 0, mask: this.shape.markMask >>> 0 };
  }

  get interfaceId(): number {
    return this.shape.interfaceId;
  }

  get priority(): number {
    return this.shape.priority;
  }

  get action(): 'allow' | 'block' {
    return this.shape.action;
  }

  get templates(): readonly Template[] {
    return this.shape.templates.map((template, position) => ({
      ...template,
      source: this.templateSource(position),
      destination: this.templateDestination(position),
    }));
  }

  /** The source of the template at this position, without an object for the template. */
  templateSource(position: number): Address | undefined {
    const { templates } = this.shape;
    return templates.length === 1 ? this.#soleSource : templates[position]?.source;
  }

  templateDestination(position: number): Address | undefined {
    const { templates } = this.shape;
    return templates.length === 1 ? this.#soleDestination : templates[position]?.destination;
  }

  /** Whether the selector names two single hosts: the kernel keeps such policies apart. */
  get exact(): boolean {
    const bits = addressBits(this.destination.address.family);
    return this.source.length === bits && this.destination.length === bits;
  }

  get isDeleted(): boolean {
    return this.age === 0;
  }
}
