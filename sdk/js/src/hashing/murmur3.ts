// MurmurHash3 by Austin Appleby (public domain). 64-bit numbers are two halves of 32 bits, signed, so that engines keep them
// as plain integers.
const { imul } = Math;

/** The high 32 bits of the product of two unsigned numbers, as a signed one. */
export function high32(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = (imul(ah, bl) + (imul(al, bl) >>> 16)) | 0;
  const cross = (imul(al, bh) + (middle & 0xffff)) | 0;
  return (imul(ah, bh) + (middle >>> 16) + (cross >>> 16)) | 0;
}

/** The last 128-bit hash: h1 and h2, the high half of each first. */
export const out = new Int32Array(4);

// The number that is worked on: high, low.
const n = new Int32Array(2);

function set(high: number, low: number): void {
  n[0] = high;
  n[1] = low;
}

function multiply(byHigh: number, byLow: number): void {
  const low = n[1]!;
  n[0] = high32(low, byLow) + imul(n[0]!, byLow) + imul(low, byHigh);
  n[1] = imul(low, byLow);
}

function rotate(by: number): void {
  const high = by < 32 ? n[0]! : n[1]!;
  const low = by < 32 ? n[1]! : n[0]!;
  set((high << by) | (low >>> -by), (low << by) | (high >>> -by));
}

function add(high: number, low: number): void {
  const sum = (n[1]! + low) | 0;
  n[0] = n[0]! + high + (sum >>> 0 < low >>> 0 ? 1 : 0);
  n[1] = sum;
}

function mix1(high: number, low: number): void {
  set(high, low);
  multiply(0x87c37b91, 0x114253d5);
  rotate(31);
  multiply(0x4cf5ad43, 0x2745937f);
}

function mix2(high: number, low: number): void {
  set(high, low);
  multiply(0x4cf5ad43, 0x2745937f);
  rotate(33);
  multiply(0x87c37b91, 0x114253d5);
}

function finish(): void {
  n[1] = n[1]! ^ (n[0]! >>> 1);
  multiply(0xff51afd7, 0xed558ccd);
  n[1] = n[1]! ^ (n[0]! >>> 1);
  multiply(0xc4ceb9fe, 0x1a85ec53);
  n[1] = n[1]! ^ (n[0]! >>> 1);
}

// Up to four bytes, little endian; what is beyond the end is 0.
function word(bytes: Uint8Array, at: number, end: number): number {
  if (at + 4 <= end) return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  let value = 0;
  for (let i = end - 1; i >= at; i--) value = (value << 8) | bytes[i]!;
  return value;
}

/** The x64 128-bit form, seed 0, of the first `length` bytes; the answer is in `out`. */
export function murmur128(bytes: Uint8Array, length: number): void {
  let h1High = 0;
  let h1Low = 0;
  let h2High = 0;
  let h2Low = 0;
  let at = 0;
  for (; at + 16 <= length; at += 16) {
    mix1(word(bytes, at + 4, length), word(bytes, at, length));
    set(h1High ^ n[0]!, h1Low ^ n[1]!);
    rotate(27);
    add(h2High, h2Low);
    multiply(0, 5);
    add(0, 0x52dce729);
    h1High = n[0]!;
    h1Low = n[1]!;
    mix2(word(bytes, at + 12, length), word(bytes, at + 8, length));
    set(h2High ^ n[0]!, h2Low ^ n[1]!);
    rotate(31);
    add(h1High, h1Low);
    multiply(0, 5);
    add(0, 0x38495ab5);
    h2High = n[0]!;
    h2Low = n[1]!;
  }
  mix2(word(bytes, at + 12, length), word(bytes, at + 8, length));
  h2High ^= n[0]!;
  h2Low ^= n[1]! ^ length;
  mix1(word(bytes, at + 4, length), word(bytes, at, length));
  set(h1High ^ n[0]!, h1Low ^ n[1]! ^ length);
  add(h2High, h2Low);
  h1High = n[0]!;
  h1Low = n[1]!;
  add(h2High, h2Low);
  finish();
  h2High = n[0]!;
  h2Low = n[1]!;
  set(h1High, h1Low);
  finish();
  add(h2High, h2Low);
  out[0] = n[0]!;
  out[1] = n[1]!;
  add(h2High, h2Low);
  out[2] = n[0]!;
  out[3] = n[1]!;
}

/** The x86 32-bit form. */
export function murmur32(bytes: Uint8Array, length: number, seed: number): number {
  let h = seed;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    h ^= mix32(word(bytes, at, length));
    h = (h << 13) | (h >>> 19);
    h = (imul(h, 5) + 0xe6546b64) | 0;
  }
  h ^= mix32(word(bytes, at, length)) ^ length;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function mix32(k: number): number {
  k = imul(k, 0xcc9e2d51);
  return imul((k << 15) | (k >>> 17), 0x1b873593);
}
