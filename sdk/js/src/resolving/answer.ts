import type { Json } from '../contract/types.js';
import type { CompiledAssignment, CompiledFlag, CompiledRule, CompiledVariant } from '../state/compiled.js';
import type { Attributes } from './context.js';
import { findUnit, unitText } from './unit.js';

/** Why a flag answered as it did; on the wire REASON_MATCH and so on. */
export type Reason = 'Match' | 'NoMatch' | 'Disabled' | 'Prerequisite' | 'TargetingKeyError' | 'Error' | 'FlagNotFound' | 'Suspended';

/** The answer for one flag. */
export interface Answer {
  flag: CompiledFlag | undefined;
  reason: Reason;
  /** undefined: the caller's own default. */
  variant: CompiledVariant | undefined;
  rule: CompiledRule | undefined;
  assignment: CompiledAssignment | undefined;
  /** The unit that was randomised, as the context has it. */
  unit: unknown;
  /** Rules whose assignment was recorded and handed on. */
  passed: readonly Passed[];
  /** No rule assigned, and at least one did not only because the context has no unit. */
  lacksUnit: boolean;
}

export interface Passed {
  rule: CompiledRule;
  assignment: CompiledAssignment;
}

export interface Fallthrough {
  rule: string;
  assignment: string;
  unit: string;
}

/** An answer with its evidence, as it goes over the wire. */
export interface Resolution {
  flag: string;
  reason: Reason;
  variant: string;
  value?: Json;
  rule: string;
  assignment: string;
  unit: string;
  shouldApply: boolean;
  fallthroughs: Fallthrough[];
  error: string;
}

const none: readonly Passed[] = [];

export function answer(flag: CompiledFlag | undefined, reason: Reason, variant?: CompiledVariant, rule?: CompiledRule, assignment?: CompiledAssignment, unit?: unknown, passed = none): Answer {
  return { flag, reason, variant, rule, assignment, unit, passed, lacksUnit: false };
}

/** Seeing this answer is an exposure. */
export function shouldApply(given: Answer): boolean {
  return given.reason === 'Match' || given.passed.length > 0;
}

export function fallthroughs(given: Answer, context: Attributes): Fallthrough[] {
  return given.passed.map(({ rule, assignment }) => ({ rule: rule.name, assignment: assignment.id, unit: unitText(findUnit(rule, context)) }));
}

export function resolution(given: Answer, context: Attributes): Resolution {
  const { flag, reason, variant, rule, assignment, unit } = given;
  return {
    flag: flag?.name ?? '',
    reason,
    variant: variant?.name ?? '',
    ...(variant && { value: variant.value }),
    rule: rule?.name ?? '',
    assignment: assignment?.id ?? '',
    unit: unitText(unit),
    shouldApply: shouldApply(given),
    fallthroughs: fallthroughs(given, context),
    error: '',
  };
}

/** The contract's name of a reason. */
export function reasonName(reason: Reason): string {
  return 'REASON_' + reason.replace(/(?!^)[A-Z]/g, '_$&').toUpperCase();
}
