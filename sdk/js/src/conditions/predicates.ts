// Predicates over one value. Null and missing reach them like any other.
import type { Int64, Literal, LiteralSet } from '../contract/types.js';
import { isStruct } from '../resolving/context.js';
import type { Evaluation } from '../resolving/evaluation.js';
import { lowerCase } from './caseFold.js';
import { Comparison, looseEquals, strictText, toBool, toNumber, toText, toTimestamp } from './coercion.js';
import { type Network, inNetwork, parseAddress } from './networks.js';
import type { Pattern } from './pattern.js';
import { type ShortVersion, compareFull, compareShort, compareText, fullVersion, isStrict, padded, shortVersion } from './versions.js';

export type Predicate = (value: unknown, e: Evaluation) => boolean;

/** An interval; a missing end is open. */
export interface Interval<T> {
  lower: T | undefined;
  above: boolean;
  upper: T | undefined;
  below: boolean;
}

export const never: Predicate = () => false;
export const always: Predicate = () => true;

export function presence(kind: number): Predicate {
  if (kind === 1) return value => value !== undefined && value !== null;
  if (kind === 2) return value => value === undefined || value === null;
  return kind === 3 ? value => value === null : value => value === undefined;
}

export function numberSet(literals: number[], comparison: Comparison, shipped: boolean): Predicate {
  const many = literals.length > 8 ? new Set(literals) : undefined;
  return (value, e) => {
    const number = toNumber(value, comparison);
    if (number === undefined) return spoiled(value, shipped, e);
    return many ? many.has(number) : literals.includes(number);
  };
}

export function boolSet(hasTrue: boolean, hasFalse: boolean, comparison: Comparison): Predicate {
  return value => {
    const bool = toBool(value, comparison);
    return bool === undefined ? false : bool ? hasTrue : hasFalse;
  };
}

export function timestampSet(literals: Int64[], comparison: Comparison): Predicate {
  return value => {
    const us = toTimestamp(value, comparison);
    // Two equals signs: a number and a bigint of the same value are equal.
    return us !== undefined && literals.some(literal => literal == us);
  };
}

/** Strings, and versions, whose equality is that of their text. */
export function textSet(literals: string[], comparison: Comparison, ignoreCase: boolean): Predicate {
  const wanted = ignoreCase ? literals.map(lowerCase) : literals;
  const many = wanted.length > 8 ? new Set(wanted) : undefined;
  return value => {
    const text = toText(value, comparison);
    if (text === undefined) return false;
    const given = ignoreCase ? lowerCase(text) : text;
    return many ? many.has(given) : wanted.includes(given);
  };
}

export function looseSet(set: LiteralSet): Predicate {
  return value => set.values.some((literal: Literal) => looseEquals(value, literal));
}

export function numberRange(range: Interval<number>, comparison: Comparison, shipped: boolean): Predicate {
  return (value, e) => {
    const number = toNumber(value, comparison);
    if (number === undefined) return spoiled(value, shipped, e);
    return !Number.isNaN(number) && within(number, range);
  };
}

export function timestampRange(range: Interval<Int64>, comparison: Comparison): Predicate {
  return value => {
    const us = toTimestamp(value, comparison);
    return us !== undefined && within(us, range);
  };
}

export function versionRange({ lower, above, upper, below }: Interval<ShortVersion>): Predicate {
  return value => {
    if (typeof value !== 'string') return false;
    const version = shortVersion(value);
    return (!lower || compareShort(version, lower) >= (above ? 1 : 0)) && (!upper || compareShort(version, upper) <= (below ? -1 : 0));
  };
}

/** By UTF-16 code units. */
export function textRange(range: Interval<string>, comparison: Comparison): Predicate {
  return value => {
    const text = strictText(value, comparison);
    return text !== undefined && within(text, range);
  };
}

export function text(place: 'startsWith' | 'endsWith' | 'contains', values: string[], ignoreCase: boolean, comparison: Comparison): Predicate {
  const wanted = ignoreCase ? values.map(lowerCase) : values;
  const method = place === 'contains' ? 'includes' : place;
  return value => {
    const found = strictText(value, comparison);
    if (found === undefined) return false;
    const given = ignoreCase ? lowerCase(found) : found;
    return wanted.some(literal => given[method](literal));
  };
}

export function matches(pattern: Pattern, comparison: Comparison): Predicate {
  return value => {
    const given = strictText(value, comparison);
    return given !== undefined && pattern.test(given);
  };
}

export function networks(ranges: Network[], comparison: Comparison): Predicate {
  return value => {
    const given = strictText(value, comparison);
    const address = given === undefined ? undefined : parseAddress(given);
    return address !== undefined && ranges.some(range => inNetwork(range, address));
  };
}

export function modulo(divisor: number, remainder: number, comparison: Comparison): Predicate {
  return value => {
    const number = toNumber(value, comparison);
    if (number === undefined || !(Math.abs(number) <= 9007199254740992) || Math.floor(number) !== number) return false;
    const rest = number % divisor;
    return (rest < 0 ? rest + divisor : rest) === remainder;
  };
}

export function relativeTime(from: number | undefined, to: number | undefined): Predicate {
  return (value, e) => {
    const us = toTimestamp(value, Comparison.Typed);
    return us !== undefined && (from === undefined || us >= e.nowUs + from) && (to === undefined || us < e.nowUs + to);
  };
}

export function size(atLeast: number, atMost: number): Predicate {
  return value => Array.isArray(value) && value.length >= atLeast && value.length <= atMost;
}

export function kinds(wanted: number[]): Predicate {
  return value => {
    const kind = { boolean: 1, number: 2, string: 3 }[typeof value as string] ?? (Array.isArray(value) ? 4 : isStruct(value) ? 5 : 0);
    return kind > 0 && wanted.includes(kind);
  };
}

export function semVer(op: number, literal: string, strict: boolean): Predicate {
  const right = fullVersion(literal)!;
  return value => {
    const given = toText(value, Comparison.Typed);
    const left = given === undefined ? undefined : fullVersion(given);
    if (!left || (strict && !isStrict(left, given!))) return false;
    const sameMajor = left.core[0] === right.core[0];
    if (op > 6) return sameMajor && (op === 7 || left.core[1] === right.core[1]);
    return holds(op, compareFull(left, right));
  };
}

export function paddedVersion(op: number, literal: string): Predicate {
  const right = padded(literal);
  return value => holds(op, compareText(padded(toText(value, Comparison.Typed) ?? ''), right));
}

function holds(op: number, order: number): boolean {
  return [order === 0, order !== 0, order < 0, order <= 0, order > 0, order >= 0][op - 1]!;
}

// Comparing a number with a bigint is exact.
function within<T extends Int64 | string>(value: T, { lower, above, upper, below }: Interval<T>): boolean {
  return (lower === undefined || (above ? value > lower : value >= lower)) && (upper === undefined || (below ? value < upper : value <= upper));
}

function spoiled(value: unknown, shipped: boolean, e: Evaluation): boolean {
  if (shipped && typeof value === 'string') e.spoil(`"${value}" is not a number`);
  return false;
}
