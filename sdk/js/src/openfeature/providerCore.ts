// What the providers for servers and for browsers have in common.
import type { EvaluationContext, ResolutionDetails, TrackingEventDetails } from '@openfeature/core';
import { FlagClient, type FlagClientOptions, type Freshness } from '../distribution/flagClient.js';
import { type PollEvent, type PollOptions, Poller } from '../distribution/poller.js';
import { Exposures, type ExposureOptions } from '../exposures/exposures.js';
import { Outbox, type OutboxOptions } from '../exposures/outbox.js';
import type { Answer } from '../resolving/answer.js';
import type { Attributes } from '../resolving/context.js';
import { type Wanted, attributesOf, detailsOf } from './details.js';

export interface ProviderOptions extends FlagClientOptions {
  /** A state file to begin with. */
  state?: Uint8Array | Promise<Uint8Array>;
  /** Where newer states come from. */
  poll?: PollOptions | string | URL;
  /** Where exposures go; without it nothing is recorded. */
  exposures?: ExposureOptions;
  /** Where tracked events go; without it they are not kept. */
  tracking?: OutboxOptions;
}

export interface Signals {
  ready(): void;
  stale(message: string): void;
  failed(message: string): void;
  changed(flags: string[]): void;
}

export class ProviderCore {
  readonly client: FlagClient;
  readonly exposures: Exposures | undefined;
  readonly events: Outbox | undefined;
  private readonly _poller: Poller | undefined;
  private _told: Freshness | undefined;
  private _problem: Error | undefined;

  constructor(
    private readonly _options: ProviderOptions,
    private readonly _signals: Signals,
  ) {
    const { poll } = _options;
    // Where nothing is asked for, nothing can be confirmed.
    this.client = new FlagClient({ ..._options, staleAfterMs: _options.staleAfterMs ?? (poll ? 300_000 : Infinity) });
    if (poll) this._poller = new Poller(this.client, typeof poll === 'string' || poll instanceof URL ? { url: poll } : poll, event => this._take(event));
    if (_options.exposures) this.exposures = new Exposures(_options.exposures, _options.clock);
    if (_options.tracking) this.events = new Outbox('events', _options.tracking);
  }

  /** Throws when there is no state at all; the poller goes on, and tells when there is one. */
  async start(): Promise<void> {
    await this.client.restore();
    if (this._options.state) await this.client.offer(await this._options.state);
    await this._poller?.start();
    this._told = this.client.freshness;
    if (this._told === 'notReady') throw this._problem ?? this.client.lastProblem ?? new Error('there is no flag state');
    // After the SDK has noted that the provider is ready.
    if (this._told === 'stale') setTimeout(() => this._signals.stale('the state is the last one that was kept'));
  }

  async stop(): Promise<void> {
    this._poller?.stop();
    await Promise.all([this.exposures?.outbox.close(), this.events?.close()]);
  }

  details<T>(answer: Answer, wanted: Wanted, fallback: T, context: Attributes): ResolutionDetails<T> {
    if (answer.flag) this.exposures?.add(answer, context);
    return detailsOf(answer, wanted, fallback, this.client.freshness, this.client.state?.state.version);
  }

  track(name: string, context: EvaluationContext, details: TrackingEventDetails): void {
    const { value, ...attributes } = details;
    const unit = attributesOf(context)['targeting_key'];
    this.events?.add({ name, ...(unit !== undefined && { unit }), ...(value !== undefined && { value }), attributes, atUs: String((this._options.clock ?? Date.now)() * 1000) });
  }

  private _take(event: PollEvent): void {
    this._problem = event.type === 'failed' ? event.fault : undefined;
    this._tell(this._problem?.message ?? '');
    if (event.type === 'changed' && this._told !== undefined) this._signals.changed(event.flags);
  }

  // Only what is new, and nothing before the start is over.
  private _tell(message: string): void {
    if (this._told === undefined) return;
    const { freshness } = this.client;
    if (freshness === this._told) return;
    this._told = freshness;
    if (freshness === 'fresh') this._signals.ready();
    else if (freshness === 'stale') this._signals.stale(message);
    else this._signals.failed(message);
  }
}
