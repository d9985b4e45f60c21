import { type BookOptions, type Caller, FlagBook } from '../book.js';
import { type Answer, answer } from '../resolving/answer.js';
import type { Attributes } from '../resolving/context.js';
import type { StickyMemory } from '../resolving/sticky.js';
import { Fault } from '../state/problems.js';
import { changedFlags } from './changes.js';
import { type OpenedState, type TrustedKeys, readStateFile } from './stateFile.js';

/** How much the client's state can be relied upon. Stale: from a cache, or not confirmed for longer than allowed. */
export type Freshness = 'notReady' | 'stale' | 'fresh';

/** Where the last good state is kept. */
export interface StateCache {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
}

export interface FlagClientOptions {
  /** Trusted signers by key id; without them unsigned states are accepted. */
  keys?: TrustedKeys;
  cache?: StateCache;
  /** Without a confirmation for this long a state is stale. */
  staleAfterMs?: number;
  book?: BookOptions;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

interface Held {
  opened: OpenedState;
  book: FlagBook;
  caller: Caller;
  confirmedAt: number | undefined;
}

/**
 * Holds the current flag book. States are offered to it, whole or as deltas; a bad one is refused and the last good one
 * stays. Started without its server it serves the last good state from its cache and says that it is stale.
 */
export class FlagClient {
  /** Why the last offer, or the state in the cache, was refused. */
  lastProblem: Fault | undefined;
  private _held: Held | undefined;
  private _kept: Uint8Array[] = [];
  private _last: Promise<unknown> = Promise.resolve();
  private readonly _clock: () => number;

  constructor(private readonly _options: FlagClientOptions = {}) {
    this._clock = _options.clock ?? Date.now;
  }

  /** undefined: not ready. */
  get book(): FlagBook | undefined {
    return this._held?.book;
  }

  get state(): OpenedState | undefined {
    return this._held?.opened;
  }

  get freshness(): Freshness {
    if (!this._held) return 'notReady';
    const at = this._held.confirmedAt;
    return at !== undefined && this._clock() - at <= (this._options.staleAfterMs ?? 300_000) ? 'fresh' : 'stale';
  }

  /** Takes the last good state from the cache, if there is one. */
  restore(): Promise<Fault | undefined> {
    return this._inTurn(async () => {
      try {
        for (const piece of pieces(await this._options.cache?.load())) {
          await this._load(piece, undefined);
          this._kept.push(piece);
        }
        return undefined;
      } catch (e) {
        return (this.lastProblem = e instanceof Fault ? e : new Fault('STATE_CACHE', (e as Error).message));
      }
    });
  }

  /** A file from the server. Gives the names of the flags that may answer differently now. Throws a Fault if it is refused. */
  offer(file: Uint8Array): Promise<string[]> {
    return this._inTurn(async () => {
      const before = this._held?.opened;
      try {
        await this._load(file, this._clock());
        this.lastProblem = undefined;
      } catch (e) {
        throw (this.lastProblem = e instanceof Fault ? e : new Fault('STATE_REFUSED', (e as Error).message));
      }
      await this._keep(file);
      return changedFlags(before, this._held!.opened);
    });
  }

  /** The server said that nothing changed. */
  confirm(): void {
    if (this._held) this._held.confirmedAt = this._clock();
  }

  /** Before there is a state, and for flags it does not have: FlagNotFound and no value. */
  resolve(flag: string, context: Attributes, sticky?: StickyMemory): Answer {
    const held = this._held;
    return held ? held.book.resolve(flag, context, held.caller, sticky) : answer(undefined, 'FlagNotFound');
  }

  /** Sees every flag of the state, in all its environments. */
  get caller(): Caller | undefined {
    return this._held?.caller;
  }

  private async _load(file: Uint8Array, confirmedAt: number | undefined): Promise<void> {
    const { keys, book: options } = this._options;
    const opened = await readStateFile(file, keys, this._held?.opened);
    const used = this._held?.opened.header.version;
    if (used !== undefined && opened.header.version < used) throw new Fault('STATE_OLDER', `version ${opened.header.version} is older than ${used}, which is in use`);
    const book = new FlagBook(opened.state, { clock: () => this._clock() * 1000, ...options });
    this._held = { opened, book, caller: book.operator(...opened.state.environments), confirmedAt };
  }

  // A delta goes after the file it starts from, so that each piece keeps its own signature.
  private async _keep(file: Uint8Array): Promise<void> {
    if (!this._options.cache) return;
    if (this._held!.opened.header.baseSha256.length === 0) this._kept = [];
    this._kept.push(file);
    const bytes = new Uint8Array(this._kept.reduce((sum, piece) => sum + piece.length + 4, 0));
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const piece of this._kept) {
      view.setInt32(at, piece.length, true);
      bytes.set(piece, at + 4);
      at += piece.length + 4;
    }
    try {
      await this._options.cache.save(bytes);
    } catch (e) {
      this.lastProblem = new Fault('STATE_CACHE', `the state could not be kept: ${(e as Error).message}`);
    }
  }

  private _inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this._last.then(work);
    this._last = next.catch(() => undefined);
    return next;
  }
}

function* pieces(bytes: Uint8Array | undefined): Generator<Uint8Array> {
  if (!bytes) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 < bytes.length; ) {
    const length = view.getInt32(at, true);
    if (length < 0 || length > bytes.length - at - 4) throw new Fault('STATE_FILE_DAMAGED', 'the state in the cache is cut short');
    yield bytes.slice(at + 4, at + 4 + length);
    at += 4 + length;
  }
}
