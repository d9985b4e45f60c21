// Answers as OpenFeature's details.
import type { ErrorCode, FlagMetadata, ResolutionDetails } from '@openfeature/core';
import type { Freshness } from '../distribution/flagClient.js';
import type { Int64, Json } from '../contract/types.js';
import type { Answer } from '../resolving/answer.js';
import { type Attributes, isStruct, targetingKey } from '../resolving/context.js';

export type Wanted = 'boolean' | 'string' | 'number' | 'object';

const failures: Partial<Record<Answer['reason'], [string, string]>> = {
  TargetingKeyError: ['INVALID_CONTEXT', 'the unit is neither a string nor a whole number, or is longer than 100 bytes'],
  Error: ['GENERAL', 'the flag could not be resolved for this context'],
  FlagNotFound: ['FLAG_NOT_FOUND', 'there is no flag of this name'],
  Suspended: ['GENERAL', 'sticky records are needed first, and there is no store that has them'],
};

const keyMissing: [string, string] = ['TARGETING_KEY_MISSING', 'the flag is spread over units, and the context has no targetingKey'];

export function detailsOf<T>(answer: Answer, wanted: Wanted, fallback: T, freshness: Freshness, version: Int64 | undefined): ResolutionDetails<T> {
  if (freshness === 'notReady') return failure(fallback, 'PROVIDER_NOT_READY', 'there is no flag state yet');
  const failed = answer.lacksUnit ? keyMissing : failures[answer.reason];
  if (failed) return failure(fallback, ...failed);
  const { variant } = answer;
  const flagMetadata = metadata(answer, version);
  let reason = why(answer);
  if (freshness === 'stale') [reason, flagMetadata['busker.reason']] = ['STALE', reason];
  if (!variant || variant.value === null) return { value: fallback, reason, flagMetadata, ...(variant && { variant: variant.name }) };
  if (typeof variant.value !== wanted) return failure(fallback, 'TYPE_MISMATCH', `the flag is of type ${typeof variant.value}, not ${wanted}`);
  return { value: variant.value as T, variant: variant.name, reason, flagMetadata };
}

// In the words of OFREP: STATIC when it is the same for everyone, SPLIT when a bucket decided.
function why({ flag, reason, rule }: Answer): string {
  if (reason === 'Disabled') return 'DISABLED';
  if (reason !== 'Match' || !rule) return flag?.rules.length === 0 ? 'STATIC' : 'DEFAULT';
  if (!rule.isFull) return 'SPLIT';
  return rule.source.everyone && rule === flag?.rules.find(r => r.enabled) && !rule.environments ? 'STATIC' : 'TARGETING_MATCH';
}

function metadata({ flag, variant, rule, assignment }: Answer, version: Int64 | undefined): Record<string, string | number | boolean> {
  const all: FlagMetadata = {};
  for (const [key, value] of Object.entries({ ...flag?.source.metadata, ...variant?.metadata } as Record<string, Json>)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') all[key] = value;
  }
  if (version !== undefined) all['busker.version'] = typeof version === 'bigint' ? String(version) : version;
  if (rule) all['busker.rule'] = rule.name;
  if (assignment) all['busker.assignment'] = assignment.id;
  return all;
}

function failure<T>(value: T, errorCode: string, errorMessage: string): ResolutionDetails<T> {
  return { value, reason: 'ERROR', errorCode: errorCode as ErrorCode, errorMessage };
}

/** An OpenFeature context as attributes: the targeting key under its name here, dates as text. */
export function attributesOf(context: object): Attributes {
  const attributes = plain(context) as Record<string, unknown>;
  if (attributes['targetingKey'] !== undefined) attributes[targetingKey] = attributes['targetingKey'];
  return attributes;
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  return isStruct(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) : value;
}
