// Random states of ours and contexts whose attributes have the types they are compared with, for flagd's evaluator to judge.
const criterion = (attribute, predicate) => ({ criterion: { attribute, comparison: 'COMPARISON_STRICT', ...predicate } });
const countries = ['SE', 'NO', 'DK', ''];
const countryIn = (random) => ({ oneOf: { values: random.some(countries, 0, 3).map((string) => ({ string })) } });

function expression(random, depth = 0) {
  const part = () => expression(random, depth + 1);
  if (depth < 3 && random.chance(0.4)) return random.of(
    () => ({ all: { expressions: random.list(random.below(3), part) } }), () => ({ any: { expressions: random.list(random.below(3), part) } }),
    () => ({ not: part() }), () => ({ segment: `s${random.below(8)}` }))();
  const end = () => ({ number: random.of(0, 5, 10.5, -3) });
  return random.of(
    () => criterion('country', countryIn(random)), () => criterion('country', { equalTo: { value: { string: random.of(...countries) } } }), () => ({ criterion: { attribute: 'country', ...countryIn(random) } }),
    () => criterion('age', { between: { ...random.of({}, { lower: end() }, { lower: end(), lowerExclusive: true }), ...random.of({}, { upper: end() }, { upper: end(), upperExclusive: true }) } }),
    () => criterion('age', { oneOf: { values: random.some([0, 5, 10.5], 1, 2).map((number) => ({ number })) } }), () => criterion('beta', { equalTo: { value: { bool: random.chance(0.5) } } }),
    () => criterion('email', { [random.of('startsWith', 'endsWith')]: { values: random.some(['bob', '@x.com', 'a', ''], 1, 2) } }), () => criterion('email', { contains: { values: random.some(['b', '@x', 'zz'], 1, 2) } }),
    () => criterion('user.plan', { presence: random.of('PRESENCE_SET', 'PRESENCE_NULL', 'PRESENCE_MISSING', 'PRESENCE_NULL_OR_MISSING') }), () => criterion('country', { equalTo: {} }),
    () => criterion('version', { semVer: { op: random.of('EQUAL', 'NOT_EQUAL', 'LESS', 'LESS_OR_EQUAL', 'GREATER', 'GREATER_OR_EQUAL', 'CARET', 'TILDE'), version: random.of('1.2.3', '2.0.0-rc.1', '1.10.0') } }),
    () => criterion('$now', { between: { lower: { number: 1775000000 } } }),
    // What flagd has no operation for.
    () => (random.chance(0.3) ? criterion('email', { matches: { regex: '^b' } }) : criterion('beta', { presence: 'PRESENCE_SET' })))();
}

function assignment(random, unfit) {
  const given = () => random.of({ variant: 'red' }, { variant: 'blue' }, { variant: 'green' }, { serverDefault: {} });
  if (random.chance(0.5)) return { bucketCount: 1, assignments: [{ id: 'a', ranges: [{ upper: 1 }], ...(unfit === 'fallthrough' ? { fallthrough: {} } : given()) }] };
  const hash = unfit === 'hash' ? undefined : { algorithm: 'MURMUR3_32_SCALED', prefix: random.of('', 'salt-'), suffix: random.of('', '!') };
  const ranges = random.of([[[0, 50]], [[50, 100]]], [[[0, 10], [30, 40]], [[60, 90]]], [[[20, 100]]]);
  return { bucketCount: 100, hash, assignments: ranges.map((r, i) => ({ id: `a${i}`, ranges: r.map(([lower, upper]) => ({ lower, upper })), ...given() })) };
}

function rule(random, r) {
  const unfit = random.chance(0.05) ? random.of('fallthrough', 'hash', 'environment', 'sticky') : '';
  const made = { name: `r${r}`, enabled: random.chance(0.9), targetingKeySelector: random.of('', '', 'targeting_key'), assignment: assignment(random, unfit) };
  if (unfit === 'environment') made.environments = ['prod'];
  if (unfit === 'sticky') made.materialization = { read: 'm' };
  return Object.assign(made, random.of(() => ({ everyone: true }), () => ({ targeting: expression(random) }), () => ({ targeting: expression(random) }), () => ({ segment: `s${random.below(8)}` }))());
}

export function state(random, count) {
  const values = random.of.bind(null, ['r', 'g', 'b'], [1, 2.5, 3], [true, false, true], [{ a: 1 }, {}, { a: null, b: ['x'] }]);
  return {
    account: 'acme', version: 3, environments: ['prod'],
    segments: random.list(8, (i) => ({ name: `s${i}`, ...(i === 7 ? { everyone: true } : { targeting: i < 2 ? criterion('country', countryIn(random)) : expression(random) }), ...(i === 5 && { allocation: { buckets: 10, ranges: { ranges: [{ upper: 10 }] } } }) })),
    flags: random.list(count, (i) => {
      const [red, green, blue] = values();
      return {
        name: `flag-${i}`, state: random.chance(0.05) ? 'DISABLED' : 'ACTIVE', schema: { scalar: 'JSON' }, defaultVariant: random.of('', 'red', 'green'), metadata: { n: i },
        variants: [{ name: 'red', value: red }, { name: 'green', value: green }, { name: 'blue', value: blue }], rules: random.list(random.below(4), (r) => rule(random, r)),
      };
    }),
  };
}

export function context(random) {
  const pick = (p, ...items) => (random.chance(p) ? random.of(...items) : undefined);
  return JSON.parse(JSON.stringify({
    targetingKey: pick(0.9, ...Array.from({ length: 60 }, (_, i) => `user-${i}`)), country: pick(0.85, ...countries, null), age: pick(0.85, 0, 5, 7, 10.5, -3, null), beta: pick(0.8, true, false, null),
    email: pick(0.9, 'bob@x.com', 'ann@work.org', ''), user: pick(0.7, { plan: 'red' }, { plan: null }, {}), version: pick(0.8, '1.2.3', '1.10.0', 'v2.0.0-rc.1', '2.0', '1'),
  }));
}
