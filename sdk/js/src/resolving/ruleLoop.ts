import { Truth } from '../conditions/condition.js';
import type { MaterializationSpec } from '../contract/types.js';
import type { CompiledAssignment, CompiledFlag, CompiledRule, CompiledVariant } from '../state/compiled.js';
import { type Answer, type Passed, answer } from './answer.js';
import type { Evaluation } from './evaluation.js';

export type RuleStep = 'next' | 'assigned' | 'unitError';

// What Try found beside its step; read at once.
let missing = false;
let assigned: CompiledAssignment | undefined;
let kept: CompiledVariant | undefined;

/** Tries a flag's rules in order. Reads like the specification of what a resolve means. */
export function runRules(flag: CompiledFlag, e: Evaluation): Answer {
  if (!flag.isActive) return answer(flag, 'Disabled');
  for (const prerequisite of flag.prerequisites) {
    const truth = prerequisite.test(e);
    if (truth === Truth.Unknown) return answer(flag, 'Suspended');
    if (truth === Truth.False) return answer(flag, 'Prerequisite', flag.default);
  }
  let anyMissing = false;
  e.lacksUnit = false;
  let passed: Passed[] | undefined;
  for (const rule of flag.rules) {
    e.trace?.enter();
    const step = tryRule(rule, e, anyMissing);
    const assignment = assigned;
    const stored = kept;
    anyMissing = missing;
    e.trace?.leaveRule(rule, step, assignment, e);
    if (step === 'next') continue;
    if (step === 'unitError') return answer(flag, 'TargetingKeyError');
    if (anyMissing) continue;
    if (!stored) keep(rule, assignment!, e);
    if (assignment!.outcome === 'fallthrough' && !stored) {
      passed = [...(passed ?? []), { rule, assignment: assignment! }];
      continue;
    }
    const variant = stored ?? (assignment!.outcome === 'serverDefault' ? flag.default : assignment!.variant);
    return answer(flag, 'Match', variant, rule, assignment, e.unitValue, passed);
  }
  return anyMissing ? answer(flag, 'Suspended') : { ...answer(flag, 'NoMatch', flag.default), passed: passed ?? [], lacksUnit: e.lacksUnit };
}

function tryRule(rule: CompiledRule, e: Evaluation, missingBefore: boolean): RuleStep {
  missing = missingBefore;
  assigned = kept = undefined;
  if (!rule.enabled) return 'next';
  if (rule.environments && !rule.environments.some(name => e.caller.environments.has(name))) return 'next';
  if (!e.findUnit(rule) && !(rule.hasDefaultSelector && rule.isFull)) return 'unitError';
  if (!e.hasUnit && rule.needsUnit) return 'next';
  let stored: CompiledVariant | undefined;
  let audience: Truth | undefined;
  if (rule.source.materialization?.read) [audience, stored] = sticky(rule, rule.source.materialization, e);
  audience ??= both(rule, e, false);
  // Testing the audience may have tried the rules of another flag.
  missing = missingBefore || audience === Truth.Unknown;
  assigned = undefined;
  kept = stored;
  if (audience === Truth.False || missing) return 'next';
  assigned = rule.isFull ? rule.assignments[0] : e.hasUnit ? rule.pick(rule.bucketing.of(e.unitBytes, e.unitLength)) : undefined;
  if (!rule.isFull && !e.hasUnit) e.lacksUnit = true;
  if (stored && assigned?.variant !== stored) assigned = rule.assignments.find(a => a.variant === stored);
  return assigned ? 'assigned' : 'next';
}

/** What the sticky record decides; undefined: nothing, ask the audience. */
function sticky(rule: CompiledRule, spec: MaterializationSpec, e: Evaluation): [Truth | undefined, CompiledVariant?] {
  const unit = e.unitString;
  let member = e.sticky ? e.sticky.membership(unit, spec.read) : Truth.Unknown;
  if (member === Truth.Unknown) {
    e.need(spec.read, rule.key);
    return [member];
  }
  const variants = e.sticky!.find(unit, spec.read)?.variants;
  const variant = variants && Object.hasOwn(variants, rule.key) ? variants[rule.key] : undefined;
  if (e.book.shipped && variant === undefined) member = Truth.False;
  if (member === Truth.False) return [spec.mustMatch ? member : undefined];
  const inside = spec.ignoreTargeting ? Truth.True : both(rule, e, true);
  if (inside === Truth.False) return [spec.mustMatch ? inside : undefined];
  const stored = inside === Truth.True && variant ? rule.assignments.find(a => a.variant?.name === variant)?.variant : undefined;
  return [inside, stored];
}

// The rule's segment and targeting; without allocation where a sticky record stands for it.
function both(rule: CompiledRule, e: Evaluation, targetingOnly: boolean): Truth {
  const segment = !rule.segment ? Truth.True : targetingOnly ? rule.segment.testTargeting(e) : rule.segment.test(e);
  if (segment === Truth.False) return segment;
  const targeting = rule.targeting ? rule.targeting.test(e) : Truth.True;
  return targeting === Truth.False ? targeting : segment === Truth.Unknown ? segment : targeting;
}

function keep(rule: CompiledRule, assignment: CompiledAssignment, e: Evaluation): void {
  const spec = rule.source.materialization;
  if (!spec?.write || !e.hasUnit) return;
  e.writes.push({ unit: e.unitString, materialization: spec.write, rule: rule.key, variant: assignment.variant?.name ?? '' });
}
