// The flag state as it is decoded: proto/busker/experiments/v1. A oneof is { case, value }; 64-bit numbers that do not fit a
// double exactly are bigint.

export type Int64 = number | bigint;
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
/** One of several fields, or undefined when none is set. */
export type OneOf<T> = { [K in keyof T]: { case: K; value: T[K] } }[keyof T] | undefined;

export interface FlagState {
  account: string;
  version: Int64;
  flags: Flag[];
  segments: Segment[];
  lists: MaterializedList[];
  clients: Client[];
  environments: string[];
  attributes: { path: string; type: number }[];
}

export interface Flag {
  name: string;
  state: number;
  schema?: ValueSchema;
  variants: Variant[];
  rules: Rule[];
  defaultVariant: string;
  clients: string[];
  prerequisites: FlagCondition[];
  metadata?: JsonObject;
}

export interface ValueSchema {
  type: OneOf<{ struct: { fields: Map<string, ValueSchema> }; list: { element?: ValueSchema }; scalar: number }>;
}

export interface Variant {
  name: string;
  value?: Json;
  metadata?: JsonObject;
}

export interface Rule {
  name: string;
  enabled: boolean;
  kind: number;
  environments: string[];
  segment: string;
  targeting?: Expression;
  everyone: boolean;
  targetingKeySelector: string;
  fallbackSelectors: string[];
  assignment?: AssignmentSpec;
  materialization?: MaterializationSpec;
}

export interface AssignmentSpec {
  bucketCount: number;
  assignments: Assignment[];
  hash?: BucketHash;
}

export interface Assignment {
  id: string;
  ranges: BucketRange[];
  outcome: OneOf<{ variant: string; fallthrough: object; clientDefault: object; serverDefault: object }>;
}

export interface MaterializationSpec {
  read: string;
  write: string;
  mustMatch: boolean;
  ignoreTargeting: boolean;
}

export interface Segment {
  name: string;
  targeting?: Expression;
  everyone: boolean;
  allocation?: Allocation;
}

export interface Allocation {
  buckets: number;
  exclusivityTags: string[];
  exclusiveTo: string[];
  allocated: OneOf<{ ranges: { ranges: BucketRange[] }; bitset: Uint8Array }>;
}

export interface MaterializedList {
  name: string;
  content: OneOf<{ exact: { units: string[] }; bloom: Bloom; remote: object }>;
}

export interface Bloom {
  words: Uint8Array;
  hashCount: number;
  bitCount: Int64;
}

export interface Client {
  name: string;
  credentials: { name: string; secretSha256: Uint8Array; environments: string[] }[];
}

export interface Expression {
  kind: OneOf<{
    all: { expressions: Expression[] };
    any: { expressions: Expression[] };
    not: Expression;
    criterion: Criterion;
    segment: string;
    list: string;
    flag: FlagCondition;
    gate: BucketGate;
  }>;
}

export interface FlagCondition {
  flag: string;
  variants: string[];
}

export interface BucketGate {
  hash?: BucketHash;
  bucketCount: number;
  ranges: BucketRange[];
  selector: string;
}

export interface BucketRange {
  lower: number;
  upper: number;
}

export interface BucketHash {
  algorithm: number;
  prefix: string;
  suffix: string;
}

export interface EqualTo {
  value?: Literal;
}

export interface LiteralSet {
  values: Literal[];
  ignoreCase: boolean;
}

export interface Between {
  lower?: Literal;
  lowerExclusive: boolean;
  upper?: Literal;
  upperExclusive: boolean;
}

export interface Text {
  values: string[];
  ignoreCase: boolean;
}

export interface Pattern {
  regex: string;
  ignoreCase: boolean;
}

interface ElementPredicates {
  equalTo: EqualTo;
  oneOf: LiteralSet;
  between: Between;
  startsWith: Text;
  endsWith: Text;
  contains: Text;
  matches: Pattern;
}

export interface Quantifier {
  predicate: OneOf<ElementPredicates>;
}

export interface Criterion {
  attribute: string;
  comparison: number;
  predicate: OneOf<
    ElementPredicates & {
      some: Quantifier;
      every: Quantifier;
      presence: number;
      inNetwork: { cidrs: string[] };
      modulo: { divisor: Int64; remainder: Int64 };
      relativeTime: { fromUs?: Int64; toUs?: Int64 };
      semVer: { op: number; version: string; form: number };
      size: { atLeast?: number; atMost?: number };
      kinds: { kinds: number[] };
    }
  >;
}

export interface Literal {
  value: OneOf<{ bool: boolean; number: number; string: string; timestampUs: Int64; version: string }>;
}

export interface StateFile {
  header: Uint8Array;
  signature: Uint8Array;
  payload: Uint8Array;
}

export interface StateHeader {
  account: string;
  version: Int64;
  builtAtUs: Int64;
  stateSha256: Uint8Array;
  payloadSha256: Uint8Array;
  baseSha256: Uint8Array;
  previousSha256: Uint8Array;
  keyId: string;
  stateBytes: Int64;
}

export interface StateDelta {
  pieces: { kind: OneOf<{ copy: { offset: Int64; length: Int64 }; insert: Uint8Array }> }[];
}
