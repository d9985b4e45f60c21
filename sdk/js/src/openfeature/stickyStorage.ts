import type { StickyRead, StickyRecord, StickyWrite } from '../resolving/sticky.js';

/** Keeps sticky records of this browser's user, for example in localStorage. */
export class StickyStorage {
  constructor(
    private readonly _storage: Pick<Storage, 'getItem' | 'setItem'>,
    private readonly _prefix = 'busker.sticky.',
  ) {}

  read(reads: readonly StickyRead[]): StickyRecord[] {
    return reads.map(({ unit, materialization }) => {
      const variants = this._variants(unit, materialization);
      return { unit, materialization, member: variants !== undefined, variants: variants ?? {} };
    });
  }

  write(writes: readonly StickyWrite[]): void {
    for (const { unit, materialization, rule, variant } of writes) {
      const variants = { ...this._variants(unit, materialization), [rule]: variant };
      this._storage.setItem(this._key(unit, materialization), JSON.stringify(variants));
    }
  }

  private _variants(unit: string, materialization: string): Record<string, string> | undefined {
    try {
      const text = this._storage.getItem(this._key(unit, materialization));
      return text === null ? undefined : (JSON.parse(text) as Record<string, string>);
    } catch {
      return undefined;
    }
  }

  private _key(unit: string, materialization: string): string {
    return this._prefix + JSON.stringify([materialization, unit]);
  }
}
