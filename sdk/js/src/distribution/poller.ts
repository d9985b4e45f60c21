import { Fault } from '../state/problems.js';
import type { FlagClient } from './flagClient.js';
import { stateName } from './stateFile.js';

export interface PollOptions {
  /** Where the state file is. `?from=` with the digest of the state that is held asks for a delta; a server need not know it. */
  url: string | URL;
  intervalMs?: number;
  timeoutMs?: number;
  headers?: Record<string, string>;
  fetch?: typeof fetch;
}

export type PollEvent = { type: 'changed'; flags: string[] } | { type: 'confirmed' } | { type: 'failed'; fault: Fault };

const longestMs = 300_000;

/** Asks for the state again and again. What fails is told, tried again later and later, and leaves the last good state. */
export class Poller {
  private _etag: string | undefined;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _failures = 0;
  private _stopped = false;

  constructor(
    private readonly _client: FlagClient,
    private readonly _options: PollOptions,
    private readonly _tell: (event: PollEvent) => void = () => {},
  ) {}

  /** Polls once now, then every interval until `stop`. */
  async start(): Promise<void> {
    await this.poll();
    this._schedule();
  }

  stop(): void {
    this._stopped = true;
    clearTimeout(this._timer);
  }

  async poll(): Promise<void> {
    try {
      this._tell(await this._ask(true));
      this._failures = 0;
    } catch (e) {
      this._failures++;
      this._tell({ type: 'failed', fault: e instanceof Fault ? e : new Fault('STATE_UNREACHABLE', `the state could not be fetched: ${(e as Error).message}`) });
    }
  }

  private async _ask(mayBeDelta: boolean): Promise<PollEvent> {
    const { url, timeoutMs = 10_000, headers, fetch: request = fetch } = this._options;
    const held = this._client.state;
    const target = new URL(url, globalThis.location?.href);
    if (held && mayBeDelta) target.searchParams.set('from', stateName(held.header));
    const conditional = held && mayBeDelta && this._etag ? { 'if-none-match': this._etag } : undefined;
    const response = await request(target, { headers: { ...headers, ...conditional }, cache: 'no-store', signal: AbortSignal.timeout(timeoutMs) });
    if (response.status === 304) {
      this._client.confirm();
      return { type: 'confirmed' };
    }
    if (!response.ok) throw new Fault('STATE_UNREACHABLE', `the state could not be fetched: status ${response.status}`);
    const file = new Uint8Array(await response.arrayBuffer());
    try {
      const flags = await this._client.offer(file);
      this._etag = response.headers.get('etag') ?? undefined;
      return flags.length > 0 ? { type: 'changed', flags } : { type: 'confirmed' };
    } catch (e) {
      // A delta that does not fit is no reason to fail while the whole state can be had.
      if (e instanceof Fault && mayBeDelta && held) return this._ask(false);
      throw e;
    }
  }

  private _schedule(): void {
    if (this._stopped) return;
    const interval = Math.min((this._options.intervalMs ?? 30_000) * 2 ** Math.min(this._failures, 10), Math.max(longestMs, this._options.intervalMs ?? 0));
    // Apart by a tenth, so that clients started together do not ask together.
    this._timer = setTimeout(() => void this.poll().then(() => this._schedule()), interval * (0.9 + Math.random() / 5));
    (this._timer as { unref?: () => void }).unref?.();
  }
}
