// Random targeting and contexts for flagd, and its own evaluator for JavaScript as the judge.
const silent = { error() {}, warn() {}, info() {}, debug() {} };
const texts = ['SE', 'NO', '5', '10.5', '', 'true', 'premium', 'null', 'a'];
const names = ['red', 'green', 'blue'];
const v = (name) => ({ var: name });
const fractionalOnly = (depth) => depth === 3;

export function flags(random, count, fractionalOnly = false) {
  return {
    $evaluators: {
      swede: { '==': [v('country'), 'SE'] }, worker: { or: [{ $ref: 'staff' }, { ends_with: [v('email'), '@work.org'] }] }, staff: { in: ['staff', v('tags')] },
    },
    metadata: { owner: 'team' },
    flags: Object.fromEntries(random.list(count, (i) => [`flag-${i}`, flag(random, i, fractionalOnly)])),
  };
}

function flag(random, i, fractionalOnly) {
  const variants = random.of({ red: 'r', green: 'g', blue: 'b' }, { red: 1, green: 2.5, blue: 3 }, { red: { a: [1, null] }, green: {}, blue: { b: 'x' } }, { true: true, false: false, red: true, green: false, blue: true });
  return {
    state: random.chance(0.05) ? 'DISABLED' : 'ENABLED', variants, metadata: { n: i },
    defaultVariant: random.of('red', 'green', null, undefined),
    targeting: fractionalOnly ? fractional(random, 3) : random.chance(0.05) ? {} : outcome(random, 0),
  };
}

function outcome(random, depth) {
  if (depth > 2 || random.chance(0.3)) return random.chance(0.4) ? fractional(random, depth) : random.of(...names, ...names, null, 'nowhere', 5, true);
  return random.of(
    () => ({ if: [condition(random, 0), outcome(random, depth + 1), outcome(random, depth + 1)] }),
    () => ({ if: [condition(random, 0), outcome(random, depth + 1), condition(random, 0), outcome(random, depth + 1)] }),
    () => ({ if: [condition(random, 0), outcome(random, depth + 1)] }),
    () => condition(random, 0),
    () => v(random.of('plan', 'country', 'nothing')))();
}

function fractional(random, depth) {
  const weight = () => random.of(1, 10, 25, 33, 50, 100, ...(fractionalOnly(depth) ? [] : [0, -5]));
  const parts = random.list(2 + random.below(2), (i) => {
    const name = depth < 2 && random.chance(0.15) ? { if: [{ starts_with: [v('email'), 'b'] }, 'red', 'blue'] } : names[i];
    return random.chance(0.2) ? [name] : [name, weight()];
  });
  const by = random.of([], [], [v('email')], [v('country')], [{ cat: [v('$flagd.flagKey'), v('targetingKey')] }], [{ cat: ['salt-', v('country'), '!'] }], ['fixed'], [{ cat: [v('level')] }]);
  return { fractional: [...by, ...parts] };
}

function condition(random, depth) {
  const part = () => condition(random, depth + 1);
  if (depth < 2 && random.chance(0.4)) return random.of(
    () => ({ and: random.list(1 + random.below(3), part) }), () => ({ or: random.list(1 + random.below(3), part) }),
    () => ({ '!': random.of(part(), [part()]) }), () => ({ '!!': [part()] }), () => ({ if: [part(), part(), part()] }))();
  const name = random.of('country', 'age', 'plan', 'beta', 'email', 'nothing', 'tags', 'user.level');
  const literal = () => random.of(...texts, 5, 10.5, 0, true, false, null);
  const pair = (a, b) => (random.chance(0.3) ? [b, a] : [a, b]);
  return random.of(
    () => ({ [random.of('==', '!=', '===', '!==')]: pair(v(name), literal()) }),
    () => ({ [random.of('<', '<=', '>', '>=')]: pair(v(random.of('age', name)), random.of(5, 10, 0, literal())) }),
    () => ({ [random.of('<', '<=')]: [random.of(0, 3), v('age'), random.of(7, 11)] }),
    () => ({ in: [v(name), random.some([...texts, 5, 0, null, true], 0, 4)] }),
    () => ({ in: [random.of('a', 'S', 'staff', 5, ''), v(random.of('tags', 'country', 'email'))] }),
    () => ({ in: [v('country'), random.of('SE,NO', 'premium', 'null')] }),
    () => ({ [random.of('starts_with', 'ends_with')]: [v(random.of('email', 'country', 'age')), random.of('b', '@x.com', '', 5)] }),
    () => ({ sem_ver: [v('version'), random.of('=', '!=', '<', '<=', '>', '>=', '^', '~', '?'), random.of('1.2.3', '2.0.0-rc.1', 'v1', '1.2', 'junk')] }),
    () => ({ sem_ver: ['1.5.0', random.of('<', '>=', '^'), v('version')] }),
    () => ({ missing: random.some(['country', 'age', 'user.level', 'nothing'], 1, 2) }),
    () => ({ missing_some: [1, ['country', 'nothing']] }),
    () => ({ $ref: random.of('swede', 'worker', 'staff') }),
    () => ({ [random.of('>', '>=', '<', '<=')]: [v('$flagd.timestamp'), random.of(1767225600, 1775000000.5)] }),
    () => ({ '==': [v('$flagd.flagKey'), 'flag-7'] }),
    () => v(name),
    () => random.of(true, false))();
}

export function context(random) {
  const pick = (p, ...items) => (random.chance(p) ? random.of(...items) : undefined);
  return JSON.parse(JSON.stringify({
    targetingKey: pick(0.9, ...Array.from({ length: 40 }, (_, i) => `user-${i}`), ''), country: pick(0.85, ...texts, null), age: pick(0.85, 5, 10.5, 0, 7, '7', 'x', true, null, [5]),
    plan: pick(0.8, 'red', 'green', 'premium', 'nowhere', null), beta: pick(0.8, true, false, 1, 'true'), email: pick(0.8, 'bob@x.com', 'ann@work.org', ''),
    tags: pick(0.7, [], ['staff'], ['a', 5], 'staff', 0, ''), user: pick(0.6, { level: 3 }, {}), level: pick(0.7, 'a', 7, null, true), version: pick(0.8, '1.2.3', '1.10.0', 'v2.0.0-rc.1', '2.0', '1', 'x', 2),
  }));
}

/** What busker's context is: flagd's targeting key has the name that units have here. */
export const ours = ({ targetingKey, ...rest }) => ({ ...rest, ...(targetingKey === undefined ? {} : { targeting_key: targetingKey }) });

export function engine(FlagdCore, source) {
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(JSON.stringify(source));
  return (name, context) => {
    const flag = core.getFlag(name);
    return flag.state === 'DISABLED' ? null : flag.evaluate(context, silent).value ?? null;
  };
}
