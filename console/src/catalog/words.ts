import { Window_Kind, Window_Unit, type Cap, type Document, type Market, type Plan, type Value } from '../gen/busker/catalog/v1/document_pb';

const units: Record<number, string> = {
  [Window_Unit.MINUTE]: 'minute', [Window_Unit.HOUR]: 'hour', [Window_Unit.DAY]: 'day',
  [Window_Unit.WEEK]: 'week', [Window_Unit.MONTH]: 'month', [Window_Unit.YEAR]: 'year',
};
const kinds: Record<number, string> = {
  [Window_Kind.FIXED]: 'fixed ', [Window_Kind.ROLLING]: 'rolling ', [Window_Kind.CALENDAR]: 'local ', [Window_Kind.BILLING]: 'billing ',
};

function capText(cap: Cap, unit: string): string {
  if (cap.unlimited) return 'unlimited';
  if (cap.limit === 0n) return 'none';
  const amount = unit === 'seconds' && cap.limit % 3600n === 0n ? `${cap.limit / 3600n} h` : unit === 'seconds' && cap.limit % 60n === 0n ? `${cap.limit / 60n} min` : `${cap.limit}`;
  const window = cap.window ? ` per ${kinds[cap.window.kind] ?? ''}${cap.window.every > 1 ? `${cap.window.every} ` : ''}${units[cap.window.unit] ?? ''}` : '';
  return `${amount}${window}${cap.onExhausted ? `, then ${cap.onExhausted}` : ''}`;
}

/** A value as people say it. */
export function valueText(value: Value | undefined, unit: string): string {
  switch (value?.kind.case) {
    case 'flag': return value.kind.value ? 'yes' : 'no';
    case 'choice': return value.kind.value.replaceAll('_', ' ');
    case 'number': return `${value.kind.value}${unit ? ` ${unit}` : ''}`;
    case 'cap': return capText(value.kind.value, unit);
    default: return '';
  }
}

/** An exact amount in the digits of its currency: 10.99 EUR, 980 JPY. */
export function priceText({ amountMinor, currencyCode }: { amountMinor: bigint; currencyCode: string }): string {
  const digits = new Intl.NumberFormat('en', { style: 'currency', currency: currencyCode }).resolvedOptions().maximumFractionDigits ?? 2;
  const text = `${amountMinor < 0n ? -amountMinor : amountMinor}`.padStart(digits + 1, '0');
  const whole = digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
  return `${amountMinor < 0n ? '-' : ''}${whole} ${currencyCode}`;
}

/** The market and the ones it inherits from, nearest first. */
export function lineage(document: Document, code: string): Market[] {
  const line: Market[] = [];
  for (let m = document.markets.find((x) => x.code === code); m && line.length < 20; m = document.markets.find((x) => x.code === m!.parent)) line.push(m);
  return line;
}

/** The first market in which most plans are sold. */
export function widest(document: Document): string {
  const sold = (code: string): number => document.plans.filter((p) => offerIn(p, lineage(document, code))).length;
  return document.markets.reduce((best, m) => (sold(m.code) > sold(best) ? m.code : best), document.markets[0]?.code ?? '');
}

/** The offer that holds in a market: its own, or the nearest parent's. */
export const offerIn = (plan: Plan, line: Market[]) =>
  line.map((m) => plan.offers.find((o) => o.market === m.code)).find((o) => o !== undefined);

/** What a plan gives of a feature in a market, and who says so: an offer, the plan, or the feature's fallback. */
export function cell(document: Document, plan: Plan, feature: string, line: Market[]): { text: string; from: 'offer' | 'plan' | 'fallback' } {
  const described = document.features.find((f) => f.key === feature);
  const unit = described?.unit ?? '';
  const offered = line.map((m) => plan.offers.find((o) => o.market === m.code)?.settings.find((s) => s.feature === feature)).find((s) => s !== undefined);
  if (offered) return { text: valueText(offered.value, unit), from: 'offer' };
  const own = plan.settings.find((s) => s.feature === feature);
  if (own) return { text: valueText(own.value, unit), from: 'plan' };
  return { text: valueText(described?.fallback, unit), from: 'fallback' };
}
