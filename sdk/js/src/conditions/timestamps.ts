// Moments as microseconds since 1970. Text: "2026-11-21", or a date and "T" or a space and "hh:mm:ss[.fraction]", then
// nothing (UTC), "Z" or "±hh:mm". Numbers below 1e12 in size are seconds, others milliseconds. Years beyond 2255 do not fit
// a double exactly and are bigint; comparisons between both kinds are exact.
import type { Int64 } from '../contract/types.js';

const limit = 9007199254740992;
const form = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))?)?$/;
const months = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function timestampOfNumber(value: number): number | undefined {
  const scaled = Math.floor(Math.abs(value) < 1e12 ? value * 1e6 : value * 1e3);
  return Math.abs(scaled) <= limit ? scaled : undefined;
}

export function parseTimestamp(text: string): Int64 | undefined {
  const found = form.exec(text);
  if (!found) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(part => Number(part ?? 0)) as [number, number, number, number, number, number];
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > lengthOfMonth(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  let seconds = daysSince1970(year, month, day) * 86400 + (hour * 60 + minute) * 60 + second;
  if (found[8]) {
    const [hours, minutes] = [Number(found[9]), Number(found[10])];
    if (hours > 23 || minutes > 59) return undefined;
    seconds -= (found[8] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60;
  }
  const micros = Number((found[7] ?? '').slice(0, 6).padEnd(6, '0'));
  const us = seconds * 1_000_000 + micros;
  return Math.abs(us) < limit ? us : BigInt(seconds) * 1_000_000n + BigInt(micros);
}

/** For traces. */
export function formatTimestamp(us: Int64): string {
  const exact = BigInt(us);
  let seconds = exact / 1_000_000n;
  let micros = exact % 1_000_000n;
  if (micros < 0n) [seconds, micros] = [seconds - 1n, micros + 1_000_000n];
  if (seconds < -62135596800n || seconds > 253402300799n) return `${us} µs`;
  return new Date(Number(seconds) * 1000).toISOString().replace(/\.000Z$/, `.${String(micros).padStart(6, '0')}Z`);
}

function lengthOfMonth(year: number, month: number): number {
  return month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : months[month - 1]!;
}

// Days of the civil calendar, years starting in March.
function daysSince1970(year: number, month: number, day: number): number {
  const y = month < 3 ? year - 1 : year;
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + ofYear - 719468;
}
