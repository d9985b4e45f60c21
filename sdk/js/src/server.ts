import { type EvaluationContext, type JsonValue, OpenFeatureEventEmitter, type Provider, ProviderEvents, type ResolutionDetails, type TrackingEventDetails } from '@openfeature/server-sdk';
import { type Wanted, attributesOf } from './openfeature/details.js';
import { ProviderCore, type ProviderOptions } from './openfeature/providerCore.js';
import { StickyMemory, type StickyRead, type StickyRecord, type StickyWrite } from './resolving/sticky.js';

export * from './index.js';
export { fileCache } from './distribution/fileCache.js';
export { type ProviderOptions } from './openfeature/providerCore.js';

/** Where sticky records are kept. */
export interface StickyStore {
  /** The records that exist; what is left out does not. */
  read(reads: readonly StickyRead[]): Promise<StickyRecord[]>;
  write(writes: readonly StickyWrite[]): Promise<void>;
}

export interface ServerProviderOptions extends ProviderOptions {
  /** Without it nobody has sticky records. */
  sticky?: StickyStore;
}

/** OpenFeature on a server: evaluations are local; only sticky records are waited for. */
export class BuskerServerProvider implements Provider {
  readonly metadata = { name: 'busker' };
  readonly runsOn = 'server';
  readonly events = new OpenFeatureEventEmitter();
  readonly core: ProviderCore;
  private readonly _absent = new StickyMemory(true);

  constructor(private readonly _options: ServerProviderOptions) {
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

  resolveBooleanEvaluation(flag: string, fallback: boolean, context: EvaluationContext): Promise<ResolutionDetails<boolean>> {
    return this._resolve(flag, 'boolean', fallback, context);
  }

  resolveStringEvaluation(flag: string, fallback: string, context: EvaluationContext): Promise<ResolutionDetails<string>> {
    return this._resolve(flag, 'string', fallback, context);
  }

  resolveNumberEvaluation(flag: string, fallback: number, context: EvaluationContext): Promise<ResolutionDetails<number>> {
    return this._resolve(flag, 'number', fallback, context);
  }

  resolveObjectEvaluation<T extends JsonValue>(flag: string, fallback: T, context: EvaluationContext): Promise<ResolutionDetails<T>> {
    return this._resolve(flag, 'object', fallback, context);
  }

  track(name: string, context: EvaluationContext, details: TrackingEventDetails): void {
    this.core.track(name, context, details);
  }

  private async _resolve<T>(flag: string, wanted: Wanted, fallback: T, context: EvaluationContext): Promise<ResolutionDetails<T>> {
    const { client } = this.core;
    const attributes = attributesOf(context);
    const { sticky } = this._options;
    const { book, caller } = client;
    if (!sticky || !book?.usesSticky || !book.find(flag)) return this.core.details(client.resolve(flag, attributes, this._absent), wanted, fallback, attributes);
    const batch = book.begin([flag], attributes, caller!);
    if (batch.needed.length > 0) {
      const absent = batch.needed.map(({ unit, materialization }) => ({ unit, materialization, member: false, variants: {} }));
      batch.resume([...absent, ...(await sticky.read(batch.needed))]);
    }
    if (batch.writes.length > 0) await sticky.write(batch.writes);
    return this.core.details(batch.answers[0]!, wanted, fallback, attributes);
  }
}
