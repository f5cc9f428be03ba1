import { addressBits } from './address-bits.ts';
import type { PolicyConfig, PolicyDirection, Selector, Template } from './config.ts';
import type { Mark } from './mark.ts';

/**
 * One policy. Flat, because a kernel of a large cluster holds thousands; selector and templates are
 * the caller's own objects. Only this folder writes to it.
 */
export class XfrmPolicy implements PolicyConfig {
  readonly direction: PolicyDirection;
  readonly selector: Selector;
  /** The mark as signed 32-bit integers, which V8 stores in place. */
  readonly markBits: number;
  readonly markMask: number;
  readonly interfaceId: number;
  priority: number;
  action: 'allow' | 'block';
  templates: readonly Template[];
  /** Grows with each insert: among equals the lower age is the older policy. */
  age: number;

  constructor(config: PolicyConfig, age: number) {
    this.direction = config.direction;
    this.selector = config.selector;
    this.markBits = config.mark.value & config.mark.mask;
    this.markMask = config.mark.mask | 0;
    this.interfaceId = config.interfaceId ?? 0;
    this.priority = config.priority;
    this.action = config.action;
    this.templates = config.templates;
    this.age = age;
  }

  get mark(): Mark {
    return { value: this.markBits >>> 0, mask: this.markMask >>> 0 };
  }

  /** Whether the selector names two single hosts: the kernel keeps such policies apart. */
  get exact(): boolean {
    const { source, destination } = this.selector;
    const bits = addressBits(destination.address.family);
    return source.length === bits && destination.length === bits;
  }
}
