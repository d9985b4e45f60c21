import { type Caller, type FlagBook, guarded } from '../book.js';
import type { CompiledFlag } from '../state/compiled.js';
import type { Answer } from './answer.js';
import type { Attributes } from './context.js';
import { Evaluation } from './evaluation.js';
import { StickyMemory, type StickyRead, type StickyRecord, type StickyWrite } from './sticky.js';

/**
 * Several flags for one caller. While `needed` is not empty, read those records and call `resume`; flags that have their
 * answer keep it.
 */
export class Batch {
  readonly answers: Answer[] = [];
  /** Reads that are needed before every flag has its answer. */
  needed: StickyRead[] = [];
  /** Assignments to keep. */
  readonly writes: StickyWrite[] = [];
  /** Shipped-engine mode only: why the engine would have failed the whole request. */
  failure: string | undefined;

  constructor(
    private readonly _book: FlagBook,
    private readonly _flags: CompiledFlag[],
    readonly context: Attributes,
    readonly caller: Caller,
    private readonly _sticky = new StickyMemory(),
  ) {
    this._run();
  }

  /** Tells what was read; a record that was asked for and does not exist comes with member = false. */
  resume(records: Iterable<StickyRecord>): void {
    for (const record of records) this._sticky.add(record);
    this._run();
  }

  private _run(): void {
    const needed: StickyRead[] = [];
    const e = new Evaluation();
    this._flags.forEach((flag, i) => {
      const known = this.answers[i];
      if (known && known.reason !== 'Suspended') return;
      e.start(this._book, this.context, this.caller, this._sticky);
      const given = guarded(flag, e);
      this.answers[i] = given;
      this.failure ??= e.spoiled || undefined;
      if (given.reason === 'Suspended') needed.push(...e.needed.filter(n => !needed.some(m => m.unit === n.unit && m.materialization === n.materialization && m.rule === n.rule)));
      else this.writes.push(...e.writes);
    });
    this.needed = needed;
  }
}
