import { type Answer, fallthroughs, reasonName, shouldApply } from '../resolving/answer.js';
import type { Attributes } from '../resolving/context.js';
import { unitText } from '../resolving/unit.js';
import { Outbox, type OutboxOptions } from './outbox.js';

export interface ExposureOptions extends OutboxOptions {
  /** The same exposure counts once in so long. */
  dedupMs?: number;
  /** What exposures say the client is. */
  client?: string;
}

const mostSeen = 100_000;

/** Exposures: the same one not twice within a while, numbered and sent in batches (the contract's ExposureBatch as JSON). */
export class Exposures {
  readonly outbox: Outbox;
  repeated = 0;
  private readonly _seen = new Map<string, number>();

  constructor(
    private readonly _options: ExposureOptions,
    private readonly _clock: () => number = Date.now,
  ) {
    this.outbox = new Outbox('exposures', _options);
  }

  /** False: it is no exposure, a repeat, or there is no room. */
  add(answer: Answer, context: Attributes): boolean {
    if (!shouldApply(answer)) return false;
    const now = this._clock();
    // The whole identity, not only flag and unit: another variant, rule or fallthrough is another exposure.
    const exposure = exposureOf(answer, context, this._options.client ?? '');
    const identity = JSON.stringify(exposure);
    if (now < (this._seen.get(identity) ?? 0)) {
      this.repeated++;
      return false;
    }
    const taken = this.outbox.add({ ...exposure, appliedAtUs: String(Math.floor(now * 1000)) });
    if (taken) this._remember(identity, now);
    return taken;
  }

  // In the order of their ends, as all last equally long.
  private _remember(identity: string, now: number): void {
    this._seen.delete(identity);
    this._seen.set(identity, now + (this._options.dedupMs ?? 600_000));
    for (const [old, until] of this._seen) {
      if (until > now && this._seen.size <= mostSeen) return;
      this._seen.delete(old);
    }
  }
}

/** An answer as an exposure, not yet dated: the contract's Exposure as JSON. */
export function exposureOf(answer: Answer, context: Attributes, client: string): object {
  const { flag, rule, assignment, variant, reason, unit } = answer;
  return {
    flag: flag!.name,
    rule: rule?.name ?? '',
    assignment: assignment?.id ?? '',
    variant: reason === 'Match' ? (variant?.name ?? '') : '',
    unit: unitText(unit),
    selector: rule?.selector.path ?? '',
    segment: rule?.source.segment ?? '',
    reason: reasonName(reason),
    fallthroughs: fallthroughs(answer, context),
    client,
  };
}
