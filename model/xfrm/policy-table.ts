import type { Family } from '../address.ts';
import type { PolicyConfig, PolicyDirection, PolicyIdentity, Template } from './config.ts';
import type { Errno } from './errno.ts';
import { InexactOrder } from './inexact-order.ts';
import { InsertionOrder } from './insertion-order.ts';
import type { KernelProfile } from './kernel-profile.ts';
import type { InnerPacket } from './packet.ts';
import { PolicyGroup, precedes } from './policy-group.ts';
import { PolicyShapes, sameTransform } from './policy-shape.ts';
import { XfrmPolicy } from './policy.ts';
import { selectorFamily } from './selector.ts';

/** XFRM_MAX_DEPTH of the kernel. */
export const maximumDepth = 6;

/** What one direction holds. */
interface Direction {
  readonly groups: Readonly<Record<Family, PolicyGroup[]>>;
  readonly order: InexactOrder;
  count: number;
}

/** The SPD: all policies of one kernel, and the lookup that prefers one of them for a packet. */
export class PolicyTable {
  readonly #tiesByAge: boolean;
  readonly #refusesOptionalTunnel: boolean;
  readonly #all = new InsertionOrder<XfrmPolicy>();
  readonly #shapes = new PolicyShapes();
  readonly #in = this.#emptyDirection('in');
  readonly #fwd = this.#emptyDirection('fwd');
  readonly #out = this.#emptyDirection('out');
  #lastAge = 0;

  constructor(profile: Pick<KernelProfile, 'policyTiesByAge' | 'refusesOptionalTunnelOut'>) {
    this.#tiesByAge = profile.policyTiesByAge;
    this.#refusesOptionalTunnel = profile.refusesOptionalTunnelOut;
  }

  get size(): number {
    return this.#all.size;
  }

  /** How many policies, of both families, a direction has. */
  count(direction: PolicyDirection): number {
    return this.#direction(direction).count;
  }

  /** In the order of insertion; it may be changed while one walks over it. */
  all(): Iterable<XfrmPolicy> {
    return this.#all;
  }

  /** NEWPOLICY: EEXIST if selector, mark and interface are taken, whatever the priority. */
  add(config: PolicyConfig): Errno {
    const error = this.#validate(config);
    if (error !== 'ok') return error;
    if (this.#find(config, maskedValue(config)) !== undefined) return 'EEXIST';
    this.#insert(config);
    return 'ok';
  }

  /** UPDPOLICY: inserts, or replaces what has the same selector, mark and interface. */
  upsert(config: PolicyConfig): Errno {
    const found = this.#find(config, maskedValue(config));
    if (found !== undefined && isSame(found, config)) {
      // Kernels that order ties by age let a replacement count as new, even by an equal policy.
      if (this.#tiesByAge) found.age = this.#nextAge();
      return 'ok';
    }
    const error = this.#validate(config);
    if (error !== 'ok') return error;
    if (found === undefined) this.#insert(config);
    else this.#replace(found, config);
    return 'ok';
  }

  /** DELPOLICY: ENOENT if there is none; value bits outside the mask are not dropped here. */
  delete(identity: PolicyIdentity): Errno {
    const policy = this.find(identity);
    if (policy === undefined) return 'ENOENT';
    this.#remove(policy);
    return 'ok';
  }

  find(identity: PolicyIdentity): XfrmPolicy | undefined {
    return this.#find(identity, identity.mark.value | 0);
  }

  clear(): void {
    for (const policy of this.#all) this.#remove(policy);
  }

  /**
   * The policy for a packet: lowest priority value, then the older one; up to 6.1 a tie between a
   * host-to-host policy and another goes to the former unless the latter has the number 0.
   * Source: Linux 6.1 and 6.12, net/xfrm/xfrm_policy.c, xfrm_policy_lookup_bytype.
   */
  lookup(
    direction: PolicyDirection,
    packet: InnerPacket,
    packetMark: number,
  ): XfrmPolicy | undefined {
    const { groups, order } = this.#direction(direction);
    const candidates = groups[packet.destination.family];
    let exact: XfrmPolicy | undefined;
    let inexact: XfrmPolicy | undefined;
    for (let i = 0; i < candidates.length; i += 1) {
      const group = candidates[i] as PolicyGroup;
      const policy = group.best(packet, packetMark);
      if (policy === undefined) continue;
      if (group.exact) exact = preferred(policy, exact);
      else inexact = preferred(policy, inexact);
    }
    if (exact === undefined || inexact === undefined) return exact ?? inexact;
    if (this.#tiesByAge || exact.priority !== inexact.priority) return preferred(exact, inexact);
    return order.isNumberZero(inexact) ? inexact : exact;
  }

  #find(identity: PolicyIdentity, markBits: number): XfrmPolicy | undefined {
    return this.#groupOf(identity)?.get(identity, markBits);
  }

  #groupOf(identity: PolicyIdentity): PolicyGroup | undefined {
    const groups = this.#groupsLike(identity);
    for (let i = 0; i < groups.length; i += 1) {
      const group = groups[i] as PolicyGroup;
      if (group.holds(identity)) return group;
    }
    return undefined;
  }

  #groupsLike(identity: PolicyIdentity): PolicyGroup[] {
    return this.#direction(identity.direction).groups[selectorFamily(identity.selector)];
  }

  #insert(config: PolicyConfig): void {
    const policy = new XfrmPolicy(config, this.#shapes.of(config), this.#nextAge());
    const direction = this.#direction(policy.direction);
    let group = this.#groupOf(config);
    if (group === undefined) {
      group = new PolicyGroup(config);
      this.#groupsLike(config).push(group);
    }
    group.add(policy);
    this.#all.add(policy);
    direction.count += 1;
    if (!group.exact) direction.order.inserted(policy);
  }

  #replace(policy: XfrmPolicy, config: PolicyConfig): void {
    const { order } = this.#direction(policy.direction);
    if (!policy.exact) order.replacing(policy, config.priority);
    // The kernel puts a replacement with the same priority in the place of the old policy.
    if (this.#tiesByAge || config.priority !== policy.priority) policy.age = this.#nextAge();
    policy.replaceBy(config, this.#shapes.of(config));
  }

  #remove(policy: XfrmPolicy): void {
    const direction = this.#direction(policy.direction);
    const groups = this.#groupsLike(policy);
    const group = this.#groupOf(policy) as PolicyGroup;
    group.remove(policy);
    if (group.size === 0) groups.splice(groups.indexOf(group), 1);
    policy.age = 0;
    this.#all.noteDeletion();
    direction.count -= 1;
    direction.order.removed(policy);
  }

  /** Source: Linux 6.1, net/xfrm/xfrm_user.c, validate_tmpl. */
  #validate({ direction, templates }: PolicyConfig): Errno {
    if (templates.length > maximumDepth) return 'EINVAL';
    if (direction !== 'out' || !this.#refusesOptionalTunnel) return 'ok';
    return templates.some(({ optional, mode }) => optional && mode === 'tunnel') ? 'EINVAL' : 'ok';
  }

  #nextAge(): number {
    this.#lastAge += 1;
    return this.#lastAge;
  }

  /** Not a record by name, since V8 reads one slowly where the name varies. */
  #direction(name: PolicyDirection): Direction {
    if (name === 'out') return this.#out;
    return name === 'in' ? this.#in : this.#fwd;
  }

  #emptyDirection(direction: PolicyDirection): Direction {
    return { groups: { 4: [], 6: [] }, order: new InexactOrder(direction, this.#all), count: 0 };
  }
}

function maskedValue({ mark }: PolicyIdentity): number {
  return mark.value & mark.mask;
}

function preferred(policy: XfrmPolicy, other: XfrmPolicy | undefined): XfrmPolicy {
  return other === undefined || precedes(policy, other) ? policy : other;
}

function isSame(policy: XfrmPolicy, config: PolicyConfig): boolean {
  return (
    policy.priority === config.priority &&
    policy.action === config.action &&
    sameTemplates(policy, config.templates)
  );
}

function sameTemplates(policy: XfrmPolicy, templates: readonly Template[]): boolean {
  const own = policy.shape.templates;
  if (own.length !== templates.length) return false;
  for (let i = 0; i < own.length; i += 1) {
    const same =
      sameTransform(own[i], templates[i]) &&
      policy.templateSource(i) === templates[i]?.source &&
      policy.templateDestination(i) === templates[i]?.destination;
    if (!same) return false;
  }
  return true;
}
