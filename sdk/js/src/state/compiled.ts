import type { FlagVariantCondition, Condition, SegmentCondition } from '../conditions/condition.js';
import type * as contract from '../contract/types.js';
import { type Bucketing, modulo } from '../hashing/bucketing.js';
import { murmur128, out } from '../hashing/murmur3.js';
import { AttributePath, targetingKey } from '../resolving/context.js';
import type { Evaluation } from '../resolving/evaluation.js';

/** A variant with its value completed from the schema. */
export interface CompiledVariant {
  readonly name: string;
  /** Shared by every answer: do not change it. */
  readonly value: contract.Json;
  readonly metadata: contract.JsonObject | undefined;
}

export interface CompiledAssignment {
  readonly id: string;
  readonly outcome: 'variant' | 'fallthrough' | 'clientDefault' | 'serverDefault';
  readonly variant: CompiledVariant | undefined;
}

/** A flag ready to resolve. */
export class CompiledFlag {
  variants: CompiledVariant[] = [];
  rules: CompiledRule[] = [];
  default: CompiledVariant | undefined;
  prerequisites: FlagVariantCondition[] = [];
  /** The clients that see it; undefined: every client. */
  clients: Set<string> | undefined;
  readonly name: string;
  readonly isActive: boolean;

  constructor(
    readonly index: number,
    readonly source: contract.Flag,
  ) {
    this.name = source.name;
    this.isActive = source.state === 1;
  }
}

export class CompiledRule {
  readonly name: string;
  /** "flag/rule": what sticky records name it by. */
  readonly key: string;
  readonly enabled: boolean;
  readonly selector: AttributePath;
  readonly fallbacks: AttributePath[];
  readonly readsTargetingKey: boolean;
  /** The selector is not said: then a rule that is full has no need of a unit. */
  readonly hasDefaultSelector: boolean;
  /** Without a unit the rule is passed over. */
  readonly needsUnit: boolean;
  /** There is one assignment with one range, of all buckets: no hashing, no unit needed. */
  isFull = false;
  /** undefined: every environment. */
  readonly environments: string[] | undefined;
  segment: SegmentCondition | undefined;
  targeting: Condition | undefined;
  bucketing!: Bucketing;
  assignments: CompiledAssignment[] = [];
  /** Edge i starts a run of buckets that belongs to owners[i] (-1: nobody). */
  edges: number[] = [];
  owners: number[] = [];

  constructor(
    readonly source: contract.Rule,
    flag: string,
  ) {
    this.name = source.name;
    this.key = `${flag}/${source.name}`;
    this.enabled = source.enabled;
    this.selector = new AttributePath(source.targetingKeySelector || targetingKey);
    this.fallbacks = source.fallbackSelectors.map(path => new AttributePath(path));
    this.readsTargetingKey = this.selector.path === targetingKey && this.fallbacks.length === 0;
    this.hasDefaultSelector = this.readsTargetingKey && !source.targetingKeySelector;
    this.needsUnit = !this.hasDefaultSelector || !!source.materialization?.read;
    this.environments = source.environments.length ? source.environments : undefined;
  }

  pick(bucket: number): CompiledAssignment | undefined {
    let at = this.edges.length - 1;
    while (at >= 0 && this.edges[at]! > bucket) at--;
    return at < 0 ? undefined : this.assignments[this.owners[at]!];
  }
}

/** Units on a list: exact, a Bloom filter, or kept elsewhere. */
export class MemberList {
  readonly isRemote: boolean;
  private readonly _exact: Set<string> | undefined;
  private readonly _bloom: contract.Bloom | undefined;

  constructor(
    readonly name: string,
    content: contract.MaterializedList['content'],
  ) {
    this.isRemote = content?.case === 'remote';
    if (content?.case === 'exact') this._exact = new Set(content.value.units);
    if (content?.case === 'bloom') this._bloom = content.value;
  }

  contains(e: Evaluation): boolean {
    return this._exact ? this._exact.has(e.unitString) : this._bloom !== undefined && inBloom(this._bloom, e);
  }
}

function inBloom({ words, hashCount, bitCount }: contract.Bloom, e: Evaluation): boolean {
  murmur128(e.unitBytes, e.unitLength);
  let [high, low] = out as unknown as [number, number];
  const [, , stepHigh, stepLow] = out as unknown as [number, number, number, number];
  for (let i = 0; i < hashCount; i++) {
    const bit = modulo(high & 0x7fffffff, low, Number(bitCount));
    // 64-bit big-endian words.
    const at = Math.floor(bit / 64) * 8 + 7 - (Math.floor(bit / 8) % 8);
    if (((words[at]! >> (bit % 8)) & 1) === 0) return false;
    low = (low + stepLow) | 0;
    high = (high + stepHigh + (low >>> 0 < stepLow >>> 0 ? 1 : 0)) | 0;
  }
  return true;
}
