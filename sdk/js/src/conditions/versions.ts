/**
 * Confidence's versions: cut at the first "-"; 2 to 4 numeric parts of at most 10 digits; a third part of more than 3
 * digits is a tag and counts as the fourth. What is none of this is 0.0.0.0.
 */
export type ShortVersion = [number, number, number, number];

export function shortVersion(text: string): ShortVersion {
  const dash = text.indexOf('-');
  const parts: ShortVersion = [0, 0, 0, 0];
  let count = 0;
  for (const part of (dash < 0 ? text : text.slice(0, dash)).split('.')) {
    if (count === 4 || !/^\d{1,10}$/.test(part)) return [0, 0, 0, 0];
    if (count === 2 && part.length > 3) count = 3;
    parts[count++] = Number(part);
  }
  return count < 2 ? [0, 0, 0, 0] : parts;
}

export function compareShort(a: ShortVersion, b: ShortVersion): number {
  for (let i = 0; i < 4; i++) {
    if (a[i] !== b[i]) return a[i]! < b[i]! ? -1 : 1;
  }
  return 0;
}

/** Semantic Versioning 2.0; "v" before it and missing minor and patch are accepted. */
export interface FullVersion {
  core: [string, string, string];
  pre: string;
}

const numeric = /^(0|[1-9]\d*)$/;

export function fullVersion(source: string): FullVersion | undefined {
  let text = /^[vV]/.test(source) ? source.slice(1) : source;
  const plus = text.indexOf('+');
  if (plus >= 0) {
    if (!identifiers(text.slice(plus + 1), false)) return undefined;
    text = text.slice(0, plus);
  }
  const dash = text.indexOf('-');
  const pre = dash < 0 ? '' : text.slice(dash + 1);
  if (dash >= 0 && !identifiers(pre, true)) return undefined;
  const core = (dash < 0 ? text : text.slice(0, dash)).split('.');
  if (core.length > 3 || !core.every(part => numeric.test(part))) return undefined;
  return { core: [core[0]!, core[1] ?? '0', core[2] ?? '0'], pre };
}

/** Three parts of at most 2^53-1, and no "v" before them. */
export function isStrict(version: FullVersion, text: string): boolean {
  const [major, minor] = version.core;
  const at = major.length;
  return (
    text.length <= 256 && /^\d/.test(text) && version.core.every(safe) && text.length >= version.core.join('').length + 2 && text[at] === '.' && text[at + 1 + minor.length] === '.'
  );
}

export function compareFull(a: FullVersion, b: FullVersion): number {
  for (let i = 0; i < 3; i++) {
    const order = compareNumeric(a.core[i]!, b.core[i]!);
    if (order) return order;
  }
  if (!a.pre || !b.pre) return (b.pre ? 1 : 0) - (a.pre ? 1 : 0);
  const [left, right] = [a.pre.split('.'), b.pre.split('.')];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [l, r] = [left[i]!, right[i]!];
    const [ln, rn] = [numeric.test(l), numeric.test(r)];
    const order = ln && rn ? compareNumeric(l, r) : ln ? -1 : rn ? 1 : compareText(l, r);
    if (order) return order;
  }
  return Math.sign(left.length - right.length);
}

/** By UTF-16 code units. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Versions as text whose numeric parts are padded, so that text order is version order. */
export function padded(source: string): string {
  let text = source === '' ? '0' : source;
  if (text[0] === 'v') text = text.slice(1);
  const plus = text.indexOf('+');
  if (plus >= 0) text = text.slice(0, plus);
  const parts = text.split(/[.-]/).map(part => (/^\d+$/.test(part) ? part.padStart(5) : part));
  return parts.join('-') + (parts.length === 3 ? '-~' : '');
}

function compareNumeric(a: string, b: string): number {
  return a.length !== b.length ? Math.sign(a.length - b.length) : compareText(a, b);
}

function safe(part: string): boolean {
  return part.length < 16 || (part.length === 16 && part <= '9007199254740991');
}

function identifiers(text: string, strict: boolean): boolean {
  return text.split('.').every(part => /^[0-9A-Za-z-]+$/.test(part) && !(strict && /^0\d+$/.test(part)));
}
