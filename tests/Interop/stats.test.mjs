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

// A file of units with known effects: blue adds 1 to minutes for everybody and 4 more in SE; households share half of their noise.
const units = (n = 4000) => {
  let seed = 42;
  const next = () => (seed = (seed * 1664525 + 1013904223) >>> 0) / 2 ** 32;
  const noise = () => Array.from({ length: 12 }, next).reduce((a, b) => a + b, -6);
  const rows = ['arm,household,country,other,minutes,paid,open_1,open_2'];
  let shared = 0;
  for (let i = 0; i < n; i++) {
    const household = i >> 2;
    if (i % 4 === 0) shared = noise();
    const arm = household % 2 ? 'blue' : 'control';
    const country = i % 3 ? 'DE' : 'SE';
    const other = next() < 0.5 ? 'control' : 'on';
    const effect = arm === 'blue' ? (country === 'SE' ? 5 : 1) + (other === 'on' ? 2 : 0) : 0;
    const minutes = 30 + 3 * shared + 3 * noise() + effect;
    const first = 5 + noise();
    rows.push([arm, `h${household}`, country, other, minutes.toFixed(4), next() < (arm === 'blue' ? 0.3 : 0.2) ? 1 : 0,
      i % 2 ? '' : first.toFixed(4), (first + 5 + noise()).toFixed(4)].join(','));
  }
  const file = join(out, 'made.csv');
  writeFileSync(file, rows.join('\n'));
  return file;
};
const asked = (...args) => {
  const json = join(out, 'asked.json');
  const result = run('analyze', units(), ...args, '--json', json);
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(readFileSync(json, 'utf8'));
};
const uses = ['--by', 'country', '--other', 'other', '--open-window', 'open'];

test('a breakdown, an interaction and an open window are answered with their corrections', () => {
  const read = asked(...uses, '--cluster', 'household', '--metric', 'minutes', '--planned-looks', '4');
  const [country] = read.breakdowns;
  assert.deepEqual(country.values.map((v) => v.name), ['DE', 'SE']);
  assert.ok(country.heterogeneityPValue < 1e-6 && country.values[1].effect > 4);
  assert.match(read.interactions[0].sentence, /The effect on minutes differs between the arms of other/);
  assert.equal(read.openWindow.length, 2);
  assert.ok(read.openWindow.every((l) => !l.crossed && l.bound > 2));
  assert.ok(read.openWindow[0].bound > read.openWindow[1].bound);
});

test('clusters widen the error, quantiles and posteriors are told, winsorising pulls the tail in', () => {
  const one = asked('--metric', 'minutes').effects[0];
  const clustered = asked('--metric', 'minutes', '--cluster', 'household').effects[0];
  assert.ok(clustered.standardError > 1.3 * one.standardError, `${clustered.standardError} against ${one.standardError}`);
  assert.ok(Math.abs(clustered.effect - one.effect) < 1e-9);
  const read = asked('--metric', 'minutes', '--metric', 'paid', '--quantile', 'minutes:0.9', '--posteriors', '--winsorise', '0.05,0.95');
  const p90 = read.effects.find((e) => e.metric === 'minutes p90');
  assert.ok(p90.effect > 2 && p90.effect < 5, `p90 moved by ${p90.effect}`);
  assert.ok(read.effects[0].standardError < one.standardError);
  const best = read.posteriors.find((p) => p.metric === 'paid' && p.arm === 'blue');
  assert.ok(best.probabilityBest > 0.999 && best.expectedLoss < 1e-6);
});

test('questions that cannot be answered are refused in one sentence', () => {
  const file = units(400);
  const cases = [
    [[file, '--quantile', 'minutes'], /--quantile is "minutes"; it must be COLUMN:Q/],
    [[file, '--winsorise', '0.9,0.1'], /--winsorise is "0.9,0.1"; it must be LOW,HIGH/],
    [[file, '--by', 'planet'], /There is no column planet/],
    [[file, '--cluster', 'country', '--metric', 'minutes'], /clusters must be assigned whole/],
    [[file, '--metric', 'open_1'], /Line 3: open_1 is empty/],
    [[sample('sums.csv'), '--by', 'country'], /--by needs a file with one row per unit; this one holds sums/],
  ];
  for (const [args, expected] of cases) {
    const result = run('analyze', ...args);
    assert.equal(result.status, 2, args.join(' '));
    assert.match(result.stderr, expected);
    assert.equal(result.stderr.trim().split('\n').length, 1);
  }
});

test('a rule and a spending of one\'s own are followed; mistakes in them are named', () => {
  const design = (extra) => {
    const file = join(out, 'own.json');
    writeFileSync(file, JSON.stringify({
      looks: 5, replications: 2000,
      metrics: [{ name: 'a', mean: 10, variance: 25, effect: 0.02 }, { name: 'b', mean: 5, variance: 25, effect: 0.03 }], ...extra,
    }));
    return run('design', file);
  };
  const leaf = (metric) => ({ metric, question: 'superior' });
  assert.match(design({ rule: { all: [leaf('a'), leaf('b')] }, spending: 'obrienFleming', replications: 500 }).stdout, /simulated experiments/);
  assert.match(design({ rule: { any: [] } }).stderr, /^rule\.any is empty/);
  assert.match(design({ rule: { all: [leaf('a'), {}] } }).stderr, /^rule\.all\[1\] must hold exactly one/);
  assert.match(design({ spending: 'power' }).stderr, /^spending is "power"; it must be/);
});

test('a bandit gets its next shares and the effects its batches show', () => {
  const json = join(out, 'bandit.json');
  const result = run('bandit', sample('bandit.csv'), '--json', json);
  assert.equal(result.status, 0, result.stderr);
  const read = JSON.parse(readFileSync(json, 'utf8'));
  const share = (key) => read.arms.reduce((sum, arm) => sum + arm[key], 0);
  assert.ok(Math.abs(share('thompson') - 1) < 1e-12 && Math.abs(share('topTwo') - 1) < 1e-12);
  assert.equal(read.arms.toSorted((a, b) => b.thompson - a.thompson)[0].arm, 'blue');
  assert.ok(read.effects.find((e) => e.arm === 'blue').pValue < 0.05);
  assert.match(run('bandit', sample('bandit.csv'), '--floor', '0.5').stderr, /floor/);
});
