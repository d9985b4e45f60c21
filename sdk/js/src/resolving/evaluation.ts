import { type Condition, Truth } from '../conditions/condition.js';
import type { CompiledAssignment, CompiledFlag, CompiledRule } from '../state/compiled.js';
import type { Caller, FlagBook } from '../book.js';
import type { Answer } from './answer.js';
import { answer } from './answer.js';
import type { Attributes } from './context.js';
import { type RuleStep, runRules } from './ruleLoop.js';
import type { StickyMemory, StickyRead, StickyWrite } from './sticky.js';
import { findUnit, readUnit, unitBuffer, unitText } from './unit.js';

const maxFlags = 32;

/** Is told each step of an explained resolve. */
export interface Tracer {
  enter(): void;
  leave(condition: Condition, truth: Truth, e: Evaluation): void;
  leaveRule(rule: CompiledRule, step: RuleStep, assignment: CompiledAssignment | undefined, e: Evaluation): void;
}

/** The working memory of one resolve; used again and again. */
export class Evaluation {
  book!: FlagBook;
  context!: Attributes;
  caller!: Caller;
  sticky: StickyMemory | undefined;
  trace: Tracer | undefined;
  inSegment: boolean[] = [];
  needed: StickyRead[] = [];
  writes: StickyWrite[] = [];
  /** Shipped-engine mode only: a conversion that fails there fails the request. */
  spoiled = '';
  /** Somebody would have been counted in, or given a bucket, if only there were a unit. */
  lacksUnit = false;
  unitBytes = unitBuffer();
  unitLength = 0;
  unitValue: unknown;
  private _nowUs: number | undefined;
  private _unitOf: CompiledRule | undefined;
  private _unitFailed = false;
  private _bucket = -1;
  private _depth = 0;

  /** One moment for the whole resolve, read from the clock only when a predicate asks. */
  get nowUs(): number {
    return (this._nowUs ??= this.book.clock());
  }

  get hasUnit(): boolean {
    return this.unitLength > 0 || typeof this.unitValue === 'string';
  }

  get unitString(): string {
    return unitText(this.unitValue);
  }

  /** The unit's bucket among the account's million; hashed once per unit. */
  get accountBucket(): number {
    if (this._bucket < 0) this._bucket = this.book.accountBuckets.of(this.unitBytes, this.unitLength);
    return this._bucket;
  }

  start(book: FlagBook, context: Attributes, caller: Caller, sticky?: StickyMemory, trace?: Tracer): void {
    this.book = book;
    this.context = context;
    this.caller = caller;
    this.sticky = sticky;
    this.trace = trace;
    this._nowUs = undefined;
    if (this.inSegment.length < book.segmentCount) this.inSegment = new Array<boolean>(book.segmentCount).fill(false);
    this.again();
  }

  /** Ready for another flag of the same request. */
  again(): void {
    if (this.needed.length) this.needed = [];
    if (this.writes.length) this.writes = [];
    this.spoiled = '';
    this.lacksUnit = false;
    this._unitOf = undefined;
    this._depth = 0;
    this._setUnit(undefined, 0);
  }

  /** Finds the rule's unit. True: found, or none. False: it is there and is no unit. */
  findUnit(rule: CompiledRule): boolean {
    if (this._unitOf?.readsTargetingKey && rule.readsTargetingKey) return !this._unitFailed;
    this._unitOf = rule;
    const value = findUnit(rule, this.context);
    const length = readUnit(value, this.unitBytes);
    this._unitFailed = length < 0;
    this._setUnit(this._unitFailed ? undefined : value, Math.max(0, length));
    return !this._unitFailed;
  }

  spoil(why: string): void {
    this.spoiled ||= why;
  }

  membership(materialization: string): Truth {
    const truth = this.sticky ? this.sticky.membership(this.unitString, materialization) : Truth.Unknown;
    if (truth === Truth.Unknown) this.need(materialization, '');
    return truth;
  }

  need(materialization: string, rule: string): void {
    const unit = this.unitString;
    if (this.needed.some(n => n.unit === unit && n.materialization === materialization && n.rule === rule)) return;
    this.needed.push({ unit, materialization, rule });
  }

  resolveOther(flag: CompiledFlag): Answer {
    if (++this._depth > maxFlags) return answer(flag, 'Error');
    const { unitBytes, unitLength, unitValue, _unitOf, _unitFailed, _bucket, lacksUnit } = this;
    this.unitBytes = unitBytes.slice();
    this._unitOf = undefined;
    const other = this.caller.sees(flag) ? runRules(flag, this) : answer(undefined, 'FlagNotFound');
    Object.assign(this, { unitBytes, unitLength, unitValue, _unitOf, _unitFailed, _bucket, lacksUnit: lacksUnit || other.lacksUnit });
    this._depth--;
    return other;
  }

  private _setUnit(value: unknown, length: number): void {
    this.unitValue = value;
    this.unitLength = length;
    this._bucket = -1;
  }
}
