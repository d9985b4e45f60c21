// A unit: a string of at most 100 UTF-8 bytes, or a whole number written without exponent.
import { formatNumber } from '../conditions/numberText.js';
import { maxUnitBytes } from '../hashing/bucketing.js';
import { writeUtf8 } from '../hashing/utf8.js';
import type { CompiledRule } from '../state/compiled.js';
import type { Attributes } from './context.js';

export const unitBuffer = () => new Uint8Array(maxUnitBytes);

export function unitText(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? formatNumber(value) : '';
}

export function findUnit(rule: CompiledRule, context: Attributes): unknown {
  let value = rule.selector.read(context);
  for (let i = 0; (value === undefined || value === null) && i < rule.fallbacks.length; i++) value = rule.fallbacks[i]!.read(context);
  return value;
}

/** Writes the UTF-8 bytes and returns their number; 0 without a unit; -1 when what is there is no unit. */
export function readUnit(value: unknown, buffer: Uint8Array): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === 'string') return writeUtf8(value, buffer, 0, maxUnitBytes);
  return Number.isInteger(value) ? writeUtf8(formatNumber(value as number), buffer, 0, maxUnitBytes) : -1;
}
