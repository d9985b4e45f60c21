// Confidence's resolve as its specification says it ("general"), and as its shipped engine differs.
import { createRequire } from 'node:module';

const murmur = createRequire(import.meta.url)('murmurhash3js');
const first = (text) => BigInt(`0x${murmur.x64.hash128(text).slice(0, 16)}`);
const bucket = (text, n) => Number((first(text) >> 4n) % BigInt(n));
const last = (name) => name.split('/').at(-1);
const read = (context, path) => path.split('.').reduce((at, step) => (at !== null && typeof at === 'object' && !Array.isArray(at) && step in at ? at[step] : undefined), context);

export class Judge {
  constructor({ made, bits, filter }, account, { environments, sticky, lists }) {
    Object.assign(this, { state: made, bits, filter, account, environments, sticky, lists });
    this.segments = new Map(made.segmentsNoBitsets.map((s) => [s.name, s]));
  }

  /** The value, or null for the caller's own default. */
  resolve(flag, context) {
    this.context = context;
    if (flag.state !== 'ACTIVE') return null;
    for (const rule of flag.rules) {
      const segment = this.segments.get(rule.segment);
      if (!rule.enabled || !segment || (rule.environments.length > 0 && !rule.environments.some((e) => this.environments.includes(last(e))))) continue;
      const selector = rule.targetingKeySelector || 'targeting_key';
      const { assignments, bucketCount } = rule.assignmentSpec;
      const full = assignments.length === 1 && assignments[0].bucketRanges.length === 1 && assignments[0].bucketRanges[0].lower === 0 && assignments[0].bucketRanges[0].upper === bucketCount;
      let unit = read(context, selector) ?? null;
      const wrong = unit !== null && !(typeof unit === 'string' ? unit.length <= 100 : Number.isInteger(unit));
      if (wrong) {
        if (rule.targetingKeySelector || !full) return null;
        unit = null;
      }
      if (unit === null && (rule.targetingKeySelector || rule.materializationSpec?.readMaterialization)) continue;
      unit = unit === null ? null : String(unit);
      this.unit = unit;
      const spec = rule.materializationSpec;
      let matched = false;
      let stored;
      if (spec?.readMaterialization) {
        const record = this.sticky.find((s) => s.unit === unit && s.materialization === spec.readMaterialization);
        const there = record?.member === true;
        if (!there && spec.mode.materializationMustMatch) continue;
        if (there) {
          matched = spec.mode.segmentTargetingCanBeIgnored || this.targeting(segment, new Set());
          stored = matched ? record.variants?.[`${last(flag.name)}/${last(rule.name)}`] : undefined;
          if (!matched && spec.mode.materializationMustMatch) continue;
        }
      }
      if (stored && assignments.some((a) => a.variant && last(a.variant.variant) === stored)) return this.value(flag, stored);
      if (!matched && !this.segment(segment, new Set())) continue;
      const at = full ? 0 : unit === null ? -1 : bucket(`${last(rule.segment)}|${unit}`, bucketCount);
      const assignment = assignments.find((a) => a.bucketRanges.some((r) => at >= r.lower && at < r.upper));
      if (!assignment || assignment.fallthrough) continue;
      return assignment.variant ? this.value(flag, last(assignment.variant.variant)) : null;
    }
    return null;
  }

  value(flag, name) {
    const { value } = flag.variants.find((v) => last(v.name) === name);
    return Object.fromEntries(Object.keys(flag.schema.schema).map((k) => [k, value[k] ?? null]));
  }

  segment(segment, visited) {
    if (visited.has(segment.name) || !this.targeting(segment, visited)) return false;
    const bits = this.bits.get(segment.name);
    if (!bits) return true;
    if (this.unit === null) return false;
    const at = bucket(`MegaSalt-${this.account}|${this.unit}`, 1_000_000);
    return at >> 3 < bits.length && ((bits[at >> 3] >> (at & 7)) & 1) === 1;
  }

  targeting(segment, visited) {
    if (!segment.targeting) return true;
    const inside = new Set(visited).add(segment.name);
    return this.expression(segment.targeting.expression, segment.targeting.criteria, inside);
  }

  expression(e, criteria, visited) {
    if (e.ref) return criteria[e.ref] ? this.criterion(criteria[e.ref], visited) : false;
    if (e.not) return !this.expression(e.not, criteria, visited);
    if (e.and) return e.and.operands.every((o) => this.expression(o, criteria, visited));
    return e.or ? e.or.operands.some((o) => this.expression(o, criteria, visited)) : false;
  }

  criterion(c, visited) {
    if (c.segment) return this.segments.has(c.segment.segment) && this.segment(this.segments.get(c.segment.segment), visited);
    if (c.materializedSegment) return this.unit !== null && this.listed(c.materializedSegment.materializedSegment);
    const value = read(this.context, c.attribute.attributeName) ?? null;
    const { anyRule, allRule } = c.attribute;
    const rule = (anyRule ?? allRule)?.rule ?? c.attribute;
    const text = rule.startsWithRule || rule.endsWithRule || rule.containsRule;
    if (allRule) return value === null ? !text : (Array.isArray(value) ? value : [value]).every((v) => holds(rule, v));
    if (!anyRule && rule.eqRule && Object.keys(rule.eqRule.value).length === 0) return value === null;
    return (Array.isArray(value) ? value : [value]).some((v) => holds(rule, v));
  }

  listed(name) {
    if (!name.endsWith('bloom')) return this.lists.some((l) => l.unit === this.unit && l.materialization === name && l.member);
    const hex = murmur.x64.hash128(this.unit);
    let [at, step] = [BigInt(`0x${hex.slice(0, 16)}`), BigInt(`0x${hex.slice(16)}`)];
    for (let k = 0; k < 5; k++, at = BigInt.asUintN(64, at + step)) {
      const bit = Number((at & 0x7fffffffffffffffn) % 1024n);
      if (((this.filter[Math.floor(bit / 64) * 8 + 7 - (Math.floor(bit / 8) % 8)] >> (bit % 8)) & 1) === 0) return false;
    }
    return true;
  }
}

const version = (text) => {
  const parts = text.split('-')[0].split('.');
  if (parts.length < 2 || parts.length > 4 || !parts.every((p) => /^\d{1,10}$/.test(p))) return [0, 0, 0, 0];
  const n = parts.map(Number);
  if (parts.length === 3 && parts[2].length > 3) return [n[0], n[1], 0, n[2]];
  return [n[0], n[1], n[2] ?? 0, n[3] ?? 0];
};
const time = (v) => {
  if (typeof v === 'number') return Math.floor(Math.abs(v) < 1e12 ? v * 1e3 : v);
  const zoned = /[zZ]$|[+-]\d\d:\d\d$/.test(v) || v.length === 10 ? v.replace(' ', 'T') : `${v.replace(' ', 'T')}Z`;
  return Date.parse(zoned);
};

/** The attribute as the literal's type and the literal itself, so that they can be compared; undefined: it has no such type. */
function pair(value, literal) {
  const [kind, wanted] = Object.entries(literal)[0];
  const type = typeof value;
  if (value === null || (type !== 'string' && type !== 'number' && type !== 'boolean')) return undefined;
  if (kind === 'boolValue') return type === 'boolean' ? [value, wanted] : type === 'string' && /^(true|false)$/i.test(value) ? [value.toLowerCase() === 'true', wanted] : undefined;
  if (type === 'boolean') return undefined;
  if (kind === 'stringValue') return [String(value), wanted];
  if (kind === 'numberValue') return type === 'number' ? [value, wanted] : /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value) ? [Number(value), wanted] : undefined;
  if (kind === 'timestampValue') return Number.isNaN(time(value)) ? undefined : [time(value), Date.parse(wanted)];
  return type === 'string' ? [value, wanted.version] : undefined;
}

function holds(rule, value) {
  if (rule.startsWithRule) return typeof value === 'string' && value.startsWith(rule.startsWithRule.value);
  if (rule.endsWithRule) return typeof value === 'string' && value.endsWith(rule.endsWithRule.value);
  if (rule.containsRule) return typeof value === 'string' && value.includes(rule.containsRule.value);
  const equal = (literal) => (Object.keys(literal).length === 0 ? value === null : ((p) => p !== undefined && p[0] === p[1])(pair(value, literal)));
  if (rule.eqRule) return equal(rule.eqRule.value);
  if (rule.setRule) return rule.setRule.values.some(equal);
  const { startInclusive, startExclusive, endInclusive, endExclusive } = rule.rangeRule;
  if (!(startInclusive ?? startExclusive ?? endInclusive ?? endExclusive)) return false;
  const order = (literal) => {
    const found = pair(value, literal);
    if (!found) return NaN;
    if (!literal.versionValue) return found[0] - found[1];
    const [a, b] = found.map(version);
    return a.map((n, i) => n - b[i]).find((d) => d !== 0) ?? 0;
  };
  return (!startInclusive || order(startInclusive) >= 0) && (!startExclusive || order(startExclusive) > 0) && (!endInclusive || order(endInclusive) <= 0) && (!endExclusive || order(endExclusive) < 0);
}
