// Random resolver states for Confidence, and a second reading of its published semantics as the judge: its own engine is in
// no package registry. The hash is murmurhash3js's, the encoding protobufjs's.
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

const murmur = createRequire(import.meta.url)('murmurhash3js');
const schema = `syntax = "proto3";
message ResolverState { repeated Flag flags = 1; repeated Segment segments_no_bitsets = 2; repeated Packed bitsets = 5; repeated Client clients = 6; repeated Credential client_credentials = 7; int32 region = 8; repeated Bloom bloom_filters = 10; }
message Envelope { bytes state = 1; string account = 2; }
message Flag { string name = 1; StructSchema schema = 2; repeated Variant variants = 3; int32 state = 4; repeated Rule rules = 5; repeated string clients = 12; }
message Variant { string name = 1; Struct value = 2; }
message Struct { map<string, Any> fields = 1; }
message Any { oneof kind { int32 null_value = 1; double number_value = 2; string string_value = 3; bool bool_value = 4; Struct struct_value = 5; } }
message Rule { string name = 1; string segment = 2; string targeting_key_selector = 5; bool enabled = 11; Spec assignment_spec = 12; Sticky materialization_spec = 13; repeated string environments = 16; }
message Spec { int32 bucket_count = 1; repeated Assignment assignments = 2; }
message Assignment { string assignment_id = 1; Ref variant = 2; Nothing fallthrough = 3; Nothing client_default = 4; repeated Range bucket_ranges = 5; }
message Ref { string variant = 1; } message Nothing {} message Range { int32 lower = 1; int32 upper = 2; }
message Sticky { string write_materialization = 1; string read_materialization = 2; Mode mode = 3; }
message Mode { bool materialization_must_match = 1; bool segment_targeting_can_be_ignored = 2; }
message Segment { string name = 1; Targeting targeting = 2; }
message Targeting { map<string, Criterion> criteria = 1; Expression expression = 2; }
message Criterion { oneof criterion { Attribute attribute = 1; SegmentRef segment = 2; ListRef materialized_segment = 3; } }
message SegmentRef { string segment = 1; } message ListRef { string materialized_segment = 1; }
message Attribute { string attribute_name = 1; oneof rule { Eq eq_rule = 2; Set set_rule = 3; Between range_rule = 4; Outer any_rule = 5; Outer all_rule = 6; Word starts_with_rule = 7; Word ends_with_rule = 8; Word contains_rule = 9; } }
message Outer { Inner rule = 1; }
message Inner { oneof rule { Eq eq_rule = 1; Set set_rule = 2; Between range_rule = 3; Word starts_with_rule = 4; Word ends_with_rule = 5; Word contains_rule = 6; } }
message Eq { Value value = 1; } message Set { repeated Value values = 1; } message Word { string value = 1; }
message Between { oneof start { Value start_inclusive = 1; Value start_exclusive = 2; } oneof end { Value end_inclusive = 3; Value end_exclusive = 4; } }
message Value { oneof value { bool bool_value = 1; string string_value = 4; Time timestamp_value = 5; Version version_value = 6; double number_value = 7; } }
message Time { int64 seconds = 1; int32 nanos = 2; } message Version { string version = 1; }
message Expression { oneof expression { string ref = 1; Expression not = 2; Operands and = 3; Operands or = 4; } } message Operands { repeated Expression operands = 1; }
message Packed { string segment = 1; bytes gzipped_bitset = 2; bool full_bitset = 3; }
message Bloom { string materialized_segment = 1; bytes data = 2; int32 hash_function_count = 3; int64 bit_count = 4; int32 strategy = 5; }
message Client { string name = 1; } message Credential { string name = 1; Secret client_secret = 3; repeated string environments = 16; } message Secret { string secret = 1; }
message StructSchema { map<string, Schema> schema = 1; } message Schema { oneof schema_type { StructSchema struct_schema = 1; Nothing int_schema = 3; Nothing double_schema = 4; Nothing string_schema = 5; Nothing bool_schema = 6; } }`;
const root = protobuf.parse(schema).root;

/** The bytes Confidence would send: of the state, or in the envelope that names the account. */
export function encode(state, account) {
  const any = (v) => (v === null ? { nullValue: 0 } : typeof v === 'number' ? { numberValue: v } : typeof v === 'string' ? { stringValue: v } : { boolValue: v });
  const wire = structuredClone(state);
  for (const flag of wire.flags) {
    flag.state = flag.state === 'ACTIVE' ? 1 : 2;
    for (const variant of flag.variants) variant.value = { fields: Object.fromEntries(Object.entries(variant.value).map(([k, v]) => [k, any(v)])) };
  }
  const times = (node) => {
    if (!node || typeof node !== 'object') return;
    if (node.timestampValue) node.timestampValue = { seconds: Math.floor(Date.parse(node.timestampValue) / 1000), nanos: (Date.parse(node.timestampValue) % 1000) * 1e6 };
    Object.values(node).forEach(times);
  };
  times(wire.segmentsNoBitsets);
  const type = root.lookupType('ResolverState');
  const bytes = type.encode(type.fromObject(wire)).finish();
  return account ? root.lookupType('Envelope').encode({ state: bytes, account }).finish() : bytes;
}

const hash = (text) => {
  const hex = murmur.x64.hash128(text); // over char codes: the tests hash ASCII
  return [BigInt(`0x${hex.slice(0, 16)}`), BigInt(`0x${hex.slice(16)}`)];
};
const bucket = (text, n) => Number((hash(text)[0] >> 4n) % BigInt(n));

export function state(random, count) {
  const segments = random.list(30, (i) => segment(random, i));
  const bits = new Map(segments.filter(() => random.chance(0.4)).map((s) => [s.name, Buffer.from(random.list(1000 + random.below(124000), () => random.below(256)))]));
  const filter = Buffer.alloc(128);
  for (const unit of ['u1', 'u5', 'u9', '42']) {
    let [at, step] = hash(unit);
    for (let k = 0; k < 5; k++, at = BigInt.asUintN(64, at + step)) {
      const bit = Number((at & 0x7fffffffffffffffn) % 1024n);
      filter[Math.floor(bit / 64) * 8 + 7 - (Math.floor(bit / 8) % 8)] |= 1 << (bit % 8);
    }
  }
  const made = {
    flags: random.list(count, (i) => flag(random, i)), segmentsNoBitsets: segments,
    bitsets: segments.map((s) => (bits.has(s.name) ? { segment: s.name, gzippedBitset: gzipSync(bits.get(s.name)).toString('base64') } : { segment: s.name, fullBitset: true })),
    clients: [{ name: 'clients/web' }], clientCredentials: [{ name: 'clients/web/credentials/one', clientSecret: { secret: 'not so secret' }, environments: ['environments/prod'] }],
    bloomFilters: [{ materializedSegment: 'materializedSegments/bloom', data: filter.toString('base64'), hashFunctionCount: 5, bitCount: 1024, strategy: 1 }],
  };
  return { made, bits, filter };
}

function flag(random, i) {
  const name = `flags/flag-${i}`;
  return {
    name, state: random.chance(0.95) ? 'ACTIVE' : 'ARCHIVED', clients: ['clients/web'],
    schema: { schema: { text: { stringSchema: {} }, on: { boolSchema: {} } } },
    variants: ['a', 'b'].map((v) => ({ name: `${name}/variants/${v}`, value: { text: v } })),
    rules: random.list(1 + random.below(4), (r) => ({
      name: `${name}/rules/r${r}`, segment: `segments/s${random.below(31)}`, enabled: random.chance(0.9), targetingKeySelector: random.of('', '', 'targeting_key', 'user.id', 'email'),
      environments: random.of([], [], ['environments/prod'], ['environments/dev']),
      materializationSpec: random.chance(0.3) ? { readMaterialization: random.of('materializations/m1', ''), writeMaterialization: 'materializations/m1', mode: { materializationMustMatch: random.chance(0.4), segmentTargetingCanBeIgnored: random.chance(0.4) } } : undefined,
      assignmentSpec: random.of(
        () => ({ bucketCount: 1, assignments: [assignment(random, name, 0, [[0, 1]])] }),
        () => ({ bucketCount: 100, assignments: [assignment(random, name, 0, [[0, 30], [60, 70]]), assignment(random, name, 1, [[30, 60]]), assignment(random, name, 2, [[50, 95]])] }))(),
    })),
  };
}

const assignment = (random, name, i, ranges) => ({
  assignmentId: `a${i}`, bucketRanges: ranges.map(([lower, upper]) => ({ lower, upper })),
  ...random.of({ variant: { variant: `${name}/variants/a` } }, { variant: { variant: `${name}/variants/b` } }, { variant: { variant: `${name}/variants/b` } }, { fallthrough: {} }, { clientDefault: {} }),
});

function segment(random, i) {
  const made = { name: `segments/s${i}` };
  if (random.chance(0.2)) return made;
  const criteria = Object.fromEntries(random.list(3, (n) => [`c${n}`, random.of(
    () => ({ attribute: attribute(random) }), () => ({ attribute: attribute(random) }), () => ({ attribute: attribute(random) }), () => ({ attribute: attribute(random) }),
    () => ({ segment: { segment: `segments/s${random.below(32)}` } }), () => ({ materializedSegment: { materializedSegment: random.of('materializedSegments/bloom', 'materializedSegments/remote') } }))()]));
  made.targeting = { criteria, expression: expression(random, 0) };
  return made;
}

const expression = (random, depth) => random.of(
  () => ({ ref: random.of('c0', 'c1', 'c2', 'c2', 'c9') }), () => ({ ref: random.of('c0', 'c1', 'c2') }),
  ...(depth > 2 ? [] : [() => ({ not: expression(random, depth + 1) }), () => ({ and: { operands: random.list(random.below(3), () => expression(random, depth + 1)) } }), () => ({ or: { operands: random.list(random.below(3), () => expression(random, depth + 1)) } })]))();

const literal = (random, kind) => [
  { stringValue: random.of('SE', 'NO', '5', 'true', '') }, { numberValue: random.of(5, 10.5, 0) }, { boolValue: random.chance(0.5) },
  { timestampValue: random.of('2026-01-01T00:00:00Z', '2026-06-01T12:00:00.500Z') }, { versionValue: { version: random.of('1.2.3', '2.0', '1.10.0.4') } }][kind];

function inner(random) {
  const kind = random.below(5);
  const ordered = random.of(1, 3, 4);
  return random.of(
    () => ({ eqRule: { value: random.chance(0.15) ? {} : literal(random, kind) } }), () => ({ setRule: { values: random.list(random.below(4), () => literal(random, kind)) } }),
    () => ({ rangeRule: { ...random.of({}, { startInclusive: literal(random, ordered) }, { startExclusive: literal(random, ordered) }), ...random.of({}, { endInclusive: literal(random, ordered) }, { endExclusive: literal(random, ordered) }) } }),
    () => ({ [random.of('startsWithRule', 'endsWithRule', 'containsRule')]: { value: random.of('S', 'x.com', '1', '') } }))();
}

function attribute(random) {
  const made = { attributeName: random.of('country', 'age', 'tags', 'version', 'joined', 'beta', 'user.plan', 'missing') };
  return Object.assign(made, random.of(() => inner(random), () => inner(random), () => ({ anyRule: { rule: inner(random) } }), () => ({ allRule: { rule: inner(random) } }))());
}

export function context(random) {
  const pick = (p, ...items) => (random.chance(p) ? random.of(...items) : undefined);
  const unit = pick(0.9, ...Array.from({ length: 12 }, (_, i) => `u${i}`), 42, 1.5, true, 'x'.repeat(101));
  return JSON.parse(JSON.stringify({
    targeting_key: unit, email: pick(0.8, 'bob@x.com', 'Sam@x.com'), country: pick(0.8, 'SE', 'NO', 5, null, ['SE', 'x']), age: pick(0.8, 5, 10.5, '5', 'x', true, [1, 5, 'text']), tags: pick(0.8, [], ['S', '5'], [5, null], 'SE'),
    version: pick(0.8, '1.2.3', '1.2.3-beta', '2.0', '1.10.0.4', '1.2.1000', 'junk'), joined: pick(0.8, '2026-03-01', '2026-06-01 12:00:00', '2025-01-01T00:00:00+02:00', 1767225600, 1780000000000, 'never'), beta: pick(0.8, true, false, 'TRUE', 'no'), user: pick(0.7, { id: 'u3', plan: 'SE' }, { id: 7 }, { plan: null }),
  }));
}
