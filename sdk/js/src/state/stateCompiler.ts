// Turns a flag state into compiled flags, or says what is wrong with it and where.
import { SegmentCondition } from '../conditions/condition.js';
import type * as contract from '../contract/types.js';
import { BucketSet } from '../hashing/bucketSet.js';
import { CompiledFlag, MemberList } from './compiled.js';
import { ExpressionCompiler, type Parts, checkRanges } from './expressionCompiler.js';
import { findCycles } from './flagCycles.js';
import { FlagCompiler } from './flagCompiler.js';
import { isName } from './names.js';
import { PredicateCompiler } from './predicateCompiler.js';
import { Problems } from './problems.js';
import { checkSchema, complete } from './valueChecker.js';

/** Buckets of an account. */
export const buckets = 1_000_000;

/** The flags in the order of the state. Throws a Fault with every path that is wrong. */
export function compileState(state: contract.FlagState, shipped: boolean): CompiledFlag[] {
  return new StateCompiler(state, shipped).compile();
}

class StateCompiler {
  private readonly _problems = new Problems();
  private readonly _parts: Parts = { lists: new Map(), segments: new Map(), flags: new Map() };
  private readonly _inOrder: CompiledFlag[] = [];
  private readonly _expressions: ExpressionCompiler;

  constructor(
    private readonly _state: contract.FlagState,
    shipped: boolean,
  ) {
    this._expressions = new ExpressionCompiler(this._parts, new PredicateCompiler(_state, this._problems, shipped), this._problems);
  }

  compile(): CompiledFlag[] {
    const [state, problems] = [this._state, this._problems];
    if (state.environments.length > 64) problems.add('environments', 'at most 64');
    this._unique(state.environments, 'environments');
    state.lists.forEach((list, i) => this._addList(list, `lists[${i}]`));
    state.segments.forEach((segment, i) => {
      if (this._named(segment.name, `segments[${i}]`)) this._put(this._parts.segments, new SegmentCondition(segment.name, i), `segments[${i}]`);
    });
    state.flags.forEach((flag, i) => this._addFlag(flag, i));
    this._clients();
    state.segments.forEach((segment, i) => this._fillSegment(segment, `segments[${i}]`));
    const flags = new FlagCompiler(state, this._parts, this._expressions, problems);
    state.flags.forEach((flag, i) => flags.fill(flag, `flags[${i}]`));
    if (!problems.any) findCycles(state, problems);
    if (problems.any) throw problems.toFault();
    return this._inOrder;
  }

  private _addList({ name, content }: contract.MaterializedList, path: string): void {
    if (!content) this._problems.add(path, 'says neither exact, bloom nor remote');
    if (content?.case === 'bloom') {
      const { words, hashCount, bitCount } = content.value;
      if (bitCount === 0 || hashCount === 0 || hashCount > 64 || words.length * 8 < bitCount || words.length % 8 !== 0) {
        this._problems.add(path + '.bloom', 'words, hash_count and bit_count do not fit together');
      }
    }
    if (this._named(name, path)) this._put(this._parts.lists, new MemberList(name, content), path);
  }

  private _addFlag(flag: contract.Flag, index: number): void {
    const problems = this._problems;
    const path = `flags[${index}]`;
    const compiled = new CompiledFlag(index, flag);
    this._inOrder.push(compiled);
    if (this._named(flag.name, path)) this._put(this._parts.flags, compiled, path);
    if (flag.state === 0) problems.add(path + '.state', 'is missing');
    const before = problems.any;
    checkSchema(flag.schema, path + '.schema', problems);
    if (problems.any && !before) return;
    this._unique(flag.variants.map(v => v.name), path + '.variants');
    compiled.variants = flag.variants.map(({ name, value, metadata }, i) => ({ name, value: complete(value, flag.schema, `${path}.variants[${i}].value`, problems), metadata }));
    if (!flag.defaultVariant) return;
    compiled.default = compiled.variants.find(v => v.name === flag.defaultVariant) ?? problems.add(path + '.default_variant', `there is no variant "${flag.defaultVariant}"`);
  }

  private _fillSegment(source: contract.Segment, path: string): void {
    const segment = this._parts.segments.get(source.name);
    if (!segment) return;
    if (source.everyone === (source.targeting !== undefined)) this._problems.add(path, 'say exactly one of targeting and everyone');
    if (source.targeting) segment.targeting = this._expressions.compile(source.targeting, path + '.targeting');
    if (!source.allocation) return;
    const { allocated } = source.allocation;
    if (allocated?.case === 'ranges') {
      checkRanges(allocated.value.ranges, buckets, path + '.allocation.ranges', this._problems);
      segment.allocation = BucketSet.ofRanges(allocated.value.ranges, buckets);
    } else if (!allocated) this._problems.add(path + '.allocation', 'nothing is allocated yet');
    else if (allocated.value.length > buckets / 8) this._problems.add(path + '.allocation.bitset', 'has more than 1000000 bits');
    else segment.allocation = BucketSet.ofBits(allocated.value, buckets);
  }

  private _clients(): void {
    const [state, problems] = [this._state, this._problems];
    this._unique(state.clients.map(c => c.name), 'clients');
    state.clients.forEach((client, i) =>
      client.credentials.forEach((credential, j) => {
        const path = `clients[${i}].credentials[${j}]`;
        if (credential.secretSha256.length !== 32) problems.add(path + '.secret_sha256', 'is not 32 bytes');
        for (const name of new Set(credential.environments)) {
          if (!state.environments.includes(name)) problems.add(path + '.environments', `there is no environment "${name}"`);
        }
      }),
    );
  }

  private _named(name: string, path: string): boolean {
    const good = isName(name);
    if (!good) this._problems.add(path + '.name', `"${name}" is not a name`);
    return good;
  }

  private _put<T extends { name: string }>(map: Map<string, T>, item: T, path: string): void {
    if (map.has(item.name)) this._problems.add(path + '.name', `"${item.name}" is there twice`);
    else map.set(item.name, item);
  }

  private _unique(names: string[], path: string): void {
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name)) this._problems.add(path, `"${name}" is there twice`);
      seen.add(name);
    }
  }
}
