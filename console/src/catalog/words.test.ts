import { create } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { DocumentSchema, Window_Kind, Window_Unit } from '../gen/busker/catalog/v1/document_pb';
import { cell, lineage, offerIn, priceText, widest } from './words';

const skips = (limit: bigint) => ({ kind: { case: 'cap' as const, value: { limit, window: { kind: Window_Kind.ROLLING, unit: Window_Unit.HOUR } } } });
const document = create(DocumentSchema, {
  markets: [{ code: 'WORLD' }, { code: 'EU', parent: 'WORLD' }, { code: 'DE', parent: 'EU' }],
  features: [{ key: 'skips', fallback: skips(6n) }, { key: 'audio', unit: 'seconds' }],
  plans: [{
    key: 'p', settings: [{ feature: 'audio', value: { kind: { case: 'cap', value: { limit: 54000n, onExhausted: 'shuffle' } } } }],
    offers: [{ market: 'WORLD' }, { market: 'EU', settings: [{ feature: 'skips', value: skips(9n) }] }],
  }],
});
const plan = document.plans[0]!;

test('a market inherits from its parents, nearest first', () => {
  expect(lineage(document, 'DE').map((m) => m.code)).toEqual(['DE', 'EU', 'WORLD']);
  expect(offerIn(plan, lineage(document, 'DE'))!.market).toBe('EU');
});

test('an offer speaks before the plan, and the plan before the fallback', () => {
  expect(cell(document, plan, 'skips', lineage(document, 'DE'))).toEqual({ text: '9 per rolling hour', from: 'offer' });
  expect(cell(document, plan, 'skips', lineage(document, 'WORLD'))).toEqual({ text: '6 per rolling hour', from: 'fallback' });
  expect(cell(document, plan, 'audio', lineage(document, 'DE'))).toEqual({ text: '15 h, then shuffle', from: 'plan' });
});

test('the market shown first is the one with most plans', () => {
  const markets = [{ code: 'WORLD' }, { code: 'EU', parent: 'WORLD' }];
  const plans = [{ key: 'p', offers: [{ market: 'WORLD' }] }, { key: 'q', offers: [{ market: 'EU' }] }];
  expect(widest(create(DocumentSchema, { markets, plans }))).toBe('EU');
  expect(widest(create(DocumentSchema, {}))).toBe('');
});

test('a price has the digits of its currency', () => {
  expect(priceText({ amountMinor: 1099n, currencyCode: 'EUR' })).toBe('10.99 EUR');
  expect(priceText({ amountMinor: 980n, currencyCode: 'JPY' })).toBe('980 JPY');
  expect(priceText({ amountMinor: 5n, currencyCode: 'USD' })).toBe('0.05 USD');
  expect(priceText({ amountMinor: 1500n, currencyCode: 'KWD' })).toBe('1.500 KWD');
});
