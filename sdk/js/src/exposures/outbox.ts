// Things on their way to a server: bounded, numbered, sent in batches. What does not fit is dropped and counted; a batch is
// sent again until it is acknowledged, and the receiver sees gaps and repeats by the numbers.

export interface OutboxOptions {
  /** Where batches go, as JSON by POST. */
  url: string | URL;
  headers?: Record<string, string>;
  fetch?: typeof fetch;
  /** How many may wait. */
  capacity?: number;
  /** A batch is sent when so many wait. */
  flushAt?: number;
  /** And at the latest after so long. */
  flushMs?: number;
}

/** What the server answered, or nothing when it was not reached. */
type Outcome = 'taken' | 'refused' | 'later';

// A page that goes away may send 64 KiB in all.
const lastBytes = 60_000;

interface Waiting {
  sequence: number;
  json: string;
}

export class Outbox {
  /** Random, one per outbox. */
  readonly sender = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
  /** Lost: there was no room, or the server did not want them. */
  dropped = 0;
  private _sequence = 0;
  private _items: Waiting[] = [];
  private _sending: Promise<void> | undefined;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _failures = 0;
  private _closed = false;
  private readonly _onHide = () => {
    if (document.visibilityState === 'hidden') void this._sendLast();
  };

  /** @param name what the batch calls its items. */
  constructor(
    private readonly _name: string,
    private readonly _options: OutboxOptions,
  ) {
    globalThis.document?.addEventListener('visibilitychange', this._onHide);
    globalThis.addEventListener?.('pagehide', this._onHide);
  }

  get waiting(): number {
    return this._items.length;
  }

  /** False: there is no room. The item's number is used all the same: the gap is the evidence. */
  add(item: object): boolean {
    const sequence = ++this._sequence;
    if (this._closed || this._items.length >= (this._options.capacity ?? 10_000)) {
      this.dropped++;
      return false;
    }
    this._items.push({ sequence, json: JSON.stringify({ ...item, sequence: String(sequence) }) });
    if (this._items.length >= this._flushAt && this._failures === 0) void this.flush();
    else this._schedule();
    return true;
  }

  /** Sends all that waits; what fails waits on. */
  flush(): Promise<void> {
    this._sending ??= this._drain().finally(() => {
      this._sending = undefined;
      if (this._items.length > 0) this._schedule();
    });
    return this._sending;
  }

  /** Sends once more and takes nothing after that. */
  async close(): Promise<void> {
    this._closed = true;
    globalThis.document?.removeEventListener('visibilitychange', this._onHide);
    globalThis.removeEventListener?.('pagehide', this._onHide);
    await this.flush();
    clearTimeout(this._timer);
    this.dropped += this._items.length;
    this._items = [];
  }

  private get _flushAt(): number {
    return this._options.flushAt ?? 100;
  }

  private _schedule(): void {
    if (this._timer !== undefined || this._closed) return;
    const delay = (this._options.flushMs ?? 10_000) * 2 ** Math.min(this._failures, 5);
    this._timer = setTimeout(() => {
      this._timer = undefined;
      void this.flush();
    }, delay);
    (this._timer as { unref?: () => void }).unref?.();
  }

  private async _drain(): Promise<void> {
    while (this._items.length > 0) {
      const batch = this._items.slice(0, Math.max(this._flushAt, 500));
      const outcome = await this._post(batch, false);
      this._failures = outcome === 'later' ? this._failures + 1 : 0;
      if (outcome === 'later') return;
      this._acknowledge(batch, outcome);
    }
  }

  // The page may be gone before the answer: it is sent at once, and again if the page comes back without an answer.
  private async _sendLast(): Promise<void> {
    const batch: Waiting[] = [];
    let bytes = 200;
    for (const item of this._items) {
      bytes += item.json.length * 3 + 1;
      if (bytes > lastBytes) break;
      batch.push(item);
    }
    if (batch.length === 0) return;
    const outcome = await this._post(batch, true);
    if (outcome !== 'later') this._acknowledge(batch, outcome);
  }

  private _acknowledge(batch: Waiting[], outcome: Outcome): void {
    const through = batch[batch.length - 1]!.sequence;
    const before = this._items.length;
    this._items = this._items.filter(item => item.sequence > through);
    if (outcome === 'refused') this.dropped += before - this._items.length;
  }

  private async _post(batch: Waiting[], keepalive: boolean): Promise<Outcome> {
    const { url, headers, fetch: request = fetch } = this._options;
    const body = `{"sender":"${this.sender}","${this._name}":[${batch.map(item => item.json).join(',')}],"dropped":"${this.dropped}"}`;
    try {
      const { ok, status } = await request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body, keepalive });
      return ok ? 'taken' : status >= 400 && status < 500 && ![408, 425, 429].includes(status) ? 'refused' : 'later';
    } catch {
      return 'later';
    }
  }
}
