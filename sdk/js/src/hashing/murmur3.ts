// MurmurHash3 by Austin Appleby (public domain). 64-bit numbers are two halves of 32 bits.
const { imul } = Math;

/** The high 32 bits of the product of two unsigned numbers. */
export function high32(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = ah * bl + ((al * bl) >>> 16);
  const cross = al * bh + (middle & 0xffff);
  return (ah * bh + (middle >>> 16) + (cross >>> 16)) >>> 0;
}

// The result of the last 128-bit hash, and of the steps on the way to it.
export const out = { h1High: 0, h1Low: 0, h2High: 0, h2Low: 0 };
let high = 0;
let low = 0;

function multiply(byHigh: number, byLow: number): void {
  high = (high32(low, byLow) + imul(high, byLow) + imul(low, byHigh)) >>> 0;
  low = imul(low, byLow) >>> 0;
}

function rotate(by: number): void {
  if (by >= 32) {
    [high, low] = [low, high];
    by -= 32;
  }
  if (by === 0) return;
  const rotated = ((high << by) | (low >>> (32 - by))) >>> 0;
  low = ((low << by) | (high >>> (32 - by))) >>> 0;
  high = rotated;
}

function add(otherHigh: number, otherLow: number): void {
  const sum = low + otherLow;
  low = sum >>> 0;
  high = (high + otherHigh + (sum > 0xffffffff ? 1 : 0)) >>> 0;
}

function mix1(): void {
  multiply(0x87c37b91, 0x114253d5);
  rotate(31);
  multiply(0x4cf5ad43, 0x2745937f);
}

function mix2(): void {
  multiply(0x4cf5ad43, 0x2745937f);
  rotate(33);
  multiply(0x87c37b91, 0x114253d5);
}

function finish(): void {
  low = (low ^ (high >>> 1)) >>> 0;
  multiply(0xff51afd7, 0xed558ccd);
  low = (low ^ (high >>> 1)) >>> 0;
  multiply(0xc4ceb9fe, 0x1a85ec53);
  low = (low ^ (high >>> 1)) >>> 0;
}

function word(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = Math.min(at + 4, end) - 1; i >= at; i--) value = (value << 8) | bytes[i]!;
  return value >>> 0;
}

/** The x64 128-bit form, seed 0, of the first `length` bytes; the halves are in `out`. */
export function murmur128(bytes: Uint8Array, length: number): void {
  let [h1High, h1Low, h2High, h2Low] = [0, 0, 0, 0];
  let at = 0;
  for (; at + 16 <= length; at += 16) {
    [high, low] = [word(bytes, at + 4, length), word(bytes, at, length)];
    mix1();
    [high, low] = [(h1High ^ high) >>> 0, (h1Low ^ low) >>> 0];
    rotate(27);
    add(h2High, h2Low);
    multiply(0, 5);
    add(0, 0x52dce729);
    [h1High, h1Low] = [high, low];
    [high, low] = [word(bytes, at + 12, length), word(bytes, at + 8, length)];
    mix2();
    [high, low] = [(h2High ^ high) >>> 0, (h2Low ^ low) >>> 0];
    rotate(31);
    add(h1High, h1Low);
    multiply(0, 5);
    add(0, 0x38495ab5);
    [h2High, h2Low] = [high, low];
  }
  [high, low] = [word(bytes, at + 12, length), word(bytes, at + 8, length)];
  mix2();
  [h2High, h2Low] = [(h2High ^ high) >>> 0, (h2Low ^ low ^ length) >>> 0];
  [high, low] = [word(bytes, at + 4, length), word(bytes, at, length)];
  mix1();
  [high, low] = [(h1High ^ high) >>> 0, (h1Low ^ low ^ length) >>> 0];
  add(h2High, h2Low);
  [h1High, h1Low] = [high, low];
  add(h2High, h2Low);
  finish();
  [h2High, h2Low] = [high, low];
  // add() above left h2 + h1; finish it, then the same for h1.
  [high, low] = [h1High, h1Low];
  finish();
  add(h2High, h2Low);
  [out.h1High, out.h1Low] = [high, low];
  add(h2High, h2Low);
  [out.h2High, out.h2Low] = [high, low];
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
