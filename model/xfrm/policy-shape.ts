import type { PolicyConfig, PolicyDirection, Selector, Template } from './config.ts';

/**
 * What the policies of one purpose have in common. A kernel of a large cluster has thousands of
 * policies of a handful of shapes, and holds each shape once.
 */
export interface PolicyShape {
  readonly direction: PolicyDirection;
  /** As a signed 32-bit integer. */
  readonly markMask: number;
  readonly interfaceId: number;
  readonly priority: number;
  readonly action: 'allow' | 'block';
  /** Protocol and ports are common to all; each policy has prefixes of its own. */
  readonly selector: Selector;
  /** If there is just one template, each policy has addresses of its own for it. */
  readonly templates: readonly Template[];
}

/** How many shapes are remembered: more than an agent uses, few enough to look through. */
const remembered = 16;

/** Finds equal shapes for policies that are alike but for their addresses and their mark's value. */
export class PolicyShapes {
  readonly #shapes: PolicyShape[] = [];
  #oldest = 0;

  of(config: PolicyConfig): PolicyShape {
    for (let i = 0; i < this.#shapes.length; i += 1) {
      const shape = this.#shapes[i] as PolicyShape;
      if (fits(shape, config)) return shape;
    }
    const shape = shapeOf(config);
    // The addresses of several templates are part of the shape, so hardly another policy shares it.
    if (config.templates.length <= 1) this.#remember(shape);
    return shape;
  }

  #remember(shape: PolicyShape): void {
    this.#shapes[this.#oldest] = shape;
    this.#oldest = (this.#oldest + 1) % remembered;
  }
}

/** The shape of one policy, shared with no other. */
export function shapeOf(config: PolicyConfig): PolicyShape {
  const { direction, priority, action, selector, templates } = config;
  const interfaceId = config.interfaceId ?? 0;
  const markMask = config.mark.mask | 0;
  return { direction, markMask, interfaceId, priority, action, selector, templates };
}

function fits(shape: PolicyShape, config: PolicyConfig): boolean {
  return (
    shape.direction === config.direction &&
    shape.markMask === (config.mark.mask | 0) &&
    shape.interfaceId === (config.interfaceId ?? 0) &&
    shape.priority === config.priority &&
    shape.action === config.action &&
    shape.templates.length === config.templates.length &&
    sameUpperLayer(shape.selector, config.selector) &&
    sameTransform(shape.templates[0], config.templates[0])
  );
}

/** Whether protocol and ports are the same; absent and 0 both match everything. */
export function sameUpperLayer(a: Selector, b: Selector): boolean {
  return (
    (a.protocol ?? 0) === (b.protocol ?? 0) &&
    (a.sourcePort ?? 0) === (b.sourcePort ?? 0) &&
    (a.destinationPort ?? 0) === (b.destinationPort ?? 0)
  );
}

/** Whether two templates are the same but for their addresses, or both absent. */
export function sameTransform(a: Template | undefined, b: Template | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.spi === b.spi && a.reqid === b.reqid && a.mode === b.mode && a.optional === b.optional;
}
