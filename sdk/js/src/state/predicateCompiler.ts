// Criteria to predicates, with their literals checked.
import type * as contract from '../contract/types.js';
import { Comparison } from '../conditions/coercion.js';
import { type Condition, CriterionCondition } from '../conditions/condition.js';
import { type Network, parseNetwork } from '../conditions/networks.js';
import { Pattern } from '../conditions/pattern.js';
import { readPattern } from '../conditions/patternSyntax.js';
import * as predicates from '../conditions/predicates.js';
import { fullVersion, shortVersion } from '../conditions/versions.js';
import { AttributePath, now } from '../resolving/context.js';
import type { Problems } from './problems.js';

type Predicate = predicates.Predicate;
/** What can be asked of a value, beside some and every. */
type Elements = Exclude<contract.Criterion['predicate'], undefined | { case: 'some' | 'every' }>;

// Whole numbers up to here are exact as doubles.
const exact = 9007199254740992;
const century = 36525 * 86_400_000_000;
const attributeTypes = ['unspecified', 'bool', 'number', 'string', 'timestamp', 'version'];
const literalTypes: Record<string, number> = { bool: 1, number: 2, string: 3, timestampUs: 4, version: 5 };

export class PredicateCompiler {
  private readonly _declared = new Map<string, number>();

  constructor(
    state: contract.FlagState,
    private readonly _problems: Problems,
    private readonly _shipped: boolean,
  ) {
    state.attributes.forEach(({ path, type }, i) => {
      if (type === 0) _problems.add(`attributes[${i}].type`, 'is missing');
      if (this._declared.has(path)) _problems.add(`attributes[${i}].path`, 'is there twice');
      else this._declared.set(path, type);
    });
  }

  compile(c: contract.Criterion, path: string): Condition | undefined {
    const problems = this._problems;
    const { attribute, comparison, predicate: given } = c;
    if (attribute.split('.').includes('')) return problems.add(path + '.attribute', `"${attribute}" is not a path`);
    if (this._declared.size > 0 && attribute !== now && !this._declared.has(attribute)) return problems.add(path + '.attribute', `"${attribute}" is not declared`);
    if (comparison < Comparison.Typed || comparison > Comparison.Text) return problems.add(path + '.comparison', 'is not known');
    const before = problems.any;
    const quantifier = given?.case === 'some' || given?.case === 'every' ? given : undefined;
    const tested = quantifier ? quantifier.value.predicate : (given as Elements | undefined);
    const within = quantifier ? `${path}.${quantifier.case}` : path;
    let predicate: Predicate | undefined;
    if (tested) predicate = this._predicate(tested, c, within + '.' + tested.case.replace(/[A-Z]/g, letter => '_' + letter.toLowerCase()));
    else if (quantifier) problems.add(within, 'has no predicate');
    if (!predicate) return before || problems.any ? undefined : problems.add(path, 'has no predicate');
    return new CriterionCondition({
      path: new AttributePath(attribute),
      predicate,
      takesWhole: /^(presence|size|kinds)$/.test(tested!.case) || (tested!.case === 'equalTo' && !tested!.value.value?.value && !this._shipped),
      mode: quantifier?.case ?? (comparison === Comparison.Typed ? 'some' : 'whole'),
      absentIsEvery: !(quantifier && /With$|^contains|^matches/.test(tested!.case)) && !this._shipped,
      source: c,
    });
  }

  private _predicate(q: Elements, { attribute, comparison }: contract.Criterion, path: string): Predicate | undefined {
    const [problems, shipped] = [this._problems, this._shipped];
    switch (q.case) {
      case 'equalTo':
        if (!q.value.value?.value) return shipped ? predicates.never : predicates.presence(2);
        return this._set({ values: [q.value.value], ignoreCase: false }, attribute, comparison, path);
      case 'oneOf':
        return this._set(q.value, attribute, comparison, path);
      case 'between':
        return this._range(q.value, attribute, comparison, path);
      case 'matches': {
        const read = readPattern(q.value.regex, q.value.ignoreCase);
        return typeof read === 'string' ? problems.add(path + '.regex', read) : predicates.matches(new Pattern(read.root, read.sets), comparison);
      }
      case 'presence':
        return q.value >= 1 && q.value <= 4 ? predicates.presence(q.value) : problems.add(path, 'is not known');
      case 'inNetwork':
        return this._network(q.value.cidrs, comparison, path);
      case 'modulo': {
        const { divisor, remainder } = q.value;
        const good = divisor > 0 && divisor <= exact && remainder >= 0 && remainder < divisor;
        return good ? predicates.modulo(Number(divisor), Number(remainder), comparison) : problems.add(path, 'needs 0 <= remainder < divisor <= 2^53');
      }
      case 'relativeTime':
        return this._relative(q.value, path);
      case 'semVer':
        return this._version(q.value, path);
      case 'size':
        return predicates.size(q.value.atLeast ?? 0, q.value.atMost ?? 0xffffffff);
      case 'kinds': {
        const wanted = q.value.kinds;
        return wanted.length > 0 && wanted.every(k => k >= 1 && k <= 5) ? predicates.kinds(wanted) : problems.add(path, 'is empty, or has a kind that is not known');
      }
      default:
        return q.value.values.length === 0 ? problems.add(path, 'has no values') : predicates.text(q.case, q.value.values, q.value.ignoreCase, comparison);
    }
  }

  private _set({ values, ignoreCase }: contract.LiteralSet, attribute: string, comparison: Comparison, path: string): Predicate | undefined {
    const [first] = values;
    if (!first) return predicates.never;
    const type = first.value?.case;
    if (values.some(v => !v.value)) return this._problems.add(path, 'a literal is empty');
    if (comparison === Comparison.Loose) {
      return type === 'timestampUs' || type === 'version' ? this._problems.add(path, 'loose comparison knows bool, number and string') : predicates.looseSet({ values, ignoreCase });
    }
    if (values.some(v => v.value!.case !== type)) return this._problems.add(path, 'its literals are of different types');
    if (!this._fits(attribute, type!, path)) return undefined;
    const literals = values.map(v => v.value!.value);
    if (type === 'bool') return predicates.boolSet(literals.includes(true), literals.includes(false), comparison);
    if (type === 'number') return predicates.numberSet(literals as number[], comparison, this._shipped);
    if (type === 'timestampUs') return predicates.timestampSet(literals as contract.Int64[], comparison);
    if (type === 'version') return predicates.textSet(literals as string[], Comparison.Strict, false);
    return predicates.textSet(literals as string[], comparison, ignoreCase);
  }

  private _range(b: contract.Between, attribute: string, comparison: Comparison, path: string): Predicate | undefined {
    const [low, high] = [b.lower?.value?.case, b.upper?.value?.case];
    const type = low ?? high;
    if (!type) return this._shipped ? predicates.always : predicates.never;
    if (high && high !== type) return this._problems.add(path, 'its ends are of different types');
    if (!this._fits(attribute, type, path)) return undefined;
    const [above, below] = [b.lowerExclusive, b.upperExclusive];
    const ends = <T>(empty: T) => ({ lower: end(b.lower, empty), above, upper: end(b.upper, empty), below });
    if (type === 'number') return predicates.numberRange(ends(0), comparison, this._shipped);
    if (type === 'timestampUs') return predicates.timestampRange(ends<contract.Int64>(0), comparison);
    if (type === 'version') {
      const { lower, upper } = ends('');
      return predicates.versionRange({ lower: lower === undefined ? undefined : shortVersion(lower), above, upper: upper === undefined ? undefined : shortVersion(upper), below });
    }
    if (type === 'string' && comparison !== Comparison.Typed) return predicates.textRange(ends(''), comparison);
    return this._problems.add(path, 'a range is of numbers, timestamps or versions');
  }

  private _network(cidrs: string[], comparison: Comparison, path: string): Predicate | undefined {
    const ranges: Network[] = [];
    cidrs.forEach((cidr, i) => {
      const range = parseNetwork(cidr);
      if (range) ranges.push(range);
      else this._problems.add(`${path}.cidrs[${i}]`, `"${cidr}" is not a network such as 10.0.0.0/8`);
    });
    return cidrs.length === 0 ? this._problems.add(path, 'has no networks') : predicates.networks(ranges, comparison);
  }

  private _relative({ fromUs, toUs }: { fromUs?: contract.Int64; toUs?: contract.Int64 }, path: string): Predicate | undefined {
    if (fromUs === undefined && toUs === undefined) return this._problems.add(path, 'needs from_us or to_us');
    const far = [fromUs ?? 0, toUs ?? 0].some(us => us < -century || us > century);
    if (far) return this._problems.add(path, 'is more than a hundred years from now');
    return predicates.relativeTime(fromUs as number | undefined, toUs as number | undefined);
  }

  private _version({ op, version, form }: { op: number; version: string; form: number }, path: string): Predicate | undefined {
    if (op < 1 || op > 8) return this._problems.add(path + '.op', 'is not known');
    if (form < 0 || form > 2) return this._problems.add(path + '.form', 'is not known');
    if (form === 2) return op <= 6 ? predicates.paddedVersion(op, version) : this._problems.add(path + '.op', 'padded versions know equality and order only');
    return fullVersion(version) ? predicates.semVer(op, version, form === 1) : this._problems.add(path + '.version', `"${version}" is not a semantic version`);
  }

  private _fits(attribute: string, literal: string, path: string): boolean {
    const type = this._declared.get(attribute);
    if (type === undefined || literalTypes[literal] === type) return true;
    this._problems.add(path, `"${attribute}" is declared as ${attributeTypes[type] ?? type}, the literal is ${literal.toLowerCase()}`);
    return false;
  }
}

// An end whose literal is empty is the type's zero, one that is absent is open.
function end<T>(literal: contract.Literal | undefined, empty: T): T | undefined {
  return literal && ((literal.value?.value as T | undefined) ?? empty);
}
