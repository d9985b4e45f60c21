import type * as contract from '../contract/types.js';
import type { Bucketing } from '../hashing/bucketing.js';
import { BucketSet } from '../hashing/bucketSet.js';
import type { CompiledFlag, CompiledVariant, MemberList } from '../state/compiled.js';
import { type AttributePath, now } from '../resolving/context.js';
import type { Evaluation } from '../resolving/evaluation.js';
import { readUnit, unitBuffer } from '../resolving/unit.js';
import type { Predicate } from './predicates.js';

/** Kleene's three values. Unknown: a sticky or list read is needed first. */
export const enum Truth {
  False,
  True,
  Unknown,
}

/** A compiled expression. */
export abstract class Condition {
  test(e: Evaluation): Truth {
    if (!e.trace) return this.decide(e);
    e.trace.enter();
    const truth = this.decide(e);
    e.trace.leave(this, truth, e);
    return truth;
  }

  protected abstract decide(e: Evaluation): Truth;
}

export class ManyCondition extends Condition {
  // All of, or any of: the first part that decides ends it.
  constructor(
    private readonly _parts: Condition[],
    readonly decisive: Truth.False | Truth.True,
  ) {
    super();
  }

  protected decide(e: Evaluation): Truth {
    let result: Truth = this.decisive === Truth.False ? Truth.True : Truth.False;
    for (const part of this._parts) {
      const truth = part.test(e);
      if (truth === this.decisive) return truth;
      if (truth === Truth.Unknown) result = truth;
    }
    return result;
  }
}

export class NotCondition extends Condition {
  constructor(private readonly _inner: Condition) {
    super();
  }

  protected decide(e: Evaluation): Truth {
    const truth = this._inner.test(e);
    return truth === Truth.Unknown ? truth : truth === Truth.True ? Truth.False : Truth.True;
  }
}

/** Reusable targeting and an allocation. Met again inside itself it is false, so a cycle ends. */
export class SegmentCondition extends Condition {
  /** undefined: everyone. Set after all segments are known, as segments name each other. */
  targeting: Condition | undefined;
  allocation = BucketSet.all;

  constructor(
    readonly name: string,
    private readonly _index: number,
  ) {
    super();
  }

  testTargeting(e: Evaluation): Truth {
    if (!this.targeting) return Truth.True;
    if (e.inSegment[this._index]) return Truth.False;
    e.inSegment[this._index] = true;
    const truth = this.targeting.test(e);
    e.inSegment[this._index] = false;
    return truth;
  }

  protected decide(e: Evaluation): Truth {
    if (e.inSegment[this._index]) return Truth.False;
    const truth = this.testTargeting(e);
    if (truth === Truth.False || this.allocation.isAll) return truth;
    if (!e.hasUnit) e.lacksUnit = true;
    return e.hasUnit && this.allocation.contains(e.accountBucket) ? truth : Truth.False;
  }
}

export class ListCondition extends Condition {
  constructor(readonly list: MemberList) {
    super();
  }

  protected decide(e: Evaluation): Truth {
    if (!e.hasUnit) return Truth.False;
    if (!this.list.isRemote) return this.list.contains(e) ? Truth.True : Truth.False;
    return e.membership(this.list.name);
  }
}

export class FlagVariantCondition extends Condition {
  constructor(
    readonly flag: CompiledFlag,
    readonly variants: CompiledVariant[],
  ) {
    super();
  }

  protected decide(e: Evaluation): Truth {
    const answer = e.resolveOther(this.flag);
    if (answer.reason === 'Suspended') return Truth.Unknown;
    if (!answer.variant) return Truth.False;
    return this.variants.length === 0 || this.variants.includes(answer.variant) ? Truth.True : Truth.False;
  }
}

export class GateCondition extends Condition {
  constructor(
    readonly bucketing: Bucketing,
    private readonly _set: BucketSet,
    readonly selector: AttributePath | undefined,
  ) {
    super();
  }

  protected decide(e: Evaluation): Truth {
    let [unit, length] = [e.unitBytes, e.hasUnit ? e.unitLength : -1];
    if (!this.selector && !e.hasUnit) e.lacksUnit = true;
    if (this.selector) {
      unit = unitBuffer();
      length = readUnit(this.selector.read(e.context), unit) || -1;
    }
    return length >= 0 && this._set.contains(this.bucketing.of(unit, length)) ? Truth.True : Truth.False;
  }
}

/** How a list attribute meets the predicate; "whole": a list is just a value. */
export type ListMode = 'some' | 'every' | 'whole';

export interface Criterion {
  path: AttributePath;
  predicate: Predicate;
  /** The predicate sees the attribute as it is: absent, or a whole list. */
  takesWhole: boolean;
  mode: ListMode;
  /** What a missing attribute is to `every`. */
  absentIsEvery: boolean;
  source: contract.Criterion;
}

export class CriterionCondition extends Condition {
  private readonly _isNow: boolean;

  constructor(readonly c: Criterion) {
    super();
    this._isNow = c.path.path === now;
  }

  protected decide(e: Evaluation): Truth {
    return this._matches(this.read(e), e) ? Truth.True : Truth.False;
  }

  read(e: Evaluation): unknown {
    return this._isNow ? e.nowUs / 1e6 : this.c.path.read(e.context);
  }

  private _matches(value: unknown, e: Evaluation): boolean {
    const { predicate, mode } = this.c;
    if (this.c.takesWhole && mode !== 'every') return predicate(value, e);
    if (mode === 'whole' || !Array.isArray(value)) {
      return (value === undefined || value === null) && mode === 'every' ? this.c.absentIsEvery : predicate(value, e);
    }
    for (const element of value) {
      if (predicate(element, e) !== (mode === 'every')) return mode !== 'every';
    }
    return mode === 'every';
  }
}
