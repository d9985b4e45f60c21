// Expressions to conditions.
import { type Condition, FlagVariantCondition, GateCondition, ListCondition, ManyCondition, NotCondition, type SegmentCondition, Truth } from '../conditions/condition.js';
import type * as contract from '../contract/types.js';
import { Bucketing, lastAlgorithm } from '../hashing/bucketing.js';
import { BucketSet } from '../hashing/bucketSet.js';
import { AttributePath } from '../resolving/context.js';
import type { CompiledFlag, MemberList } from './compiled.js';
import type { PredicateCompiler } from './predicateCompiler.js';
import type { Problems } from './problems.js';

const maxDepth = 32;

/** What expressions may name. */
export interface Parts {
  lists: Map<string, MemberList>;
  segments: Map<string, SegmentCondition>;
  flags: Map<string, CompiledFlag>;
}

export function checkRanges(ranges: contract.BucketRange[], count: number, path: string, problems: Problems): void {
  let last = 0;
  for (const { lower, upper } of [...ranges].sort((a, b) => a.lower - b.lower)) {
    if (lower >= upper || upper > count) problems.add(path, `[${lower}, ${upper}) is not a range within ${count} buckets`);
    else if (lower < last) problems.add(path, `[${lower}, ${upper}) overlaps another range`);
    last = Math.max(last, upper);
  }
}

export class ExpressionCompiler {
  constructor(
    private readonly _parts: Parts,
    private readonly _predicates: PredicateCompiler,
    private readonly _problems: Problems,
  ) {}

  compile({ kind }: contract.Expression, path: string, depth = 0): Condition | undefined {
    const [parts, problems] = [this._parts, this._problems];
    if (depth > maxDepth) return problems.add(path, `is nested more than ${maxDepth} deep`);
    switch (kind?.case) {
      case 'all':
        return new ManyCondition(this._many(kind.value.expressions, path + '.all', depth), Truth.False);
      case 'any':
        return new ManyCondition(this._many(kind.value.expressions, path + '.any', depth), Truth.True);
      case 'not': {
        const inner = this.compile(kind.value, path + '.not', depth + 1);
        return inner && new NotCondition(inner);
      }
      case 'criterion':
        return this._predicates.compile(kind.value, path + '.criterion');
      case 'segment':
        return parts.segments.get(kind.value) ?? problems.add(path + '.segment', `there is no segment "${kind.value}"`);
      case 'list': {
        const list = parts.lists.get(kind.value);
        return list ? new ListCondition(list) : problems.add(path + '.list', `there is no list "${kind.value}"`);
      }
      case 'flag':
        return this.flag(kind.value, path + '.flag');
      case 'gate':
        return this._gate(kind.value, path + '.gate');
      default:
        return problems.add(path, 'is empty; everyone must be said with `everyone`');
    }
  }

  flag(source: contract.FlagCondition, path: string): FlagVariantCondition | undefined {
    const flag = this._parts.flags.get(source.flag);
    if (!flag) return this._problems.add(path + '.flag', `there is no flag "${source.flag}"`);
    for (const name of source.variants) {
      if (!flag.variants.some(v => v.name === name)) this._problems.add(path + '.variants', `flag "${source.flag}" has no variant "${name}"`);
    }
    return new FlagVariantCondition(flag, flag.variants.filter(v => source.variants.includes(v.name)));
  }

  hash(source: contract.BucketHash, buckets: number, path: string): Bucketing {
    if (source.algorithm < 1 || source.algorithm > lastAlgorithm) this._problems.add(path + '.algorithm', 'is missing or not known');
    return new Bucketing(source.algorithm, source.prefix, source.suffix, buckets);
  }

  private _gate(source: contract.BucketGate, path: string): GateCondition | undefined {
    const { hash, bucketCount, ranges, selector } = source;
    if (bucketCount === 0 || !hash) return this._problems.add(path, 'needs hash and bucket_count');
    checkRanges(ranges, bucketCount, path + '.ranges', this._problems);
    return new GateCondition(this.hash(hash, bucketCount, path + '.hash'), BucketSet.ofRanges(ranges, bucketCount), selector ? new AttributePath(selector) : undefined);
  }

  private _many(expressions: contract.Expression[], path: string, depth: number): Condition[] {
    return expressions.map((e, i) => this.compile(e, `${path}[${i}]`, depth + 1)).filter(c => c !== undefined);
  }
}
