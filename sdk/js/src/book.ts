import type { FlagState } from './contract/types.js';
import { Bucketing } from './hashing/bucketing.js';
import { type Answer, answer } from './resolving/answer.js';
import { Batch } from './resolving/batch.js';
import type { Attributes } from './resolving/context.js';
import { Evaluation } from './resolving/evaluation.js';
import { runRules } from './resolving/ruleLoop.js';
import type { StickyMemory } from './resolving/sticky.js';
import type { CompiledFlag } from './state/compiled.js';
import { buckets, compileState } from './state/stateCompiler.js';

export interface BookOptions {
  /** Reproduce what the shipped Confidence engine does where it differs from its reference. */
  shippedEngine?: boolean;
  /** Microseconds since 1970. */
  clock?: () => number;
}

/** Who asks: a client of the account and the environments its credential speaks for. */
export class Caller {
  readonly environments: ReadonlySet<string>;

  /** An operator (client is undefined) sees every flag. */
  constructor(
    readonly client: string | undefined,
    environments: Iterable<string>,
  ) {
    this.environments = new Set(environments);
  }

  sees(flag: CompiledFlag): boolean {
    return flag.source.state !== 3 && (this.client === undefined || !flag.clients || flag.clients.has(this.client));
  }
}

/** A flag state, checked and compiled once: the door to resolving. */
export class FlagBook {
  /** In the order of the state. */
  readonly flags: readonly CompiledFlag[];
  readonly accountBuckets: Bucketing;
  readonly segmentCount: number;
  readonly shipped: boolean;
  /** Some answer may depend on sticky records or remote lists, or make such records. */
  readonly usesSticky: boolean;
  readonly clock: () => number;
  private readonly _byName: Map<string, CompiledFlag>;
  private _spare: Evaluation | undefined = new Evaluation();

  /** Checks and compiles. Throws a Fault that names every wrong shape with its path; nothing is ever taken for "everyone". */
  constructor(
    readonly state: FlagState,
    options: BookOptions = {},
  ) {
    this.shipped = options.shippedEngine ?? false;
    this.clock = options.clock ?? (() => Date.now() * 1000);
    this.flags = compileState(state, this.shipped);
    this._byName = new Map(this.flags.map(flag => [flag.name, flag]));
    this.accountBuckets = Bucketing.salted('MegaSalt-' + state.account, buckets);
    this.segmentCount = state.segments.length;
    this.usesSticky = state.lists.some(list => list.content?.case === 'remote') || state.flags.some(flag => flag.rules.some(rule => rule.materialization));
  }

  find(name: string): CompiledFlag | undefined {
    return this._byName.get(name);
  }

  /** Sees every flag, in the environments named. */
  operator(...environments: string[]): Caller {
    return new Caller(undefined, environments);
  }

  /** One flag, by its name or as found. */
  resolve(flag: string | CompiledFlag, context: Attributes, caller: Caller, sticky?: StickyMemory): Answer {
    const found = typeof flag === 'string' ? this._byName.get(flag) : flag;
    if (!found || !caller.sees(found)) return answer(undefined, 'FlagNotFound');
    const e = this._spare ?? new Evaluation();
    this._spare = undefined;
    e.start(this, context, caller, sticky);
    const given = guarded(found, e);
    this._spare = e;
    return given;
  }

  /** Every flag the caller sees, in the order of the state. */
  resolveAll(context: Attributes, caller: Caller, sticky?: StickyMemory): Answer[] {
    const e = new Evaluation();
    e.start(this, context, caller, sticky);
    return this.flags.filter(flag => caller.sees(flag)).map(flag => {
      e.again();
      return guarded(flag, e);
    });
  }

  /** Begins a resolve that may need sticky reads; without names, of every flag. */
  begin(flags: Iterable<string> | undefined, context: Attributes, caller: Caller, sticky?: StickyMemory): Batch {
    const names = flags && new Set(flags);
    return new Batch(this, this.flags.filter(flag => (!names || names.has(flag.name)) && caller.sees(flag)), context, caller, sticky);
  }
}

/** One bad attribute, or one bug, spoils one flag and never the batch. */
export function guarded(flag: CompiledFlag, e: Evaluation): Answer {
  try {
    const given = runRules(flag, e);
    return e.spoiled ? answer(flag, 'Error') : given;
  } catch {
    e.inSegment.fill(false);
    return answer(flag, 'Error');
  }
}
