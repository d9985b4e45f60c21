// An attribute as the type of a literal. Strict takes only its own type; typed converts; loose is JavaScript's; text makes
// everything text first. undefined: it cannot be converted.
import type { Int64, Literal } from '../contract/types.js';
import { isStruct } from '../resolving/context.js';
import { formatNumber, parseNumber } from './numberText.js';
import { parseTimestamp, timestampOfNumber } from './timestamps.js';

export const enum Comparison {
  Typed,
  Strict,
  Loose,
  Text,
}

export function toNumber(value: unknown, comparison: Comparison): number | undefined {
  if (typeof value === 'number') return value;
  if (comparison === Comparison.Typed) return typeof value === 'string' ? parseNumber(value) : undefined;
  if (comparison === Comparison.Text) return typeof value === 'string' || Array.isArray(value) ? looseNumber(value) : undefined;
  return comparison === Comparison.Loose ? looseNumber(value) : undefined;
}

export function toBool(value: unknown, comparison: Comparison): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string' || comparison !== Comparison.Typed) return undefined;
  return /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : undefined;
}

export function toTimestamp(value: unknown, comparison: Comparison): Int64 | undefined {
  if (typeof value === 'string') return parseTimestamp(value);
  return typeof value === 'number' && comparison === Comparison.Typed ? timestampOfNumber(value) : undefined;
}

export function toText(value: unknown, comparison: Comparison): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && (comparison === Comparison.Typed || comparison === Comparison.Text)) return formatNumber(value);
  return value === undefined || value === null || comparison !== Comparison.Text ? undefined : textOf(value);
}

/** Only text is text, unless everything becomes text first. */
export function strictText(value: unknown, comparison: Comparison): string | undefined {
  return typeof value === 'string' ? value : comparison === Comparison.Text ? toText(value, comparison) : undefined;
}

/** Number(x) of JavaScript, decimal only; undefined when it is NaN. */
export function looseNumber(value: unknown): number | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'string' && !Array.isArray(value)) return undefined;
  const text = textOf(value).trim();
  if (text === '') return 0;
  const number = parseNumber(text);
  return number !== undefined && (Number.isFinite(number) || text.endsWith('Infinity')) ? number : undefined;
}

export function looseEquals(value: unknown, literal: Literal): boolean {
  if (value === undefined || value === null || !literal.value) return false;
  if (literal.value.case === 'string') {
    if (typeof value === 'string') return value === literal.value.value;
    if (Array.isArray(value)) return textOf(value) === literal.value.value;
    return (typeof value === 'boolean' || typeof value === 'number') && looseNumber(literal.value.value) === Number(value);
  }
  const expected = literal.value.case === 'bool' ? Number(literal.value.value) : literal.value.case === 'number' ? literal.value.value : 0;
  return (typeof value === 'number' ? value : looseNumber(value)) === expected;
}

// String(x) of JavaScript, numbers without an exponent.
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  if (typeof value === 'number') return formatNumber(value);
  return value === undefined || value === null ? '' : isStruct(value) ? '[object Object]' : String(value);
}

/** As JSON-like text, for traces. */
export function describe(value: unknown): string {
  if (value === undefined) return '(missing)';
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'number') return formatNumber(value);
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  return isStruct(value) ? '{…}' : String(value);
}
