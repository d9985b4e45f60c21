// Random features, conditions and attributes for GrowthBook, and its own client as the judge.
import { GrowthBookClient } from '@growthbook/growthbook';

const texts = ['SE', 'NO', 'se', 'null', '5', '10.5', 'true', '', 'premium', '1.2.3', 'Ärta', '[object Object]', 'a,b'];
const versions = ['1.2.3', '1.10.0', 'v2.0.0-rc.1', '2.0.0', '1.2', '10', '1.2.3.4', '1.0.0+build', 'x'];
const paths = ['country', 'age', 'tags', 'user.plan', 'version', 'beta', 'email', 'nothing', 'user', 'scores'];
const groups = ['vips', 'numbers', 'swedes', 'circle', 'circle2', 'odd', 'unknown'];

export function payload(random, count) {
  return {
    savedGroups: {
      vips: ['u1', 'u3', 'SE', 5], numbers: { type: 'list', attributeKey: 'age', values: Array.from({ length: 30 }, (_, i) => i) },
      swedes: { type: 'condition', condition: { country: 'SE', $or: [{ beta: true }, { $savedGroup: { id: 'numbers' } }] } },
      circle: { type: 'condition', condition: { $or: [{ country: 'NO' }, { $savedGroup: { id: 'circle2' } }] } },
      circle2: { type: 'condition', condition: { $not: { $savedGroup: { id: 'circle' } } } }, odd: { type: 'future' },
    },
    features: Object.fromEntries(random.list(count, (i) => [`f${i}`, feature(random, i)])),
  };
}

const literal = (random) => random.of(...texts, 5, 10.5, 0, -1, true, false, null);
const values = (random) => random.list(random.below(5), () => literal(random));

function feature(random, i) {
  const value = random.of((n) => ['red', 'green', 'blue'][n], (n) => n * 10, (n) => n === 0, (n) => ({ n, list: [n, null] }));
  return { defaultValue: random.chance(0.1) ? null : value(0), rules: random.list(random.below(4), (r) => rule(random, i, `f${i}r${r}`, value)) };
}

function rule(random, i, id, value) {
  const made = { id };
  if (random.chance(0.5)) made.condition = condition(random);
  if (random.chance(0.2)) made.filters = [{ seed: random.of('ns', 'å'), ranges: [[0, 0.4], [0.5, 0.9]], attribute: random.of(undefined, 'email', 'id'), hashVersion: random.of(undefined, 1, 2, 3) }];
  if (random.chance(0.2) && i > 0) made.parentConditions = random.list(1 + random.below(2), () => ({ id: random.chance(0.05) ? 'unknown' : `f${random.below(i)}`, gate: random.of(true, false, undefined), condition: { value: random.of('red', 10, true, { $exists: true }, { $in: ['red', 10, true] }, { $ne: 'green' }, { $gt: 5 }) } }));
  if (random.chance(0.4)) {
    made.force = value(random.below(3));
    if (random.chance(0.5)) Object.assign(made, { coverage: random.of(0, 0.1, 0.5, 0.995, 1), hashAttribute: random.of(undefined, 'id', 'email', 'serial'), seed: random.of(undefined, 'seed'), hashVersion: random.of(undefined, 1, 2, 7) });
    if (random.chance(0.2)) made.range = random.of([0, 0.5], [0.25, 0.75]);
    return made;
  }

  const variations = 1 + random.below(3);
  Object.assign(made, { variations: random.list(variations, (v) => value(v)), key: random.of(undefined, `exp-${id}`), hashVersion: random.of(undefined, 1, 2, 2), hashAttribute: random.of(undefined, 'id', 'email') });
  if (random.chance(0.5)) made.coverage = random.of(0, 0.3, 0.8, 1, 1.5);
  if (random.chance(0.4)) made.weights = random.of([0.5, 0.5], [0.333, 0.333, 0.334], [0.1, 0.9], [1, 0], [0.5, 0.2]);
  if (random.chance(0.2)) made.ranges = random.of([[0, 0.3], [0.3, 0.6]], [[0, 0.5], [0.2, 0.7], [0.9, 1]]);
  if (random.chance(0.2)) made.namespace = ['pricing', random.of(0, 0.2), random.of(0.6, 1)];
  if (random.chance(0.4)) made.meta = random.list(variations, (v) => ({ key: `${v}`, passthrough: random.chance(0.15) || undefined }));
  return made;
}

function condition(random, depth = 0) {
  const part = () => condition(random, depth + 1);
  if (depth < 3 && random.chance(0.35)) return random.of(
    () => ({ $or: random.list(random.below(3), part) }), () => ({ $nor: random.list(1 + random.below(2), part) }),
    () => ({ $and: random.list(random.below(3), part) }), () => ({ $not: part() }),
    () => ({ $savedGroup: { id: random.of(...groups), attributeKey: random.of(undefined, undefined, 'country', 'tags') } }))();
  return Object.fromEntries(random.list(1 + random.below(2), () => [random.of(...paths), asked(random)]));
}

function asked(random) {
  if (random.chance(0.3)) return literal(random);
  return Object.assign({}, ...random.list(1 + (random.chance(0.2) ? 1 : 0), () => operator(random)));
}

const operator = (random) => random.of(
  () => ({ [random.of('$eq', '$ne')]: literal(random) }),
  () => ({ [random.of('$lt', '$lte', '$gt', '$gte')]: literal(random) }),
  () => ({ [random.of('$lt', '$lte', '$gt', '$gte')]: random.of(5, 10, 0, 'M') }),
  () => ({ $exists: random.of(true, false, 1) }),
  () => ({ [random.of('$in', '$nin', '$ini', '$nini')]: values(random) }),
  () => ({ [random.of('$inGroup', '$notInGroup')]: random.of(...groups) }),
  () => ({ $not: asked(random) }),
  () => ({ $size: random.of(0, 2, { $gt: 1 }, { $lte: 2, $gte: 1 }) }),
  () => ({ $elemMatch: random.of({ $eq: 'a' }, { $in: ['a', 5] }, { $gt: 3 }, { $gt: 1, $lt: 6 }, { $regex: '^a' }) }),
  () => ({ [random.of('$all', '$alli')]: random.some(['a', 'A', 'b', 5, 7], 0, 2) }),
  () => ({ [random.of('$regex', '$regexi')]: random.of('^S', 'n.l', '\\d+$', '^(a|b)', '^$', '@x\\.com$', 't{1,2}') }),
  () => ({ $type: random.of('string', 'number', 'boolean', 'array', 'object', 'null', 'undefined') }),
  () => ({ [random.of('$veq', '$vne', '$vlt', '$vlte', '$vgt', '$vgte')]: random.of(...versions, 2) }),
  () => ({ $unheardOf: 1 }))();

export function attributes(random) {
  const pick = (p, ...items) => (random.chance(p) ? random.of(...items) : undefined);
  return JSON.parse(JSON.stringify({
    serial: pick(0.8, 1, 2, 3, 4, 5, 0, -7, '6'), id: pick(0.95, ...Array.from({ length: 30 }, (_, i) => `u${i}`), 42, 0, '', 'Ärta', '😀x'), country: pick(0.8, ...texts, null), age: pick(0.8, 5, 10.5, 0, -1, 7, '7', ' 5 ', 'x', true, null),
    tags: pick(0.8, [], ['a'], ['a', 'b'], ['A', 5], [5, 7], 'a', ['SE']), user: pick(0.7, { plan: 'premium' }, { plan: '' }, {}), version: pick(0.8, ...versions, 2, true, null),
    beta: pick(0.7, true, false, 'yes', 0), email: pick(0.8, 'bob@x.com', 'ann@y.org', 'Ärta@x.com', ''), scores: pick(0.6, [1, 2, 3], [9], ['4'], []),
  }));
}

export function engine(source) {
  const log = console.error;
  const client = new GrowthBookClient({ log: () => {} });
  client.initSync({ payload: source });
  return (name, user) => {
    console.error = () => {};
    const { value } = client.evalFeature(name, user);
    console.error = log;
    return value ?? null;
  };
}
