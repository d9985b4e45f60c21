// What is imported answers as in the engine it came from: seeded random flags and contexts, judged by the vendors' own code.
import { mock, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { FlagdCore } from '@openfeature/flagd-core';
import { FlagdCore as OldFlagdCore } from 'flagd-core-v1';
import { agree, flags, file, imported, seeded } from './imports/harness.mjs';
import * as confidence from './imports/confidence.mjs';
import { Judge } from './imports/confidence-judge.mjs';
import * as flagd from './imports/flagd.mjs';
import * as growthbook from './imports/growthbook.mjs';
import * as sticky from './imports/growthbook.sticky.mjs';
import * as unleash from './imports/unleash.mjs';

test('Unleash: what its client answers is what the imported flags answer', () => {
  const random = seeded(20261);
  const source = unleash.payload(random, 400);
  const { state, names } = imported('unleash', JSON.stringify(source));
  assert.ok(names.size >= 396, `${names.size} of 400 features were expressed`);
  const client = unleash.engine(source);
  client.on('warn', () => {});
  const cases = random.list(120, () => unleash.context(random)).map((asked, i) => {
    const at = `2026-0${1 + (i % 6)}-01T00:00:00.000Z`;
    mock.timers.enable({ apis: ['Date'], now: Date.parse(at) });
    const expect = {};
    for (const feature of source.features.filter((f) => names.has(f.name))) {
      const { value, drawn } = unleash.answer(client, feature, asked);
      if (!drawn) expect[feature.name] = value;
    }
    mock.timers.reset();
    return { context: unleash.flat(asked), at, expect };
  });
  assert.ok(agree(state, cases) > 40_000);
});

test('GrowthBook: what its client answers is what the imported flags answer', () => {
  const random = seeded(20262);
  const source = growthbook.payload(random, 400);
  const { state, names, said } = imported('growthbook', JSON.stringify(source));
  assert.ok(names.size >= 360, `${names.size} of 400 features were expressed\n${said}`);
  const evaluate = growthbook.engine(source);
  const cases = random.list(120, () => growthbook.attributes(random)).map((attributes) => ({
    context: attributes, expect: Object.fromEntries([...names].map((name) => [name, evaluate(name, { attributes })])),
  }));
  assert.ok(agree(state, cases) > 40_000);
});

test('GrowthBook: its sticky buckets keep under a changed payload what they keep there', async () => {
  const random = seeded(20266);
  const [first, second] = sticky.payloads(random, 200);
  const people = sticky.users(random, 120);
  let memory;
  let moved = 0;
  for (const payload of [first, second]) {
    const { state, names, said } = imported('growthbook', JSON.stringify(payload), '--sticky');
    assert.equal(names.size, 200, said);
    const round = await sticky.asked(payload, people, memory);
    const recordsOf = sticky.records(JSON.parse(readFileSync(state, 'utf8')), round.before);
    if (memory) moved = (await sticky.asked(payload, people)).answers.flatMap((a, i) => Object.keys(a).filter((name) => a[name] !== round.answers[i][name])).length;
    memory = round.memory;
    assert.equal(agree(state, people.map((context, i) => ({ context, sticky: recordsOf(context), expect: round.answers[i] }))), 24_000);
  }
  assert.ok(moved > 2000, `${moved} answers would be others without what was kept`);
});

function flagdAgrees(FlagdCore, seed, fractionalOnly, ...options) {
  const random = seeded(seed);
  const source = flagd.flags(random, 400, fractionalOnly);
  const { state, names, said } = imported('flagd', JSON.stringify(source), ...options);
  assert.ok(names.size >= 380, `${names.size} of 400 flags were expressed\n${said}`);
  const evaluate = flagd.engine(FlagdCore, source);
  const cases = random.list(120, () => flagd.context(random)).map((context, i) => {
    const at = `2026-0${1 + (i % 6)}-01T00:00:00.000Z`;
    mock.timers.enable({ apis: ['Date'], now: Date.parse(at) });
    const expect = Object.fromEntries([...names].map((name) => [name, evaluate(name, context)]));
    mock.timers.reset();
    return { context: flagd.ours(context), at, expect };
  });
  assert.ok(agree(state, cases) > 40_000);
}

test('flagd: what its evaluator answers is what the imported flags answer', () => flagdAgrees(FlagdCore, 20263, false));

test('flagd before 2026: the older split is what its older evaluator answers', () => flagdAgrees(OldFlagdCore, 20264, true, '--fractional-v1'));

test('Confidence: protobuf and JSON give one state, and it answers as the published semantics say', () => {
  const random = seeded(20265);
  const source = confidence.state(random, 200);
  const { state, names, said } = imported('confidence', JSON.stringify(source.made), '--account', 'acme');
  assert.ok(names.size >= 195, `${names.size} of 200 flags were expressed\n${said}`);
  const [bare, enveloped] = [imported('confidence', confidence.encode(source.made), '--account', 'acme'), imported('confidence', confidence.encode(source.made, 'accounts/acme'))];
  for (const other of [bare, enveloped]) assert.equal(readFileSync(other.state, 'utf8'), readFileSync(state, 'utf8'));
  const byName = new Map(source.made.flags.map((f) => [f.name.slice('flags/'.length), f]));
  const cases = random.list(150, () => {
    const context = confidence.context(random);
    const environments = random.of(['prod'], []);
    const lists = random.list(6, (i) => ({ unit: `u${i * 2}`, materialization: 'materializedSegments/remote', member: true }));
    const sticky = random.list(10, (i) => ({ unit: `u${i}`, materialization: 'materializations/m1', member: random.chance(0.7), variants: Object.fromEntries(random.list(40, () => [`flag-${random.below(200)}/r${random.below(3)}`, random.of('a', 'b', 'gone', '')])) }));
    const judge = new Judge(source, 'acme', { environments, sticky: sticky, lists });
    return { context, environments, sticky: [...sticky, ...lists], expect: Object.fromEntries([...names].map((name) => [name, judge.resolve(byName.get(name), context)])) };
  });
  assert.ok(agree(state, cases) > 25_000);
});
