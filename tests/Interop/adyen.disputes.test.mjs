// Disputes and settlement at Adyen, with its unmodified library: every stage, what it does to the money, and the report that explains it.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import adyen from '@adyen/api-library';
import { adyenSandbox, card, merchantAccount } from './simulator.mjs';

let box, disputes;
const merchant = { merchantAccountCode: merchantAccount };
const pdf = (text) => ({ content: Buffer.from(`%PDF-1.4 ${text}`).toString('base64'), contentType: 'application/pdf', defenseDocumentTypeCode: 'DefenseMaterial' });
const holder = (holderName, more = {}) => box.pay({ paymentMethod: { ...card, holderName, ...more } });
const later = async (by) => { await box.advance(by); await box.settle(); };
const told = (code, psp, status) => box.items().find((i) => i.eventCode === code && i.originalReference === psp && (!status || i.additionalData.disputeStatus === status));
const charge = async (psp) => (await box.sim('/charges?limit=500')).charges.find((c) => c.id === psp);
const defend = async (disputePspReference, text) => {
  const supplied = await disputes.supplyDefenseDocument({ ...merchant, disputePspReference, defenseDocuments: [pdf(text)] });
  assert.equal(supplied.disputeServiceResult.success, true);
  return disputes.defendDispute({ ...merchant, disputePspReference, defenseReasonCode: 'SupplyDefenseMaterial' });
};

before(async () => { box = await adyenSandbox(); disputes = new adyen.DisputesAPI(box.client).DisputesApi; });
after(() => box.stop());

test('announced, charged back, defended with a document, reversed for a while, charged back a second time', async () => {
  const { pspReference } = await holder('Chargeback:4853', { number: '5555444433331111' });
  await later('3s');
  const notice = told('NOTIFICATION_OF_CHARGEBACK', pspReference);
  const booked = told('CHARGEBACK', pspReference);
  assert.equal(notice.pspReference, booked.pspReference);
  assert.deepEqual([booked.amount.value, booked.additionalData.disputeStatus, booked.additionalData.chargebackReasonCode, booked.additionalData.defendable], [1099, 'Undefended', '4853', 'true']);
  assert.ok(Date.parse(notice.additionalData.defensePeriodEndsAt) > Date.parse(notice.eventDate));
  const disputePspReference = booked.pspReference;
  assert.equal((await charge(pspReference)).disputed, 1099);
  const { defenseReasons } = await disputes.retrieveApplicableDefenseReasons({ ...merchant, disputePspReference });
  assert.ok(defenseReasons.length >= 15 && defenseReasons.some((r) => r.defenseReasonCode === 'CreditOrCancellationPolicyProperlyDisclosed'));
  for (const { satisfied, defenseDocumentTypes } of defenseReasons) assert.equal(satisfied, defenseDocumentTypes.every((d) => d.requirementLevel === 'Optional'));
  assert.match((await disputes.defendDispute({ ...merchant, disputePspReference, defenseReasonCode: 'SupplyDefenseMaterial' })).disputeServiceResult.errorMessage, /missing/);
  await disputes.supplyDefenseDocument({ ...merchant, disputePspReference, defenseDocuments: [pdf('losing_evidence')] });
  assert.equal((await disputes.deleteDisputeDefenseDocument({ ...merchant, disputePspReference, defenseDocumentType: 'DefenseMaterial' })).disputeServiceResult.success, true);
  assert.equal((await defend(disputePspReference, 'losing_evidence')).disputeServiceResult.success, true);
  assert.equal((await disputes.acceptDispute({ ...merchant, disputePspReference })).disputeServiceResult.success, false);
  await later('1d');
  assert.ok(told('CHARGEBACK_REVERSED', pspReference, 'Pending'));
  assert.equal((await charge(pspReference)).disputed, 0);
  await later('31d');
  assert.equal(told('SECOND_CHARGEBACK', pspReference).additionalData.disputeStatus, 'Lost');
  assert.equal((await charge(pspReference)).disputed, 1099);
});

test('a defence that holds; Visa fraud goes through pre-arbitration', async () => {
  const quality = (await holder('Chargeback:13.3')).pspReference;
  const fraud = (await holder('Chargeback:10.4')).pspReference;
  const lost = (await holder('Chargeback:10.4')).pspReference;
  await later('3s');
  for (const [psp, text] of [[quality, 'winning_evidence'], [fraud, 'winning_evidence'], [lost, 'losing_evidence']]) await defend(told('CHARGEBACK', psp).pspReference, text);
  await later('40d');
  assert.ok(told('CHARGEBACK_REVERSED', quality, 'Pending') && told('ISSUER_RESPONSE_TIMEFRAME_EXPIRED', quality, 'Won'));
  assert.ok(told('PREARBITRATION_WON', fraud, 'Pending') && told('PREARBITRATION_WON', fraud, 'Won'));
  assert.ok(told('PREARBITRATION_WON', lost, 'Pending') && told('PREARBITRATION_LOST', lost, 'Lost'));
  assert.deepEqual([(await charge(quality)).disputed, (await charge(fraud)).disputed, (await charge(lost)).disputed], [0, 0, 1099]);
});

test('accepted, or left alone until the period ends: lost; the documented holder names play whole cases', async () => {
  const given = (await holder('Chargeback')).pspReference;
  const left = (await holder('Chargeback')).pspReference;
  const won = (await holder('Chargeback Reversed')).pspReference;
  const twice = (await holder('Second Chargeback')).pspReference;
  await later('3s');
  assert.equal((await disputes.acceptDispute({ ...merchant, disputePspReference: told('CHARGEBACK', given).pspReference })).disputeServiceResult.success, true);
  await later('40d');
  assert.ok(told('DISPUTE_DEFENSE_PERIOD_ENDED', given, 'Accepted') && told('DISPUTE_DEFENSE_PERIOD_ENDED', left, 'Expired'));
  assert.deepEqual(await Promise.all([given, left, won, twice].map(async (psp) => (await charge(psp)).disputed)), [1099, 1099, 0, 1099]);
  await assert.rejects(disputes.acceptDispute({ merchantAccountCode: 'Another', disputePspReference: 'X' }), (e) => e.statusCode === 403);
  assert.match((await disputes.acceptDispute({ ...merchant, disputePspReference: 'NOSUCH' })).disputeServiceResult.errorMessage, /not found/);
});

test('a request for information moves no money; answered well it ends there, unanswered it may become a chargeback', async () => {
  const { pspReference } = await holder('Request For Information');
  await later('3s');
  const asked = told('REQUEST_FOR_INFORMATION', pspReference);
  assert.deepEqual([asked.additionalData.disputeStatus, asked.additionalData.rfiReasonCode, (await charge(pspReference)).disputed], ['Unresponded', '10.4', 0]);
  await defend(asked.pspReference, 'winning_evidence');
  await box.settle();
  assert.equal(told('INFORMATION_SUPPLIED', pspReference).additionalData.disputeStatus, 'Responded');
  const silent = await Promise.all(Array.from({ length: 8 }, () => holder('Request For Information')));
  await later('20d');
  assert.equal(told('NOTIFICATION_OF_CHARGEBACK', pspReference), undefined);
  const escalated = silent.filter((p) => told('CHARGEBACK', p.pspReference)).length;
  assert.ok(silent.every((p) => told('REQUEST_FOR_INFORMATION', p.pspReference, 'Expired')) && escalated > 0 && escalated < 8, `${escalated} escalated`);
});

test('a person opens a dispute on the page', async () => {
  const { pspReference } = await box.pay();
  assert.match((await box.sim('/disputes', { provider: 'adyen', charge: pspReference, reason: 'fraudulent' })).message, /was opened/);
  await later('1s');
  assert.ok(told('CHARGEBACK', pspReference));
});

/** The lines of a settlement file as objects; no field of this test holds a comma. */
const lines = (csv) => {
  const [head, ...rows] = csv.trim().split('\n').map((row) => row.split(','));
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
};
const cents = (text) => Math.round(Number(text || 0) * 100);
const net = (rows) => rows.reduce((sum, row) => sum + cents(row['Net Credit (NC)']) - cents(row['Net Debit (NC)']), 0);
const download = async (url) => (await fetch(url, { headers: { authorization: 'Basic ' + Buffer.from(`report@Company.Busker:${box.apiKey}`).toString('base64') } })).text();
const reports = () => box.items().filter((i) => i.eventCode === 'REPORT_AVAILABLE');

test('settlement detail reports: one per batch, announced, in Adyen\'s columns; each nets to zero and together they explain the bank', async () => {
  const paid = await box.pay({ reference: 'settled 1' });
  await box.checkout.ModificationsApi.refundCapturedPayment(paid.pspReference, { merchantAccount, amount: { value: 99, currency: 'EUR' }, reference: 'r1' });
  await box.pay({ amount: { value: 5000, currency: 'JPY' } });
  await later('2d');
  const files = await Promise.all(reports().map((r) => download(r.reason)));
  assert.ok(files.length >= 2 && reports().every((r) => r.success === 'true' && r.pspReference.startsWith('settlement_detail_report_batch_')));
  assert.ok(files[0].startsWith('Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Payment Method Variant,Modification Merchant Reference,Batch Number,'));
  for (const file of files) assert.equal(net(lines(file)), 0);
  const all = files.flatMap(lines);
  const types = new Set(all.map((l) => l.Type));
  for (const type of ['Settled', 'Refunded', 'Chargeback', 'SecondChargeback', 'ChargebackReversed', 'Fee', 'MerchantPayout']) assert.ok(types.has(type), type);
  const settled = all.find((l) => l['Merchant Reference'] === 'settled 1' && l.Type === 'Settled');
  assert.deepEqual([settled['Gross Credit (GC)'], settled['Payment Method'], settled['Net Currency']], ['10.99', 'visa', 'EUR']);
  assert.equal(cents(settled['Gross Credit (GC)']) - cents(settled['Net Credit (NC)']), cents(settled['Markup (NC)']) + cents(settled['Scheme Fees (NC)']) + cents(settled['Interchange (NC)']));
  assert.equal(all.find((l) => l['Net Currency'] === 'JPY' && l.Type === 'Settled')['Gross Credit (GC)'], '5000');
  const { books, discrepancies } = await box.sim('/books');
  assert.deepEqual(discrepancies, []);
  const payouts = all.filter((l) => l.Type === 'MerchantPayout' && l['Net Currency'] === 'EUR').reduce((sum, l) => sum + cents(l['Net Debit (NC)']), 0);
  assert.equal(books.find((b) => b.currency === 'EUR').bank, payouts);
  assert.equal((await fetch(`${box.base}/reports/download/MerchantAccount/${merchantAccount}/none.csv`, { headers: { 'x-api-key': box.apiKey } })).status, 404);
});

test('settlement files can come truncated, doubled, a second time, or with a line missing', async () => {
  const next = async (rule) => {
    await box.sim('/faults', { rule: `adyen file settlement_detail_report_batch_* ${rule} count=1` });
    for (let i = 0; i < 3; i++) await box.pay({ reference: `${rule} ${i}` });
    const before = reports().length;
    await later('1d');
    assert.equal(reports().length, before + 1);
    return download(reports().at(-1).reason);
  };
  const whole = await next('missing-line p=0');
  assert.equal(net(lines(whole)), 0);
  assert.notEqual(net(lines(await next('missing-line'))), 0);
  const doubled = lines(await next('duplicated'));
  assert.ok(doubled.every((l, i) => i % 2 === 0 || JSON.stringify(l) === JSON.stringify(doubled[i - 1])));
  const before = await download(reports().at(-1).reason);
  assert.equal(await next('resent'), before);
  const cut = await next('truncated');
  assert.ok(!cut.endsWith('\n') && lines(cut).length < 7);
  assert.deepEqual((await box.sim('/books')).discrepancies, []);
});
