// Imports a source with `busker flags import`, then checks the answers of its original engine with `busker flags test`.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../../', import.meta.url).pathname;
const out = mkdtempSync(join(tmpdir(), 'busker-imports-'));
let files = 0;

export const flags = (...args) => spawnSync('dotnet', [join(root, 'src/Cli/bin/Release/net10.0/busker.dll'), 'flags', ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });

export function file(content) {
  const path = join(out, `${++files}.json`);
  writeFileSync(path, content);
  return path;
}

/** The state, the flags in it, and what the import said. */
export function imported(from, source, ...options) {
  const state = join(out, `${++files}.state.json`);
  const run = flags('import', '--from', from, file(source), '--out', state, '--partial', ...options);
  assert.equal(run.status, 0, run.stderr);
  return { state, said: run.stderr, names: new Set(JSON.parse(readFileSync(state, 'utf8')).flags?.map((f) => f.name) ?? []) };
}

/** Every case is {context, expect, at?, sticky?}. Returns how many answers were compared. */
export function agree(state, cases) {
  const run = flags('test', state, file(cases.map((c) => JSON.stringify(c)).join('\n')));
  assert.equal(run.status, 0, run.stdout + run.stderr);
  return Number(/(\d+) answers, 0 wrong/.exec(run.stdout)[1]);
}

/** A seeded source of choices (mulberry32). */
export function seeded(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return {
    below,
    chance: (p) => next() < p,
    of: (...items) => items[below(items.length)],
    some: (from, min, max) => Array.from({ length: min + below(max - min + 1) }, () => from[below(from.length)]),
    list: (length, make) => Array.from({ length }, (_, i) => make(i)),
  };
}
