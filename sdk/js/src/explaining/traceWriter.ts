// Collects the steps of one explained resolve.
import { type Condition, Truth } from '../conditions/condition.js';
import { describe } from '../conditions/coercion.js';
import type { Int64 } from '../contract/types.js';
import { type Resolution, answer, resolution } from '../resolving/answer.js';
import { type Caller, type FlagBook, guarded } from '../book.js';
import type { Attributes } from '../resolving/context.js';
import { Evaluation } from '../resolving/evaluation.js';
import type { StickyMemory } from '../resolving/sticky.js';
import type { RuleStep } from '../resolving/ruleLoop.js';
import type { CompiledAssignment, CompiledRule } from '../state/compiled.js';
import { conditionWords } from './predicateWords.js';

export type Outcome = 'TRUE' | 'FALSE' | 'UNKNOWN' | 'ASSIGNED' | 'SKIPPED' | 'ERROR';

/** One thing that was tried, and the things tried within it. */
export interface TraceStep {
  text: string;
  outcome: Outcome;
  /** The unit's bucket, where one was computed. */
  bucket?: number;
  steps: TraceStep[];
}

/** Why a flag answered as it did. */
export interface Trace {
  resolution: Resolution;
  stateVersion: Int64;
  steps: TraceStep[];
}

const signs: Record<Outcome, string> = { TRUE: '✓', FALSE: '✗', UNKNOWN: '?', ASSIGNED: '→', SKIPPED: '·', ERROR: '!' };

export class TraceWriter {
  private readonly _open: TraceStep[][] = [[]];

  get steps(): TraceStep[] {
    return this._open[this._open.length - 1]!;
  }

  enter(): void {
    this._open.push([]);
  }

  leave(condition: Condition, truth: Truth, e: Evaluation): void {
    this._close(conditionWords(condition, e), truth === Truth.True ? 'TRUE' : truth === Truth.False ? 'FALSE' : 'UNKNOWN');
  }

  leaveRule(rule: CompiledRule, step: RuleStep, assignment: CompiledAssignment | undefined, e: Evaluation): void {
    const outcome = step === 'assigned' ? 'ASSIGNED' : step === 'unitError' ? 'ERROR' : 'SKIPPED';
    const closed = this._close(`rule ${rule.name}: ${ruleWords(rule, step, assignment, e)}`, outcome);
    if (e.hasUnit && !rule.isFull && rule.enabled && step !== 'unitError') closed.bucket = rule.bucketing.of(e.unitBytes, e.unitLength);
  }

  private _close(text: string, outcome: Outcome): TraceStep {
    const step: TraceStep = { text, outcome, steps: this._open.pop()! };
    this.steps.push(step);
    return step;
  }
}

/** The answer with everything that led to it. */
export function explain(book: FlagBook, flag: string, context: Attributes, caller: Caller, sticky?: StickyMemory): Trace {
  const found = book.find(flag);
  const stateVersion = book.state.version;
  if (!found || !caller.sees(found)) {
    return { resolution: { ...resolution(answer(undefined, 'FlagNotFound'), context), flag }, stateVersion, steps: [] };
  }
  const e = new Evaluation();
  const writer = new TraceWriter();
  e.start(book, context, caller, sticky, writer);
  const given = resolution(guarded(found, e), context);
  return { resolution: { ...given, error: e.spoiled }, stateVersion, steps: writer.steps };
}

/** A trace for people. */
export function traceText({ resolution, stateVersion, steps }: Trace): string {
  const { flag, reason, variant, rule, error } = resolution;
  const by = rule ? `, by rule ${rule}` : '';
  let text = `${flag}: ${reason}${variant ? `, variant ${variant}` : ", the caller's default"}${by} (state version ${stateVersion})\n`;
  if (error) text += `  ${error}\n`;
  const append = (step: TraceStep, depth: number): void => {
    text += `${'  '.repeat(depth)}${signs[step.outcome]} ${step.text}\n`;
    step.steps.forEach(inner => append(inner, depth + 1));
  };
  steps.forEach(step => append(step, 1));
  return text;
}

function ruleWords(rule: CompiledRule, step: RuleStep, assignment: CompiledAssignment | undefined, e: Evaluation): string {
  if (!rule.enabled) return 'disabled';
  if (rule.environments && !rule.environments.some(name => e.caller.environments.has(name))) return `only for ${rule.environments.join(', ')}`;
  if (step === 'unitError') return `${rule.selector.path} is ${describe(rule.selector.read(e.context))}, which is no unit`;
  if (!e.hasUnit && rule.needsUnit) return `${rule.selector.path} is missing`;
  const read = rule.source.materialization?.read;
  const sticky = read && e.hasUnit ? `; ${recordWords(read, e)}` : '';
  if (step === 'next') return `does not assign${sticky}`;
  const how = rule.isFull ? 'to everyone in it' : `by bucket ${e.hasUnit ? rule.bucketing.of(e.unitBytes, e.unitLength) : 0} of ${rule.bucketing.buckets}`;
  return `assigns ${outcomeWords(assignment!)} ${how}${sticky}`;
}

function recordWords(materialization: string, e: Evaluation): string {
  const member = e.sticky ? e.sticky.membership(e.unitString, materialization) : Truth.Unknown;
  if (member === Truth.Unknown) return `${materialization} must be read for ${e.unitString}`;
  if (member === Truth.False) return `not kept in ${materialization}`;
  const variants = Object.entries(e.sticky!.find(e.unitString, materialization)!.variants);
  return `kept in ${materialization} as ${variants.map(([rule, variant]) => `${rule}=${variant}`).join(', ')}`;
}

function outcomeWords({ outcome, variant }: CompiledAssignment): string {
  if (outcome === 'variant') return `variant ${variant!.name}`;
  return outcome === 'fallthrough' ? 'a fallthrough' : outcome === 'serverDefault' ? 'the server-side default' : "the caller's default";
}
