import type { BucketRange } from '../contract/types.js';

/** Which buckets belong: all (undefined), sorted half-open ranges, or bits (least significant first in each byte). */
export class BucketSet {
  private constructor(
    private readonly _edges: number[] | undefined,
    private readonly _bits: Uint8Array | undefined,
  ) {}

  static readonly all = new BucketSet(undefined, undefined);

  static ofRanges(ranges: BucketRange[], count: number): BucketSet {
    const edges: number[] = [];
    for (const range of ranges.filter(r => r.lower < r.upper).sort((a, b) => a.lower - b.lower)) {
      const last = edges.length - 1;
      if (last >= 0 && edges[last]! >= range.lower) edges[last] = Math.max(edges[last]!, range.upper);
      else edges.push(range.lower, range.upper);
    }
    return edges.length === 2 && edges[0] === 0 && edges[1]! >= count ? BucketSet.all : new BucketSet(edges, undefined);
  }

  static ofBits(bits: Uint8Array, count: number): BucketSet {
    let full = bits.length * 8 >= count;
    for (let i = 0; full && i < count >> 3; i++) full = bits[i] === 0xff;
    for (let i = count & ~7; full && i < count; i++) full = ((bits[i >> 3]! >> (i & 7)) & 1) !== 0;
    return full ? BucketSet.all : new BucketSet(undefined, bits.slice());
  }

  get isAll(): boolean {
    return this._edges === undefined && this._bits === undefined;
  }

  contains(bucket: number): boolean {
    if (this._bits) return bucket >>> 3 < this._bits.length && ((this._bits[bucket >>> 3]! >> (bucket & 7)) & 1) !== 0;
    if (!this._edges) return true;
    let [low, high] = [0, this._edges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this._edges[middle]! <= bucket) low = middle + 1;
      else high = middle;
    }
    return low % 2 === 1;
  }
}
