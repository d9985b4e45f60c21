// The unmodified `stripe` client against the simulator: complete flows over a real socket.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { chromium } from 'playwright-core';

const cli = fileURLToPath(new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url));
let host, port, stripe, base;
const sim = async (path, body, method = 'POST') => (await fetch(base + '/_sim' + path, { method, body: body && JSON.stringify(body) })).json();
const pay = (more = {}, options) => stripe.paymentIntents.create(
  { amount: 1099, currency: 'usd', payment_method: 'pm_card_visa', payment_method_types: ['card'], confirm: true, ...more }, options);

before(async () => {
  host = spawn('dotnet', [cli, 'simulate', 'stripe', '--port', '0', '--clock', 'frozen', '--seed', '7'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const out = await new Promise((done, fail) => {
    let text = '';
    host.stdout.on('data', (chunk) => { text += chunk; if (text.includes('\nready')) done(text); });
    host.on('exit', (code) => fail(new Error(`the simulator stopped with ${code}: ${text}`)));
  });
  port = Number(/stripe {2}http:\/\/127\.0\.0\.1:(\d+)/.exec(out)[1]);
  base = `http://127.0.0.1:${port}`;
  stripe = new Stripe(/secret key: (\S+)/.exec(out)[1], { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 2 });
});

after(() => host.kill());

test('create, confirm, capture in part, refund in part', async () => {
  const created = await stripe.paymentIntents.create({ amount: 5000, currency: 'eur', capture_method: 'manual', payment_method_types: ['card'], metadata: { order: '7' } });
  assert.equal(created.status, 'requires_payment_method');
  const held = await stripe.paymentIntents.confirm(created.id, { payment_method: 'pm_card_mastercard' });
  assert.equal(held.status, 'requires_capture');
  assert.equal(held.amount_capturable, 5000);
  const paid = await stripe.paymentIntents.capture(created.id, { amount_to_capture: 3000 });
  assert.deepEqual([paid.status, paid.amount_received, paid.metadata.order], ['succeeded', 3000, '7']);
  const refund = await stripe.refunds.create({ payment_intent: created.id, amount: 1000, reason: 'requested_by_customer' });
  assert.equal(refund.status, 'succeeded');
  const charge = await stripe.charges.retrieve(paid.latest_charge, { expand: ['balance_transaction', 'payment_intent.customer'] });
  // what was paid back, and the 2000 that were let go
  assert.deepEqual([charge.amount_captured, charge.amount_refunded, charge.payment_method_details.card.brand], [3000, 3000, 'mastercard']);
  assert.equal(charge.balance_transaction.net, 3000 - Math.round(3000 * 0.029) - 30);
  assert.equal(charge.payment_intent.id, created.id);
  await assert.rejects(stripe.refunds.create({ charge: charge.id, amount: 2001 }), (e) => e.code === 'amount_too_large' && e.param === 'amount');
});

test('multi-capture, over-capture, incremental authorization, cancel', async () => {
  const intent = await pay({ amount: 1000, capture_method: 'manual', payment_method_options: { card: { request_incremental_authorization: 'if_available', request_multicapture: 'if_available', request_overcapture: 'if_available' } } });
  assert.equal((await stripe.paymentIntents.incrementAuthorization(intent.id, { amount: 2000 })).amount_capturable, 2000);
  const part = await stripe.paymentIntents.capture(intent.id, { amount_to_capture: 500, final_capture: false });
  assert.deepEqual([part.status, part.amount_capturable], ['requires_capture', 1500]);
  assert.equal((await stripe.paymentIntents.capture(intent.id, { final_capture: true })).amount_received, 2000);
  const over = await pay({ amount: 1000, capture_method: 'manual', payment_method_options: { card: { request_overcapture: 'if_available' } } });
  assert.equal((await stripe.paymentIntents.capture(over.id, { amount_to_capture: 1200 })).amount_received, 1200);
  const gone = await pay({ capture_method: 'manual' });
  assert.equal((await stripe.paymentIntents.cancel(gone.id, { cancellation_reason: 'abandoned' })).cancellation_reason, 'abandoned');
  await assert.rejects(stripe.paymentIntents.capture(gone.id), (e) => e.code === 'payment_intent_unexpected_state');
});

test('3-D Secure in a browser: a person completes it, another fails it', async () => {
  const back = createServer((_, reply) => reply.end('<p id=back>back</p>'));
  await new Promise((up) => back.listen(0, '127.0.0.1', up));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  try {
    const return_url = `http://127.0.0.1:${back.address().port}/done`;
    for (const [button, status] of [['#test-source-authorize-3ds', 'succeeded'], ['#test-source-fail-3ds', 'requires_payment_method']]) {
      const intent = await pay({ payment_method: 'pm_card_threeDSecure2Required', return_url });
      assert.equal(intent.status, 'requires_action');
      const page = await browser.newPage();
      await page.goto(intent.next_action.redirect_to_url.url);
      await page.click(button);
      await page.waitForSelector('#back');
      assert.equal(new URL(page.url()).searchParams.get('payment_intent'), intent.id);
      const done = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge'] });
      assert.equal(done.status, status);
      if (status === 'succeeded') assert.equal(done.latest_charge.payment_method_details.card.three_d_secure.result, 'authenticated');
      else assert.equal(done.last_payment_error.code, 'payment_intent_authentication_failure');
    }
  } finally {
    await browser.close();
    back.close();
  }
});

test('a setup intent makes a card ready for payments without its owner', async () => {
  const customer = await stripe.customers.create({ email: 'ada@example.com' });
  await assert.rejects(pay({ customer: customer.id, payment_method: 'pm_card_authenticationRequired', off_session: true }), (e) => e.code === 'authentication_required' && e.payment_intent.status === 'requires_payment_method');
  const setup = await stripe.setupIntents.create({ customer: customer.id, payment_method: 'pm_card_visa', confirm: true, payment_method_types: ['card'] });
  assert.equal(setup.status, 'succeeded');
  assert.equal((await stripe.mandates.retrieve(setup.mandate)).status, 'active');
  const intent = await pay({ customer: customer.id, payment_method: setup.payment_method, off_session: true });
  assert.equal(intent.status, 'succeeded');
  assert.equal((await stripe.customers.listPaymentMethods(customer.id)).data.length, 1);
});

test('a dispute: evidence with a file, submitted, won, money back; an inquiry moves none', async () => {
  const intent = await pay({ payment_method: 'pm_card_createDispute' });
  await sim('/settle');
  const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
  assert.deepEqual([dispute.status, dispute.amount, dispute.balance_transactions[0].net], ['needs_response', 1099, -1099 - 1500]);
  await assert.rejects(stripe.refunds.create({ payment_intent: intent.id }), (e) => e.code === 'charge_disputed');
  const file = await stripe.files.create({ purpose: 'dispute_evidence', file: { data: Buffer.from('%PDF-1.4 receipt'), name: 'receipt.pdf', type: 'application/pdf' } });
  const staged = await stripe.disputes.update(dispute.id, { evidence: { receipt: file.id }, submit: false });
  assert.deepEqual([staged.status, staged.evidence_details.has_evidence], ['needs_response', true]);
  await assert.rejects(stripe.disputes.update(dispute.id, { evidence: { product_description: 'x'.repeat(150_001) } }), (e) => e.type === 'StripeInvalidRequestError');
  const sent = await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence', product_description: '' } });
  assert.equal(sent.status, 'under_review');
  const won = await stripe.disputes.retrieve(dispute.id);
  assert.deepEqual([won.status, won.balance_transactions.length], ['won', 2]);
  const asked = await pay({ payment_method: 'pm_card_createDisputeInquiry' });
  const [inquiry] = (await stripe.disputes.list({ payment_intent: asked.id })).data;
  assert.deepEqual([inquiry.status, inquiry.is_charge_refundable, inquiry.balance_transactions.length], ['warning_needs_response', true, 0]);
  const warned = await pay({ payment_method: 'pm_card_createIssuerFraudRecord' });
  assert.equal((await stripe.radar.earlyFraudWarnings.list({ payment_intent: warned.id })).data[0].actionable, true);
});

test('refunds that wait and refunds that fail after they succeeded', async () => {
  const slow = await stripe.refunds.create({ payment_intent: (await pay({ payment_method: 'pm_card_pendingRefund' })).id });
  const broken = await stripe.refunds.create({ payment_intent: (await pay({ payment_method: 'pm_card_refundFail' })).id });
  assert.deepEqual([slow.status, broken.status], ['pending', 'succeeded']);
  await sim('/clock', { advance: '10m' });
  assert.equal((await stripe.refunds.retrieve(slow.id)).status, 'succeeded');
  assert.equal((await stripe.refunds.retrieve(broken.id)).status, 'failed');
});

test('webhooks are verified by the client itself, are retried, and can be spoiled', async () => {
  const got = [];
  let refuse = true;
  const receiver = createServer(async (request, reply) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const failing = refuse;
    refuse = false;
    got.push({ body: Buffer.concat(chunks).toString(), signature: request.headers['stripe-signature'], failing });
    reply.writeHead(failing ? 500 : 200).end();
  });
  await new Promise((up) => receiver.listen(0, '127.0.0.1', up));
  try {
    const endpoint = await stripe.webhookEndpoints.create({ url: `http://127.0.0.1:${receiver.address().port}/hook`, enabled_events: ['payment_intent.succeeded'] });
    const intent = await pay();
    await sim('/settle');
    assert.equal(got.length, 1);
    await sim('/clock', { advance: '6m' });
    assert.equal(got.length, 2);
    const at = Date.parse((await sim('/state', null, 'GET')).now);
    const event = stripe.webhooks.constructEvent(got[1].body, got[1].signature, endpoint.secret, 600, undefined, at);
    assert.deepEqual([event.type, event.data.object.id], ['payment_intent.succeeded', intent.id]);
    assert.equal((await stripe.events.retrieve(event.id)).id, event.id);
    await sim('/faults', { rule: 'stripe webhook * bad-signature count=1' });
    await pay();
    await sim('/settle');
    assert.throws(() => stripe.webhooks.constructEvent(got[2].body, got[2].signature, endpoint.secret, 600, undefined, at), /signature/);
    await sim('/faults', { rule: 'stripe webhook * duplicate(2) count=1' });
    await pay();
    await sim('/settle');
    assert.equal(got.length, 6);
    await stripe.webhookEndpoints.del(endpoint.id);
  } finally {
    await sim('/faults', null, 'DELETE');
    receiver.close();
  }
});

test('a reply dropped after the charge: the client tries again with its key and is charged once', async () => {
  await sim('/faults', { rule: 'stripe POST /v1/payment_intents drop-after count=1' });
  const intent = await pay({ amount: 4242 });
  const truth = (await sim('/charges?reference=' + intent.id, null, 'GET')).charges;
  assert.deepEqual(truth.map((c) => c.captured), [4242]);
  assert.equal(intent.lastResponse.headers['idempotent-replayed'], 'true');
  await sim('/faults', null, 'DELETE');
});

test('idempotency keys: replayed, misused, in use', async () => {
  const key = 'order-99';
  const one = await pay({}, { idempotencyKey: key });
  const two = await pay({}, { idempotencyKey: key });
  assert.equal(one.id, two.id);
  await assert.rejects(pay({ amount: 5 * 1099 }, { idempotencyKey: key }), (e) => e instanceof Stripe.errors.StripeIdempotencyError && e.statusCode === 400);
  await sim('/faults', { rule: 'stripe POST /v1/payment_intents delay(400ms) count=1' });
  const impatient = new Stripe('sk_test_x', { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0 });
  const body = { amount: 700, currency: 'usd', payment_method: 'pm_card_visa', payment_method_types: ['card'], confirm: true };
  const slow = impatient.paymentIntents.create(body, { idempotencyKey: 'busy' });
  await new Promise((done) => setTimeout(done, 100));
  await assert.rejects(impatient.paymentIntents.create(body, { idempotencyKey: 'busy' }), (e) => e.statusCode === 409 && e.code === 'idempotency_key_in_use');
  assert.equal((await slow).status, 'succeeded');
  await sim('/faults', null, 'DELETE');
});

test('pages: auto-pagination, both directions, and search', async () => {
  const tag = 'page-' + port;
  for (let i = 0; i < 25; i++) await stripe.customers.create({ email: `p${i}@example.com`, metadata: { tag } });
  const names = [];
  for await (const customer of stripe.customers.list({ limit: 7 })) names.push(customer.email);
  assert.equal(names.filter((n) => /^p\d+@/.test(n)).length, 25);
  assert.equal(names[0], 'p24@example.com');
  const first = await stripe.customers.list({ limit: 3 });
  const next = await stripe.customers.list({ limit: 3, starting_after: first.data[2].id });
  const again = await stripe.customers.list({ limit: 3, ending_before: next.data[0].id });
  assert.deepEqual(again.data.map((c) => c.id), first.data.map((c) => c.id));
  assert.equal((await stripe.customers.search({ query: `metadata['tag']:'${tag}' AND email:'p3@example.com'` })).data.length, 1);
});

test('errors are of the classes that the client promises', async () => {
  const { errors } = Stripe;
  await assert.rejects(pay({ payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' }), (e) => e instanceof errors.StripeCardError && e.decline_code === 'insufficient_funds' && e.requestId.startsWith('req_'));
  await assert.rejects(pay({ amount: 0 }), (e) => e instanceof errors.StripeInvalidRequestError && e.param === 'amount');
  await assert.rejects(stripe.paymentIntents.retrieve('pi_none'), (e) => e.statusCode === 404 && e.code === 'resource_missing');
  const stranger = new Stripe('rk_wrong', { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0 });
  await assert.rejects(stranger.balance.retrieve(), (e) => e instanceof errors.StripeAuthenticationError);
  const once = new Stripe('sk_test_x', { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0 });
  for (const [rule, type] of [['status(429)', errors.StripeRateLimitError], ['status(500)', errors.StripeAPIError], ['drop-before', errors.StripeConnectionError], ['truncate', Error], ['malformed', errors.StripeAPIError]]) {
    await sim('/faults', { rule: `stripe GET /v1/balance ${rule} count=2` });
    await assert.rejects(once.balance.retrieve(), (e) => e instanceof type, rule);
    await sim('/faults', null, 'DELETE');
  }
});

test('subscriptions renew under a test clock, and an invoice can be paid', async () => {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1767600000 });
  const customer = await stripe.customers.create({ test_clock: clock.id });
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
  const product = await stripe.products.create({ name: 'Premium' });
  const price = await stripe.prices.create({ product: product.id, unit_amount: 1099, currency: 'usd', recurring: { interval: 'month' } });
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], default_payment_method: method.id, expand: ['latest_invoice'] });
  assert.deepEqual([subscription.status, subscription.latest_invoice.status, subscription.latest_invoice.total], ['active', 'paid', 1099]);
  await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: 1767600000 + 65 * 86400 });
  assert.equal((await stripe.invoices.list({ customer: customer.id })).data.length, 3);
  assert.equal((await stripe.subscriptions.cancel(subscription.id)).status, 'canceled');
});

test('payouts, and the reconciliation report that explains them', async () => {
  await pay({ payment_method: 'pm_card_bypassPending', amount: 20_000 });
  await sim('/clock', { advance: '3d' });
  const { available } = await stripe.balance.retrieve();
  const amount = available.find((b) => b.currency === 'usd').amount;
  const payout = await stripe.payouts.create({ amount, currency: 'usd' });
  await sim('/clock', { advance: '2d' });
  assert.equal((await stripe.payouts.retrieve(payout.id)).status, 'paid');
  const run = await stripe.reporting.reportRuns.create({ report_type: 'payout_reconciliation.itemized.5', parameters: { payout: payout.id } });
  await sim('/clock', { advance: '1m' });
  const done = await stripe.reporting.reportRuns.retrieve(run.id);
  const csv = await (await fetch(`${base}/v1/files/${done.result.id}/contents`, { headers: { authorization: 'Bearer sk_test_x' } })).text();
  const net = csv.trim().split('\n').slice(1).reduce((sum, line) => sum + Math.round(Number(line.split(',')[8]) * 100), 0);
  assert.equal(net, amount);
  assert.deepEqual((await sim('/books', null, 'GET')).discrepancies, []);
});
