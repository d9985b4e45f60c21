// PayPal after the payment: disputes over HTTP, webhooks with their certificates, and the reports, against the simulator.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { X509Certificate, createVerify } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { SearchError } from '@paypal/paypal-server-sdk';
import { base, bearer, charges, context, hooks, link, logIn, order, orders, page, payments, raw, received, refused, search, sim, start, stop, told, usd, webhookId, withCard } from './paypal.shop.mjs';

before(start);
after(stop);

test('disputes: an inquiry answered and escalated, a chargeback with evidence won on appeal, a claim accepted', async () => {
  const wallet = async (customId) => {
    const made = await order({ customId }, { applicationContext: context });
    await fetch(base + '/checkoutnow', { method: 'POST', body: new URLSearchParams({ token: made.id, action: 'approve' }), redirect: 'manual' });
    return (await orders.captureOrder({ id: made.id })).result.purchaseUnits[0].payments.captures[0].id;
  };
  const open = async (capture, reason) => /PP-\S+/.exec((await sim('/disputes', { provider: 'paypal', charge: capture, reason })).message)[0];
  const act = async (dispute, name, body) => raw('POST', `/v1/customer/disputes/${dispute}/${name}`, body);
  const show = async (dispute) => (await raw('GET', `/v1/customer/disputes/${dispute}`)).body;
  const balance = async () => (await search.searchBalances({})).result.balances[0];

  const first = await wallet('never came');
  const before = await balance();
  const inquiry = await open(first, 'product_not_received');
  let seen = await show(inquiry);
  assert.deepEqual([seen.dispute_life_cycle_stage, seen.status, seen.dispute_state, seen.dispute_channel], ['INQUIRY', 'OPEN', 'OPEN_INQUIRIES', 'INTERNAL']);
  assert.equal(Number((await balance()).withheldBalance.value) - Number(before.withheldBalance.value), 10.99);
  await refused(payments.refundCapturedPayment({ captureId: first, body: { amount: usd('1.00') } }), 422, 'CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED');
  assert.equal((await act(inquiry, 'adjudicate', { adjudication_outcome: 'SELLER_FAVOR' })).status, 422);
  assert.equal((await act(inquiry, 'send-message', { message: 'It is on its way.' })).status, 200);
  await act(inquiry, 'make-offer', { note: 'half?', offer_type: 'REFUND', offer_amount: { currency_code: 'USD', value: '5.00' } });
  await act(inquiry, 'deny-offer', { note: 'no' });
  await act(inquiry, 'escalate', { note: 'decide' });
  seen = await show(inquiry);
  assert.deepEqual([seen.dispute_life_cycle_stage, seen.dispute_state, seen.messages.length], ['CHARGEBACK', 'REQUIRED_ACTION', 3]);
  assert.equal((await act(inquiry, 'provide-evidence', { evidence_type: 'PROOF_OF_FULFILLMENT' })).body.details[0].issue, 'INVALID_EVIDENCE_TYPE');
  const form = new FormData();
  form.append('input', JSON.stringify({ evidences: [{ evidence_type: 'PROOF_OF_FULFILLMENT', evidence_info: { tracking_info: [{ carrier_name: 'UPS', tracking_number: '1Z999' }] } }] }));
  form.append('file1', new Blob(['%PDF-1.7 proof'], { type: 'application/pdf' }), 'proof.pdf');
  assert.equal((await fetch(`${base}/v1/customer/disputes/${inquiry}/provide-evidence`, { method: 'POST', body: form, headers: { authorization: `Bearer ${bearer}` } })).status, 200);
  seen = await show(inquiry);
  assert.deepEqual([seen.status, seen.evidences[0].documents[0].name], ['UNDER_REVIEW', 'proof.pdf']);
  await act(inquiry, 'adjudicate', { adjudication_outcome: 'SELLER_FAVOR' });
  assert.deepEqual((await show(inquiry)).dispute_outcome, { outcome_code: 'RESOLVED_SELLER_FAVOUR', amount_refunded: { currency_code: 'USD', value: '0.00' } });
  assert.equal((await balance()).availableBalance.value, before.availableBalance.value);

  const second = (await order({ customId: 'stolen' }, withCard())).purchaseUnits[0].payments.captures[0].id;
  await page.goto(base + '/_sim', { waitUntil: 'domcontentloaded' });
  await page.click(`button[data-dispute="${second}"]`); // a person's way of opening one
  await page.waitForSelector('#said.on');
  const chargeback = /PP-\S+/.exec(await page.textContent('#said'))[0];
  assert.equal((await show(chargeback)).dispute_channel, 'EXTERNAL');
  assert.deepEqual((await charges('stolen')).map((c) => [c.disputed, c.fees]), [[1099, 87 + 2000]]);
  await refused(payments.refundCapturedPayment({ captureId: second }), 422, 'REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK');
  await act(chargeback, 'provide-evidence', { evidence_type: 'OTHER', notes: 'the buyer logged in' });
  await act(chargeback, 'adjudicate', { adjudication_outcome: 'BUYER_FAVOR' });
  assert.equal((await show(chargeback)).dispute_state, 'APPEALABLE');
  await act(chargeback, 'appeal', { evidences: [{ evidence_type: 'LEGIT_ACCESS_PROOF', notes: 'logs' }] });
  assert.equal((await show(chargeback)).dispute_life_cycle_stage, 'PRE_ARBITRATION');
  await act(chargeback, 'adjudicate', { adjudication_outcome: 'SELLER_FAVOR' });
  assert.equal((await charges('stolen'))[0].disputed, 0);

  const third = await wallet('accepted');
  const claim = await open(third, 'UNAUTHORISED');
  await act(claim, 'accept-claim', { note: 'sorry', accept_claim_type: 'REFUND' });
  assert.deepEqual([(await show(claim)).dispute_outcome.outcome_code, (await charges('accepted'))[0].disputed], ['ACCEPTED', 1099]);
  const unanswered = await open(await wallet('silent'), 'UNAUTHORISED');
  await sim('/clock', { advance: '11d' });
  await logIn();
  assert.equal((await show(unanswered)).dispute_outcome.outcome_code, 'RESOLVED_BUYER_FAVOUR');

  const pages = [];
  for (let next = '/v1/customer/disputes?page_size=3'; next;) {
    const { body } = await raw('GET', next);
    pages.push(body.items.map((d) => d.dispute_id));
    next = link(body, 'next')?.replace(base, '');
  }
  assert.deepEqual(pages.map((p) => p.length), [3, 1]);
  assert.equal(new Set(pages.flat()).size, 4);
  await sim('/settle');
  for (const type of ['CREATED', 'UPDATED', 'RESOLVED']) assert.ok(told(`CUSTOMER.DISPUTE.${type}`, inquiry), type);
});

test('webhooks verify with the endpoint and with the certificate chain; forged ones do not; failed ones are sent again', async () => {
  await order({ description: 'Überraschung + <b>' }, withCard());
  await sim('/settle');
  const ca = new X509Certificate(await (await fetch(`${base}/v1/notifications/certs/ca`)).text());
  const check = async ({ headers: h, text }) => {
    const [pem] = (await (await fetch(h['paypal-cert-url'])).text()).split(/(?<=-----END CERTIFICATE-----)/);
    const certificate = new X509Certificate(pem);
    assert.ok(certificate.verify(ca.publicKey) && certificate.checkIssued(ca));
    const signed = `${h['paypal-transmission-id']}|${h['paypal-transmission-time']}|${webhookId}|${crc32(text)}`;
    const own = createVerify('RSA-SHA256').update(signed).verify(certificate.publicKey, h['paypal-transmission-sig'], 'base64');
    const { body } = await raw('POST', '/v1/notifications/verify-webhook-signature', {
      auth_algo: h['paypal-auth-algo'], cert_url: h['paypal-cert-url'], transmission_id: h['paypal-transmission-id'], transmission_sig: h['paypal-transmission-sig'],
      transmission_time: h['paypal-transmission-time'], webhook_id: webhookId, webhook_event: JSON.parse(text),
    });
    return [own, body.verification_status];
  };
  const sample = received.filter((r, i) => i % 7 === 0 || i > received.length - 4);
  assert.ok(sample.length > 5);
  for (const one of sample) assert.deepEqual(await check(one), [true, 'SUCCESS']);
  const last = received.at(-1);
  assert.deepEqual(await check({ ...last, text: last.text.replace('10.99', '11.99') }), [false, 'FAILURE']);
  await sim('/faults', { rule: 'paypal webhook PAYMENT.CAPTURE.COMPLETED bad-signature count=1' });
  await order({}, withCard());
  await sim('/settle');
  assert.deepEqual(await check(received.findLast((r) => r.event.event_type === 'PAYMENT.CAPTURE.COMPLETED')), [false, 'FAILURE']);
  hooks.answer = 500;
  const paid = await order({}, withCard());
  await sim('/settle');
  hooks.answer = 200;
  const capture = paid.purchaseUnits[0].payments.captures[0].id;
  const [e] = (await raw('GET', `/v1/notifications/webhooks-events?transaction_id=${capture}`)).body.events;
  assert.deepEqual(e.transmissions.map((t) => t.status), ['PENDING']);
  await sim('/clock', { advance: '5m' });
  assert.equal((await raw('GET', `/v1/notifications/webhooks-events/${e.id}`)).body.transmissions[0].status, 'SUCCESS');
  assert.ok(received.filter((r) => r.event.id === e.id).length >= 2);
  const count = received.filter((r) => r.event.id === e.id).length;
  assert.equal((await raw('POST', `/v1/notifications/webhooks-events/${e.id}/resend`, {})).status, 202);
  await raw('POST', '/v1/notifications/simulate-event', { webhook_id: webhookId, event_type: 'PAYMENT.AUTHORIZATION.VOIDED' });
  await sim('/settle');
  assert.equal(received.filter((r) => r.event.id === e.id).length, count + 1);
  assert.deepEqual(await check(received.at(-1)), [true, 'SUCCESS']);
  const { body } = await raw('PATCH', `/v1/notifications/webhooks/${webhookId}`, [{ op: 'replace', path: '/event_types', value: [{ name: 'PAYMENT.CAPTURE.REFUNDED' }] }]);
  assert.deepEqual(body.event_types.map((t) => t.name), ['PAYMENT.CAPTURE.REFUNDED']);
  const quiet = received.length;
  await order({}, withCard());
  await sim('/settle');
  assert.equal(received.length, quiet);
});

test('transaction search by pages, balances and the settlement report agree', async () => {
  await order({ amount: usd('5000.00') }, withCard());
  await sim('/clock', { advance: '1d' });
  await logIn();
  const { now } = await sim('/state', undefined, 'GET');
  const from = new Date(Date.parse(now) - 20 * 86_400_000).toISOString();
  const all = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const { result } = await search.searchTransactions({ startDate: from, endDate: now, fields: 'all', pageSize: 7, page });
    pages = result.totalPages;
    all.push(...result.transactionDetails);
  }
  assert.ok(all.length > 14);
  assert.equal(new Set(all.map((t) => t.transactionInfo.transactionId + t.transactionInfo.transactionEventCode)).size, all.length);
  assert.ok(['T0005', 'T0006', 'T1201', 'T1202', 'T0106', 'T1110', 'T1111', 'T0401'].every((code) => all.some((t) => t.transactionInfo.transactionEventCode === code)));
  const one = all.find((t) => t.transactionInfo.transactionEventCode === 'T0006');
  assert.ok(one.payerInfo.emailAddress);
  const { result: only } = await search.searchTransactions({ startDate: from, endDate: now, transactionId: one.transactionInfo.transactionId });
  assert.equal(only.totalItems, 1);
  await assert.rejects(search.searchTransactions({ startDate: '2020-01-01T00:00:00Z', endDate: now }), (e) => e instanceof SearchError && e.statusCode === 400 && JSON.parse(e.body).details[0].field === 'end_date');
  const { files } = (await raw('GET', '/ppreports/outgoing')).body;
  const text = await (await fetch(`${base}/ppreports/outgoing/${files.at(-1).name}`, { headers: { authorization: `Bearer ${bearer}` } })).text();
  assert.match(files.at(-1).name, /^STL-\d{8}\.01\.009\.CSV$/);
  const rows = text.trimEnd().split('\n');
  assert.deepEqual(rows.map((r) => r.slice(1, 3)).filter((type, i, list) => type !== list[i - 1]), ['RH', 'FH', 'SH', 'CH', 'SB', 'SF', 'SC', 'RF', 'RC', 'FF']);
  assert.deepEqual((await sim('/books', undefined, 'GET')).discrepancies, []);
});
