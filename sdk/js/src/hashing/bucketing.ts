import { high32, murmur128, murmur32, out } from './murmur3.js';
import { utf8 } from './utf8.js';

/** Longest unit in UTF-8 bytes. */
export const maxUnitBytes = 100;

/** The hash functions that are known: the contract's BucketHash.Algorithm. */
export const lastAlgorithm = 7;

/** How a unit becomes a bucket: salt bytes, algorithm and number of buckets. */
export class Bucketing {
  private readonly _key: Uint8Array;
  private readonly _start: number;
  private readonly _suffix: Uint8Array;

  constructor(
    private readonly _algorithm: number,
    prefix: string,
    suffix: string,
    readonly buckets: number,
  ) {
    const before = utf8(prefix);
    this._suffix = utf8(suffix);
    this._start = before.length;
    this._key = new Uint8Array(before.length + maxUnitBytes + this._suffix.length);
    this._key.set(before);
  }

  /** The default: (h1 >> 4) mod buckets over "salt|unit". */
  static salted(salt: string, buckets: number): Bucketing {
    return new Bucketing(1, salt + '|', '', buckets);
  }

  of(unit: Uint8Array, length: number): number {
    const key = this._key;
    let at = this._start;
    for (let i = 0; i < length; i++) key[at++] = unit[i]!;
    for (let i = 0; i < this._suffix.length; i++) key[at++] = this._suffix[i]!;
    return bucket(this._algorithm, key, at, this.buckets);
  }
}

/** (high, low) mod divisor, exact for divisors up to 2^37; high is unsigned. */
export function modulo(high: number, low: number, divisor: number): number {
  let rest = high % divisor;
  rest = (rest * 65536 + (low >>> 16)) % divisor;
  return (rest * 65536 + (low & 0xffff)) % divisor;
}

function bucket(algorithm: number, key: Uint8Array, length: number, buckets: number): number {
  switch (algorithm) {
    case 2:
      return high32(murmur32(key, length, 0), buckets) >>> 0;
    case 3: {
      const ratio = Math.abs(murmur32(key, length, 0) | 0) / 2147483647;
      return Math.min(Math.floor(ratio * buckets), buckets - 1);
    }
    case 4:
      return Math.floor(((fnv1a(key, length) % 1000) * buckets) / 1000);
    case 5: {
      const digits = utf8(String(fnv1a(key, length)));
      return Math.floor(((fnv1a(digits, digits.length) % 10000) * buckets) / 10000);
    }
    case 6:
      return murmur32(key, length, 0) % buckets;
    case 7:
      return murmur32(key, length, 86028157) % buckets;
    default:
      murmur128(key, length);
      return modulo(out[0]! >>> 4, (out[0]! << 28) | (out[1]! >>> 4), buckets);
  }
}

// Over UTF-16 code units, as the engines it comes from.
function fnv1a(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) {
    let c = bytes[i]!;
    if (c >= 0x80) {
      const more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
      c &= 0x3f >>> more;
      for (let k = 0; k < more; k++) c = (c << 6) | (bytes[++i]! & 63);
      if (c > 0xffff) {
        hash = Math.imul(hash ^ (0xd7c0 + (c >>> 10)), 0x01000193);
        c = 0xdc00 | (c & 0x3ff);
      }
    }
    hash = Math.imul(hash ^ c, 0x01000193);
  }
  return hash >>> 0;
}
