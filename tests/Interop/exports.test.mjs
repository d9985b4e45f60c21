// What is exported answers there as it does here: seeded random states and contexts, judged by the vendor's own code.
import { mock, test } from 'node:test';
import assert from 'node:assert/strict';
import { FlagdCore } from '@openfeature/flagd-core';
import { agree, file, flags, seeded } from './imports/harness.mjs';
import * as judge from './imports/flagd.mjs';
import * as ours from './exports/flagd.mjs';

test('flagd: what the exported flags answer in its evaluator is what they answer here', () => {
  const random = seeded(20270);
  const state = ours.state(random, 400);
  const path = file(JSON.stringify(state));
  const run = flags('export', path, '--to', 'flagd', '--partial');
  assert.equal(run.status, 0, run.stderr);
  const exported = JSON.parse(run.stdout);
  const names = Object.keys(exported.flags);
  assert.ok(names.length > 200 && names.length < 400, `${names.length} of 400 flags were expressed`);
  for (const reason of ['is not the hash of flagd', 'hands on to the next rule', 'there are none', 'not sticky there', 'has no counterpart', 'is a share of the population']) assert.match(run.stderr, new RegExp(`left out  flags.*${reason}`));
  const evaluate = judge.engine(FlagdCore, exported);
  const cases = random.list(150, () => ours.context(random)).map((context, i) => {
    const at = `2026-0${1 + (i % 6)}-01T00:00:00.000Z`;
    mock.timers.enable({ apis: ['Date'], now: Date.parse(at) });
    const expect = Object.fromEntries(names.map((name) => [name, evaluate(name, context)]));
    mock.timers.reset();
    return { context: judge.ours(context), at, expect };
  });
  assert.ok(agree(path, cases) > 30_000);
});

test('what cannot be expressed fails the export, with its path, unless it is asked for in part', () => {
  const random = seeded(1);
  const run = flags('export', file(JSON.stringify(ours.state(random, 100))), '--to', 'flagd');
  assert.equal(run.status, 1);
  assert.equal(run.stdout, '');
  assert.match(run.stderr, /left out {2}flags\[\d+\]\.rules\[\d+\]\..*Nothing is written: say --partial/s);
  assert.match(flags('export', file('{}'), '--to', 'unleash').stderr, /no other format is written/);
});
