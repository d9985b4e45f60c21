// UTF-16 code units as sorted, disjoint runs: first, last, first, last, …
export type CharSet = readonly number[];

export const digits: CharSet = [48, 57];
export const words: CharSet = [48, 57, 65, 90, 95, 95, 97, 122];
export const lineEnds: CharSet = [10, 10, 13, 13, 0x2028, 0x2029];
export const spaces: CharSet = [
  9, 13, 32, 32, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f, 0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff,
];

/** With ignoreCase, ASCII letters in either case: every platform folds the rest in its own way. */
export function range(first: number, last: number, ignoreCase: boolean): CharSet {
  let set: CharSet = [first, last];
  if (!ignoreCase) return set;
  const [lower, upper] = [Math.max(first, 97), Math.min(last, 122)];
  if (lower <= upper) set = union(set, [lower - 32, upper - 32]);
  const [from, to] = [Math.max(first, 65), Math.min(last, 90)];
  return from <= to ? union(set, [from + 32, to + 32]) : set;
}

export function union(a: CharSet, b: CharSet): CharSet {
  const pairs: [number, number][] = [];
  for (const set of [a, b]) {
    for (let i = 0; i < set.length; i += 2) pairs.push([set[i]!, set[i + 1]!]);
  }
  const merged: number[] = [];
  for (const [first, last] of pairs.sort((x, y) => x[0] - y[0])) {
    const end = merged.length - 1;
    if (end >= 0 && first <= merged[end]! + 1) merged[end] = Math.max(merged[end]!, last);
    else merged.push(first, last);
  }
  return merged;
}

export function inverted(set: CharSet): CharSet {
  const result: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > next) result.push(next, set[i]! - 1);
    next = set[i + 1]! + 1;
  }
  if (next <= 0xffff) result.push(next, 0xffff);
  return result;
}

export function holds(set: CharSet, c: number): boolean {
  for (let i = 0; i < set.length; i += 2) {
    if (c >= set[i]! && c <= set[i + 1]!) return true;
  }
  return false;
}
