// Random features and contexts for Unleash, and its own client as the judge.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { defaultStrategies } = require('unleash-client/lib/strategy');
const UnleashClient = require('unleash-client/lib/client').default;

const words = ['SE', 'NO', 'se', 'free', 'premium', 'bob@x.com', '5', '10.5', 'true', '', ' SE ', 'u1', 'u7', '1.2.3', '10.1.2.3'];
const fields = ['userId', 'sessionId', 'country', 'age', 'beta', 'version', 'email', 'ip', 'remoteAddress', 'appName', 'environment'];
const dates = ['2026-01-01T00:00:00Z', '2026-06-01T12:30:00.250Z', '2025-12-31', '2026-03-01T00:00:00+02:00'];

export function payload(random, features) {
  const segments = random.list(8, (i) => ({ id: i + 1, name: `s${i}`, constraints: random.list(random.below(3), () => constraint(random)) }));
  return {
    version: 2,
    segments,
    features: random.list(features, (i) => feature(random, i)),
  };
}

function feature(random, i) {
  const made = {
    name: `feature.${i}`, type: 'release', enabled: !random.chance(0.05),
    strategies: random.list(random.below(4), () => strategy(random)),
    variants: random.chance(0.4) ? variants(random) : [],
  };
  if (random.chance(0.2) && i > 0) made.dependencies = random.list(1 + random.below(2), () => dependency(random, i));
  return made;
}

const dependency = (random, i) => random.of(
  () => ({ feature: `feature.${random.below(i)}` }),
  () => ({ feature: `feature.${random.below(i)}`, enabled: false }),
  () => ({ feature: `feature.${random.below(i)}`, enabled: true, variants: random.some(['red', 'blue', 'disabled', 'never'], 1, 2) }),
  () => ({ feature: random.chance(0.1) ? 'not there' : `feature.${random.below(i)}`, enabled: true }))();

const stickiness = (random) => random.of(undefined, 'default', 'userId', 'sessionId', 'country', 'remoteAddress');

function strategy(random) {
  const percentage = random.of('0', '25', '50', '33.5', 75, '100', 'half', 100);
  const made = random.of(
    () => ({ name: 'default', parameters: {} }),
    () => ({ name: 'userWithId', parameters: { userIds: random.some(['u1', 'u2', 'u7', '42'], 0, 3).join(random.of(',', ', ', ' , ')) } }),
    () => ({ name: 'gradualRolloutUserId', parameters: { percentage, groupId: random.of('g', 'feature', '') } }),
    () => ({ name: 'gradualRolloutSessionId', parameters: { percentage, groupId: random.of('g', 'h') } }),
    () => ({ name: 'remoteAddress', parameters: { IPs: random.some(['10.0.0.0/8', '192.168.1.7', '10.1.2.3', '::1', 'host'], 0, 3).join(',') } }),
    () => ({ name: 'flexibleRollout', parameters: { rollout: percentage, stickiness: stickiness(random), groupId: random.of('g', 'feature.1', undefined) } }),
    () => ({ name: 'flexibleRollout', parameters: { rollout: random.of('20', '60', '90'), stickiness: random.of('default', 'userId', 'country'), groupId: random.of('g', 'h') } }))();
  if (random.chance(0.5)) made.constraints = random.list(1 + random.below(2), () => constraint(random));
  if (random.chance(0.3)) made.segments = random.some([1, 2, 3, 4, 5, 6, 7, 8, 99], 1, 2);
  if (random.chance(0.3)) made.variants = variants(random);
  return made;
}

const variants = (random) => {
  const sticky = stickiness(random);
  return random.list(1 + random.below(3), (i) => ({
    name: ['red', 'blue', 'on', 'green'][i], weight: random.of(0, 1, 333, 500, 1000), stickiness: sticky,
    payload: random.of(undefined, { type: 'string', value: 'x' }, { type: 'json', value: '{"a":1}' }),
    overrides: random.chance(0.3) ? [{ contextName: random.of('userId', 'country', 'age'), values: random.some(words, 1, 3) }] : undefined,
  }));
};

function constraint(random) {
  const contextName = random.of(...fields);
  const made = { contextName, inverted: random.chance(0.25), values: [], caseInsensitive: random.chance(0.3) };
  return Object.assign(made, random.of(
    () => ({ operator: random.of('IN', 'IN', 'NOT_IN'), values: random.some(words, 0, 4) }),
    () => ({ operator: random.of('STR_STARTS_WITH', 'STR_ENDS_WITH', 'STR_CONTAINS'), values: random.some(['S', 's', 'e', '@x', '1', 'Ä', '', '.'], 0, 3) }),
    () => ({ operator: random.of('NUM_EQ', 'NUM_GT', 'NUM_GTE', 'NUM_LT', 'NUM_LTE'), contextName: random.of('age', 'age', 'version', 'beta'), value: random.of('5', '10.5', '0', 'x', '', '1e1', 7) }),
    () => ({ operator: random.of('DATE_AFTER', 'DATE_BEFORE'), contextName: 'currentTime', value: random.of(...dates) }),
    () => ({ operator: random.of('SEMVER_EQ', 'SEMVER_GT', 'SEMVER_GTE', 'SEMVER_LT', 'SEMVER_LTE'), contextName: random.of('version', 'version', 'country'), value: random.of('1.2.3', '2.0.0-rc.1', '1.10.0', '1.2', 'v1.2.3') }),
    () => ({ operator: 'REGEX', contextName: random.of('email', 'country', 'age'), value: random.of('^[a-z]+@', 'S.', '\\d+$', '^.{2,4}$', '\\s', '(S|N)O?', 'bo+b') }),
    () => ({ operator: 'IN_CIDR', contextName: random.of('ip', 'remoteAddress'), values: random.some(['10.0.0.0/8', '192.168.1.7', '2001:db8::/32', 'junk'], 1, 3) }),
    () => ({ operator: random.chance(0.1) ? 'SOMETHING_NEW' : 'IN', values: random.some(words, 1, 3) }))());
}

export function context(random) {
  const pick = (p, ...items) => (random.chance(p) ? random.of(...items) : undefined);
  return {
    userId: pick(0.8, 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9', '42', ''), sessionId: pick(0.6, 's1', 's2', 's3', 's4', ''),
    remoteAddress: pick(0.7, '10.1.2.3', '192.168.1.7', '172.16.0.1', '2001:db8::1', '::1', 'host'),
    appName: pick(0.5, 'web', 'ios'), environment: pick(0.5, 'prod', 'dev'), currentTime: pick(0.3, ...dates),
    properties: {
      country: pick(0.8, ...words), age: pick(0.8, 5, 10.5, 7, '5', ' 7 ', '', 'x', 0, 12), beta: pick(0.5, true, false, 'true'),
      version: pick(0.8, '1.2.3', '1.10.0', '2.0.0-rc.1', '2.0.0', '1.2', 'v1.2.3', 'x', 2), email: pick(0.7, 'bob@x.com', 'BOB@x.com', 'b o@x', 'Ärta@x', 'ärTA', ''),
      ip: pick(0.7, '10.9.9.9', '192.168.1.7', '2001:db8:1::1', '::ffff:10.1.1.1', 'junk'),
    },
  };
}

/** What busker's context is: Unleash's properties stand beside its other fields. */
export const flat = ({ properties, ...rest }) => JSON.parse(JSON.stringify({ ...properties, ...rest }));

export function engine(source) {
  const toggles = new Map(source.features.map((f) => [f.name, f]));
  const segments = new Map(source.segments.map((s) => [s.id, s]));
  return new UnleashClient({ getToggle: (name) => toggles.get(name), getSegment: (id) => segments.get(id) }, defaultStrategies);
}

/** The value our flag has, and whether the client drew lots for it. */
export function answer(client, feature, asked) {
  const draw = Math.random;
  let drawn = false;
  Math.random = () => { drawn = true; return 0.5; };
  const variant = client.getVariant(feature.name, asked);
  Math.random = draw;
  const hasVariants = feature.variants.length > 0 || feature.strategies.some((s) => s.variants?.length > 0);
  const on = variant.feature_enabled;
  const value = hasVariants ? { enabled: on, variant: on && variant.enabled ? variant.name : null, payload: (on && variant.enabled && variant.payload) || null } : on;
  return { value, drawn };
}
