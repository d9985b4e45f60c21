import { Truth } from '../conditions/condition.js';

/** A sticky read that is needed: of the record of `unit`, or (rule is empty) of its membership on a list. */
export interface StickyRead {
  unit: string;
  materialization: string;
  rule: string;
}

/** What a store knows of a unit in a materialisation: the variants it keeps, by "<flag>/<rule>". */
export interface StickyRecord {
  unit: string;
  materialization: string;
  member: boolean;
  variants: { [rule: string]: string };
}

/** An assignment that is to be kept. */
export interface StickyWrite {
  unit: string;
  materialization: string;
  rule: string;
  variant: string;
}

/** What is already known of sticky records and remote lists. What is not known suspends the flag. */
export class StickyMemory {
  private readonly _known = new Map<string, StickyRecord>();

  /** With absentUnlessKnown whoever has not been read is not a member, and nothing suspends. */
  constructor(private readonly _absentUnlessKnown = false) {}

  add(record: StickyRecord): void {
    this._known.set(JSON.stringify([record.unit, record.materialization]), record);
  }

  find(unit: string, materialization: string): StickyRecord | undefined {
    return this._known.get(JSON.stringify([unit, materialization]));
  }

  membership(unit: string, materialization: string): Truth {
    const record = this.find(unit, materialization);
    if (record) return record.member ? Truth.True : Truth.False;
    return this._absentUnlessKnown ? Truth.False : Truth.Unknown;
  }
}
