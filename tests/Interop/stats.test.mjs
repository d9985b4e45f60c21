// `busker stats` over the samples, as a person or a pipeline runs it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const out = mkdtempSync(join(tmpdir(), 'busker-stats-'));
const run = (...args) => spawnSync('dotnet', [join(root, 'src/Cli/bin/Release/net10.0/busker.dll'), 'stats', ...args], { encoding: 'utf8' });
const sample = (name) => join(root, 'samples/experiments', name);

test('a file of sums becomes a table, a decision, JSON and a self-contained page', () => {
  const [json, html] = [join(out, 'a.json'), join(out, 'a.html')];
  const result = run('analyze', sample('sums.csv'), '--json', json, '--html', html);
  assert.equal(result.status, 0, result.stderr);
  assert.match(result.stdout, /Ship blue: minutes improved/);
  const read = JSON.parse(readFileSync(json, 'utf8'));
  assert.equal(read.effects.length, 2);
  assert.ok(read.effects[0].pValue < 1e-4);
  const page = readFileSync(html, 'utf8');
  assert.match(page, /<svg /);
  assert.doesNotMatch(page, /src=|href=|@import|NaN/);
});

test('looks, ratios and a covariate are understood', () => {
  assert.match(run('analyze', sample('analysis.json')).stdout, /clicks per session is not worse than allowed/);
  assert.match(run('analyze', sample('units.csv')).stdout, /minutes improved/);
});

test('a design reports what its own rule achieves', () => {
  const json = join(out, 'd.json');
  assert.equal(run('design', sample('design.json'), '--json', json).status, 0);
  const read = JSON.parse(readFileSync(json, 'utf8'));
  assert.ok(read.falsePositiveRate < 0.065, `false positives ${read.falsePositiveRate}`);
  assert.ok(read.achievedPower > 0.8, `power ${read.achievedPower}`);
  assert.equal(read.bounds.length, 140);
});

test('a known sample ratio mismatch has its known p', () => {
  const json = join(out, 's.json');
  assert.match(run('srm', sample('traffic.csv'), '--json', json).stdout, /not as planned/);
  assert.ok(Math.abs(JSON.parse(readFileSync(json, 'utf8')).pValue - 0.000020079) < 1e-9);
});

test('bad input is one clear sentence and exit code 2', () => {
  const sums = (arm) => `{"metrics":[{"name":"m","arms":{"control":${arm},"blue":{"n":9,"sum":9,"sumOfSquares":20}}}]}`;
  const cases = [
    [sums('{"n":9,"sum":90,"sumOfSquares":1}'), /below zero; check its sum of squares\.\n$/],
    [sums('{"n":1,"sum":1,"sumOfSquares":1}'), /n = 1; at least 2 units are needed\.\n$/],
    [sums('{"n":9,"sum":0,"sumOfSquares":5}'), /control mean of zero/],
    [sums('{"n":9,"total":0}'), /not as expected at .*total/],
    ['{"metrics":[]}', /The file has no metrics\.\n$/],
    ['{', /not as expected/],
  ];
  for (const [text, expected] of cases) {
    const file = join(out, 'bad.json');
    writeFileSync(file, text);
    const result = run('analyze', file);
    assert.equal(result.status, 2, text);
    assert.match(result.stderr, expected);
    assert.equal(result.stderr.trim().split('\n').length, 1);
  }
  assert.match(run('analyze', sample('units.csv'), '--metric', 'minutez').stderr, /^There is no column minutez/);
});
