// `busker demo`, as somebody runs it who has just got the project: it starts the product, replays, tells, and stops everything.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const state = mkdtempSync(join(tmpdir(), 'busker-demo-'));
const run = (...args) => spawnSync('dotnet', [join(root, 'src/Cli/bin/Release/net10.0/busker.dll'), 'demo', '--state', state, '--port', '0', '--grpc-port', '0', ...args],
  { encoding: 'utf8', timeout: 120_000, env: { ...process.env, BUSKER_ROOT: root } });
const row = (text, name) => text.split('\n').find((line) => line.includes(`│ ${name} `))?.split('│').slice(2, 7).map((n) => Number(n.replaceAll(',', '')));

test('a seeded town is replayed, free listeners are switched, and nothing is left running', () => {
  const result = run('--listeners', '40', '--seconds', '6');
  assert.equal(result.status, 0, result.stderr + result.stdout);
  const [free, mid, premium, all] = ['free', 'mid-tier', 'premium', 'all'].map((name) => row(result.stdout, name));
  assert.ok(free[2] > 0, 'free listeners run out of on-demand time');
  assert.ok(mid[1] > 0 && premium[1] > 0, 'paying listeners are let through');
  assert.equal(premium[2], 0, 'premium is never switched');
  for (let i = 0; i < 5; i++) assert.equal(free[i] + mid[i] + premium[i], all[i]);
  assert.equal(all[0], all[1] + all[2] + all[3]);
  assert.match(result.stdout, /calls\/s, p50 [\d.]+ ms, p99 [\d.]+ ms/);
  assert.ok(existsSync(join(state, 'demo.json')));
});

test('histories in a folder are replayed on the same state', () => {
  const folder = join(state, 'histories', 'few');
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: 200 }, (_, i) => `${i % 10},${Math.floor(i / 10) * 3 + 1},${i % 3}`);
  writeFileSync(join(folder, 'interactions.csv'), ['user,item,weak', ...rows].join('\n') + '\n');
  const result = run('--data', join(state, 'histories'), '--seconds', '3');
  assert.equal(result.status, 0, result.stderr + result.stdout);
  assert.match(result.stdout, /10 listeners \(few, 200 pairs of 10 listeners and 20 items\)/);
  assert.ok(row(result.stdout, 'all')[0] > 0);
});

test('what cannot be replayed is refused in a sentence', () => {
  for (const [args, sentence] of [[['--data', join(state, 'nowhere')], /is not a folder/], [['--listeners', '0'], /--listeners is 0; 1 to 99999/]]) {
    const result = run(...args);
    assert.equal(result.status, 1);
    assert.match(result.stderr, sentence);
  }
  rmSync(state, { recursive: true, force: true });
});
