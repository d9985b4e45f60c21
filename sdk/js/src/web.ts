import { type EvaluationContext, type JsonValue, OpenFeatureEventEmitter, type Provider, ProviderEvents, type ResolutionDetails, type TrackingEventDetails } from '@openfeature/web-sdk';
import { type Wanted, attributesOf } from './openfeature/details.js';
import { ProviderCore, type ProviderOptions } from './openfeature/providerCore.js';
import type { StickyStorage } from './openfeature/stickyStorage.js';
import { StickyMemory } from './resolving/sticky.js';

export { Caller, FlagBook } from './book.js';
export { FlagClient, type Freshness, type StateCache } from './distribution/flagClient.js';
export { type TrustedKeys, readStateFile } from './distribution/stateFile.js';
export { type ProviderOptions } from './openfeature/providerCore.js';

export interface WebProviderOptions extends ProviderOptions {
  /** Without it nobody has sticky records. */
  sticky?: Pick<StickyStorage, 'read' | 'write'>;
}

/** OpenFeature in the browser: every evaluation is local and at once. */
export class BuskerWebProvider implements Provider {
  readonly metadata = { name: 'busker' };
  readonly runsOn = 'client';
  readonly events = new OpenFeatureEventEmitter();
  readonly core: ProviderCore;
  private readonly _absent = new StickyMemory(true);

  constructor(private readonly _options: WebProviderOptions) {
    this.core = new ProviderCore(_options, {
      ready: () => this.events.emit(ProviderEvents.Ready),
      stale: message => this.events.emit(ProviderEvents.Stale, { message }),
      failed: message => this.events.emit(ProviderEvents.Error, { message }),
      changed: flagsChanged => this.events.emit(ProviderEvents.ConfigurationChanged, { flagsChanged }),
    });
  }

  initialize(): Promise<void> {
    return this.core.start();
  }

  onClose(): Promise<void> {
    return this.core.stop();
  }

  resolveBooleanEvaluation(flag: string, fallback: boolean, context: EvaluationContext): ResolutionDetails<boolean> {
    return this._resolve(flag, 'boolean', fallback, context);
  }

  resolveStringEvaluation(flag: string, fallback: string, context: EvaluationContext): ResolutionDetails<string> {
    return this._resolve(flag, 'string', fallback, context);
  }

  resolveNumberEvaluation(flag: string, fallback: number, context: EvaluationContext): ResolutionDetails<number> {
    return this._resolve(flag, 'number', fallback, context);
  }

  resolveObjectEvaluation<T extends JsonValue>(flag: string, fallback: T, context: EvaluationContext): ResolutionDetails<T> {
    return this._resolve(flag, 'object', fallback, context);
  }

  track(name: string, context: EvaluationContext, details: TrackingEventDetails): void {
    this.core.track(name, context, details);
  }

  private _resolve<T>(flag: string, wanted: Wanted, fallback: T, context: EvaluationContext): ResolutionDetails<T> {
    const { client } = this.core;
    const attributes = attributesOf(context);
    const { sticky } = this._options;
    const { book, caller } = client;
    if (!sticky || !book?.usesSticky || !book.find(flag)) return this.core.details(client.resolve(flag, attributes, this._absent), wanted, fallback, attributes);
    const batch = book.begin([flag], attributes, caller!);
    if (batch.needed.length > 0) batch.resume(sticky.read(batch.needed));
    if (batch.writes.length > 0) sticky.write(batch.writes);
    return this.core.details(batch.answers[0]!, wanted, fallback, attributes);
  }
}
