// The same flags in GrowthBook, flagd and Statsig: reads what is to be measured from standard input, answers with nanoseconds
// per evaluation. Users and contexts are made beforehand; nothing is logged, nothing goes over a network.
import { readFileSync } from 'node:fs';
import { GrowthBookClient } from '@growthbook/growthbook';
import { FlagdCore } from '@openfeature/flagd-core';
import { Statsig, StatsigUser } from '@statsig/statsig-node-core';

const { cells, users, attributeSizes, milliseconds } = JSON.parse(readFileSync(0, 'utf8'));
const key = (cell) => `${cell.shape}-${cell.conditions}`;

// --- the flags: shape "static", "split" (conditions, then half and half) or "three rules" ---
const growthbook = (cell) => {
  const split = (condition) => ({ ...(condition && { condition }), key: key(cell), hashAttribute: 'targetingKey', hashVersion: 2, variations: [false, true], weights: [0.5, 0.5] });
  if (cell.shape === 'static') return { defaultValue: true };
  if (cell.shape === 'three rules') return { defaultValue: false, rules: [
    { condition: { email: { $regex: '@busker\\.example$' } }, force: true }, { condition: { version: { $vlt: '2.0.0' } }, force: false },
    split({ country: { $in: ['SE', 'NO'] } })] };
  const all = Array.from({ length: cell.conditions }, (_, i) => ({ [`c${i}`]: { $in: cell.values } }));
  return { defaultValue: false, rules: [split(all.length ? { $and: all } : undefined)] };
};

const flagd = (cell) => {
  const flag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: cell.shape === 'static' ? 'on' : 'off' };
  const split = { fractional: [['off', 50], ['on', 50]] };
  if (cell.shape === 'static') return flag;
  if (cell.shape === 'three rules') return { ...flag, targeting: { if: [{ ends_with: [{ var: 'email' }, '@busker.example'] }, 'on',
    { sem_ver: [{ var: 'version' }, '<', '2.0.0'] }, 'off', { in: [{ var: 'country' }, ['SE', 'NO']] }, split] } };
  const all = Array.from({ length: cell.conditions }, (_, i) => ({ in: [{ var: `c${i}` }, cell.values] }));
  return { ...flag, targeting: all.length ? { if: [{ and: all }, split] } : split };
};

const conditionMap = {};
const statsigCondition = (field, operator, targetValue) => {
  const name = `${field} ${operator} ${targetValue}`;
  conditionMap[name] = { type: field ? 'user_field' : 'public', field, operator, targetValue, additionalValues: {}, isDeviceBased: false, idType: 'userID' };
  return name;
};
const statsigRule = (name, conditions, passPercentage, returnValue = true) =>
  ({ name, groupName: name, id: name, salt: name, conditions, passPercentage, returnValue, isDeviceBased: false, idType: 'userID' });
const statsigGate = (cell) => {
  const everyone = statsigCondition(null, null, null);
  const rules = cell.shape === 'static' ? [statsigRule('all', [everyone], 100)]
    : cell.shape === 'three rules' ? [statsigRule('staff', [statsigCondition('email', 'str_ends_with_any', ['@busker.example'])], 100),
      statsigRule('old', [statsigCondition('version', 'version_lt', '2.0.0')], 100, false), statsigRule('split', [statsigCondition('country', 'any_case_sensitive', ['SE', 'NO'])], 50)]
    : [statsigRule('split', cell.conditions ? Array.from({ length: cell.conditions }, (_, i) => statsigCondition(`c${i}`, 'any_case_sensitive', cell.values)) : [everyone], 50)];
  return { type: 'feature_gate', salt: key(cell), enabled: true, defaultValue: false, rules, isDeviceBased: false, idType: 'userID', entity: 'feature_gate', version: 1 };
};

// --- the peers, each with all flags ---
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const core = new FlagdCore(undefined, quiet);
core.setConfigurations(JSON.stringify({ flags: Object.fromEntries(cells.map((c) => [key(c), flagd(c)])) }));
const book = new GrowthBookClient();
book.initSync({ payload: { features: Object.fromEntries(cells.map((c) => [key(c), growthbook(c)])) } });
const specs = JSON.stringify({
  feature_gates: Object.fromEntries(cells.map((c) => [key(c), statsigGate(c)])), condition_map: conditionMap, dynamic_configs: {}, layer_configs: {}, layers: {},
  id_lists: {}, experiment_to_layer: {}, has_updates: true, time: 1, company_id: 'bench', response_format: 'dcs-v2',
});
const statsig = new Statsig('secret-bench', {
  disableNetwork: true, disableAllLogging: true, disableCountryLookup: true, outputLogLevel: 'none', specAdaptersConfig: [{ adapterType: 'data_store', initTimeoutMs: 3000 }],
  dataStore: { initialize: async () => {}, shutdown: async () => {}, set: async () => {}, supportPollingUpdatesFor: async () => false, get: async () => ({ result: specs, time: 1 }) },
});
await statsig.initialize();

function measure(evaluate, inputs) {
  const mask = inputs.length - 1;
  for (let i = 0; i < 5_000; i++) evaluate(inputs[i & mask]);
  const chunks = [];
  const until = performance.now() + milliseconds;
  let [n, on] = [0, 0];
  while (performance.now() < until) {
    const started = process.hrtime.bigint();
    for (let i = 0; i < 200; i++) on += evaluate(inputs[n++ & mask]) ? 1 : 0;
    chunks.push(Number(process.hrtime.bigint() - started) / 200);
  }
  chunks.sort((a, b) => a - b);
  return { ns: chunks[chunks.length >> 1], on: on / n };
}

const results = [];
for (const size of attributeSizes) {
  const contexts = Array.from({ length: users }, (_, i) => {
    const context = { targetingKey: `user-${i}`, country: i % 3 === 0 ? 'SE' : 'NO', version: '2.4.1' };
    for (let c = 0; c < 16; c++) context[`c${c}`] = `value-${c % 5}`;
    for (let a = 0; a < size; a++) context[`attribute-${a}`] = `text-${a}-${i % 7}`;
    return context;
  });
  const people = contexts.map(({ targetingKey, country, ...custom }) => new StatsigUser({ userID: targetingKey, country, custom }));
  for (const cell of cells) {
    const name = key(cell);
    const report = (system, result) => results.push({ system, shape: cell.shape, conditions: cell.conditions, attributes: size, ...result });
    report('flagd', measure((c) => core.resolveBooleanEvaluation(name, false, c, quiet).value, contexts));
    report('GrowthBook', measure((c) => book.isOn(name, { attributes: c }), contexts));
    report('Statsig', measure((u) => statsig.checkGate(u, name, { disableExposureLogging: true }), people));
  }
}

console.log(JSON.stringify(results));
await statsig.shutdown();
process.exit(0);
