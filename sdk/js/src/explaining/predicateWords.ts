// Conditions in words, for traces.
import { type Condition, CriterionCondition, FlagVariantCondition, GateCondition, ListCondition, ManyCondition, SegmentCondition, Truth } from '../conditions/condition.js';
import { describe } from '../conditions/coercion.js';
import type { Evaluation } from '../resolving/evaluation.js';
import type { Between, Criterion, Int64, Literal, LiteralSet, Quantifier, Text } from '../contract/types.js';
import { formatNumber } from '../conditions/numberText.js';
import { formatTimestamp } from '../conditions/timestamps.js';

const presences = ['', 'set', 'null or missing', 'null', 'missing'];
const orders = ['', '=', '!=', '<', '<=', '>', '>=', '^', '~'];
const kinds = ['', 'bool', 'number', 'string', 'list', 'struct'];

export function conditionWords(c: Condition, e: Evaluation): string {
  if (c instanceof CriterionCondition) return `${c.c.path.path} ${criterionWords(c.c.source)}; it is ${describe(c.read(e))}`;
  if (c instanceof ManyCondition) return c.decisive === Truth.False ? 'all of' : 'any of';
  if (c instanceof SegmentCondition) return segmentWords(c, e);
  if (c instanceof ListCondition) return `on list ${c.list.name}`;
  if (c instanceof FlagVariantCondition) return `flag ${c.flag.name} is ${c.variants.map(v => v.name).join(' or ') || 'any variant'}`;
  return c instanceof GateCondition ? `gate of ${c.bucketing.buckets} buckets by ${c.selector?.path ?? 'the unit'}` : 'not';
}

function segmentWords({ name, allocation }: SegmentCondition, e: Evaluation): string {
  if (allocation.isAll) return `segment ${name}, whole population`;
  if (!e.hasUnit) return `segment ${name} is allocated in part, and there is no unit`;
  return `segment ${name}, bucket ${e.accountBucket} of 1000000 is ${allocation.contains(e.accountBucket) ? 'in' : 'not in'} its allocation`;
}

function criterionWords({ predicate }: Criterion): string {
  switch (predicate?.case) {
    case 'some':
      return `has an element that ${elementWords(predicate.value.predicate)}`;
    case 'every':
      return `has only elements of which each ${elementWords(predicate.value.predicate)}`;
    case 'presence':
      return `is ${presences[predicate.value]}`;
    case 'inNetwork':
      return `is in ${predicate.value.cidrs.join(', ')}`;
    case 'modulo':
      return `mod ${predicate.value.divisor} is ${predicate.value.remainder}`;
    case 'relativeTime':
      return relative(predicate.value);
    case 'semVer':
      return `as a version is ${orders[predicate.value.op]} ${predicate.value.version}`;
    case 'kinds':
      return `is a ${predicate.value.kinds.map(kind => kinds[kind]).join(' or ')}`;
    case 'size':
      return `has ${predicate.value.atLeast ?? 0} to ${predicate.value.atMost ?? 'any number of'} elements`;
    default:
      return elementWords(predicate);
  }
}

function elementWords(predicate: Quantifier['predicate']): string {
  switch (predicate?.case) {
    case 'equalTo':
      return `is ${literal(predicate.value.value)}`;
    case 'oneOf':
      return set(predicate.value);
    case 'between':
      return range(predicate.value);
    case 'startsWith':
      return `starts with ${texts(predicate.value)}`;
    case 'endsWith':
      return `ends with ${texts(predicate.value)}`;
    case 'contains':
      return `contains ${texts(predicate.value)}`;
    default:
      return `matches /${predicate?.value.regex ?? ''}/`;
  }
}

function literal(given: Literal | undefined): string {
  const value = given?.value;
  switch (value?.case) {
    case 'bool':
      return String(value.value);
    case 'number':
      return formatNumber(value.value);
    case 'string':
      return `"${value.value}"`;
    case 'timestampUs':
      return formatTimestamp(value.value);
    case 'version':
      return value.value;
    default:
      return 'null or missing';
  }
}

function set({ values }: LiteralSet): string {
  if (values.length === 1) return `is ${literal(values[0])}`;
  return `is one of ${values.slice(0, 10).map(literal).join(', ')}${values.length > 10 ? ` and ${values.length - 10} more` : ''}`;
}

function texts({ values }: Text): string {
  return values.slice(0, 10).map(v => `"${v}"`).join(' or ');
}

function range(b: Between): string {
  const ends: string[] = [];
  if (b.lower) ends.push(`is ${b.lowerExclusive ? 'above' : 'at least'} ${literal(b.lower)}`);
  if (b.upper) ends.push(`is ${b.upperExclusive ? 'below' : 'at most'} ${literal(b.upper)}`);
  return ends.join(' and ') || 'is in a range without ends';
}

function relative({ fromUs, toUs }: { fromUs?: Int64; toUs?: Int64 }): string {
  const ends: string[] = [];
  if (fromUs !== undefined) ends.push(`is at least ${formatNumber(Number(fromUs) / 1e6)} s`);
  if (toUs !== undefined) ends.push(`is less than ${formatNumber(Number(toUs) / 1e6)} s`);
  return ends.join(' and ') + ' from now';
}
