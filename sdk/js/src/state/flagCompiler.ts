// The rules of one flag.
import type * as contract from '../contract/types.js';
import { Bucketing } from '../hashing/bucketing.js';
import { type CompiledAssignment, type CompiledFlag, CompiledRule } from './compiled.js';
import { type ExpressionCompiler, type Parts, checkRanges } from './expressionCompiler.js';
import type { Problems } from './problems.js';
import { twice } from './names.js';

export class FlagCompiler {
  constructor(
    private readonly _state: contract.FlagState,
    private readonly _parts: Parts,
    private readonly _expressions: ExpressionCompiler,
    private readonly _problems: Problems,
  ) {}

  fill(source: contract.Flag, path: string): void {
    const flag = this._parts.flags.get(source.name);
    if (flag?.source !== source) return;
    flag.prerequisites = source.prerequisites.map((p, i) => this._expressions.flag(p, `${path}.prerequisites[${i}]`)).filter(c => c !== undefined);
    flag.clients = this._clients(source, path);
    for (const name of twice(source.rules.map(r => r.name))) this._problems.add(path + '.rules', `"${name}" is there twice`);
    flag.rules = source.rules.map((rule, i) => this._rule(flag, rule, `${path}.rules[${i}]`));
  }

  private _clients(source: contract.Flag, path: string): Set<string> | undefined {
    const known = this._state.clients;
    if (known.length === 0 || source.clients.includes('*')) return undefined;
    for (const name of source.clients) {
      if (!known.some(c => c.name === name)) this._problems.add(path + '.clients', `there is no client "${name}"`);
    }
    return new Set(source.clients);
  }

  private _rule(flag: CompiledFlag, source: contract.Rule, path: string): CompiledRule {
    const problems = this._problems;
    const rule = new CompiledRule(source, flag.name);
    if (!source.name) problems.add(path + '.name', 'is missing');
    if (source.everyone === (source.segment !== '' || source.targeting !== undefined)) problems.add(path, 'say who it is for: a segment, targeting, or everyone');
    if (source.segment) rule.segment = this._parts.segments.get(source.segment) ?? problems.add(path + '.segment', `there is no segment "${source.segment}"`);
    if (source.targeting) rule.targeting = this._expressions.compile(source.targeting, path + '.targeting');
    for (const name of source.environments) {
      if (!this._state.environments.includes(name)) problems.add(path + '.environments', `there is no environment "${name}"`);
    }
    if (!source.assignment?.bucketCount) problems.add(path + '.assignment', 'is missing, or has no buckets');
    else this._assignments(flag, rule, source.assignment, path + '.assignment');
    return rule;
  }

  private _assignments(flag: CompiledFlag, rule: CompiledRule, spec: contract.AssignmentSpec, path: string): void {
    checkRanges(spec.assignments.flatMap(a => a.ranges), spec.bucketCount, path, this._problems);
    rule.assignments = spec.assignments.map((a, i) => this._assignment(flag, a, `${path}.assignments[${i}]`));
    rule.bucketing = spec.hash
      ? this._expressions.hash(spec.hash, spec.bucketCount, path + '.hash')
      : Bucketing.salted(rule.source.segment || rule.key, spec.bucketCount);
    const [first, ...others] = spec.assignments;
    rule.isFull = !others.length && first?.ranges.length === 1 && first.ranges[0]!.lower === 0 && first.ranges[0]!.upper === spec.bucketCount;
    const runs = spec.assignments.flatMap((a, owner) => a.ranges.map(range => ({ ...range, owner })));
    let end = 0;
    const add = (edge: number, owner: number) => {
      if (rule.owners.length > 0 && rule.owners[rule.owners.length - 1] === owner) return;
      rule.edges.push(edge);
      rule.owners.push(owner);
    };
    for (const { lower, upper, owner } of runs.sort((a, b) => a.lower - b.lower)) {
      if (lower > end) add(end, -1);
      add(lower, owner);
      end = upper;
    }
    if (end < spec.bucketCount) add(end, -1);
  }

  private _assignment(flag: CompiledFlag, source: contract.Assignment, path: string): CompiledAssignment {
    const { id, outcome } = source;
    if (!outcome) this._problems.add(path, 'says neither variant, fallthrough, client_default nor server_default');
    if (outcome?.case !== 'variant') return { id, outcome: outcome?.case ?? 'clientDefault', variant: undefined };
    const variant = flag.variants.find(v => v.name === outcome.value);
    if (!variant) this._problems.add(path + '.variant', `there is no variant "${outcome.value}"`);
    return { id, outcome: 'variant', variant };
  }
}
