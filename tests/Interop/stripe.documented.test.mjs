// What Stripe documents beside the main flows, with its unmodified client: every end of a dispute, bank debits, failing payouts, API
// versions, hints on retrying; and the snippets that the simulator prints.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { simulate } from './simulator.mjs';

let box, stripe;
const pay = (more = {}, options) => stripe.paymentIntents.create({ amount: 1099, currency: 'usd', payment_method: 'pm_card_visa', payment_method_types: ['card'], confirm: true, ...more }, options);
const disputed = async (token) => (await stripe.disputes.list({ payment_intent: (await pay({ payment_method: token })).id })).data[0];
const upload = (data, type = 'application/pdf') => stripe.files.create({ purpose: 'dispute_evidence', file: { data: Buffer.from(data), name: 'x', type } });

before(async () => {
  box = await simulate('stripe');
  stripe = new Stripe('sk_test_x', { host: '127.0.0.1', port: box.port, protocol: 'http', maxNetworkRetries: 0 });
});
after(() => box.stop());

test('the printed snippets run as they stand', async () => {
  const all = await simulate('all');
  const folder = mkdtempSync(fileURLToPath(new URL('./snippet-', import.meta.url)));
  try {
    for (const section of all.out.split(/^(?=\w+ {2}http:)/m).filter((s) => /^(stripe|adyen) /.test(s))) {
      const lines = section.split('\n').filter((l) => l.startsWith('    ')).map((l) => l.slice(4));
      assert.equal(lines.length, 3, section);
      writeFileSync(`${folder}/snippet.mjs`, lines.join('\n'));
      const run = spawn('node', [`${folder}/snippet.mjs`], { stdio: ['ignore', 'inherit', 'pipe'] });
      let errors = '';
      run.stderr.on('data', (chunk) => { errors += chunk; });
      assert.equal(await new Promise((done) => run.on('exit', done)), 0, errors);
    }
    const { charges } = await all.sim('/charges');
    assert.ok(charges.length >= 2 && charges.every((c) => c.outcome === 'approved'));
  } finally {
    rmSync(folder, { recursive: true });
    all.stop();
  }
});

test('disputes end in every documented way', async () => {
  const accepted = await stripe.disputes.close((await disputed('pm_card_createDispute')).id);
  assert.equal(accepted.status, 'lost');
  const losing = await disputed('pm_card_createDisputeProductNotReceived');
  assert.equal(losing.reason, 'product_not_received');
  await stripe.disputes.update(losing.id, { evidence: { uncategorized_text: 'losing_evidence' } });
  assert.equal((await stripe.disputes.retrieve(losing.id)).status, 'lost');
  await assert.rejects(stripe.disputes.update(losing.id, { evidence: { product_description: 'x' } }), /already been submitted/);
  const asked = await disputed('pm_card_createDisputeInquiry');
  assert.equal((await stripe.disputes.update(asked.id, { evidence: { uncategorized_text: 'winning_evidence' } })).status, 'warning_under_review');
  assert.equal((await stripe.disputes.retrieve(asked.id)).status, 'warning_closed');
  const escalated = await disputed('pm_card_createDisputeInquiry');
  await stripe.disputes.update(escalated.id, { evidence: { uncategorized_text: 'escalate_inquiry_evidence' } });
  const now = await stripe.disputes.retrieve(escalated.id);
  assert.deepEqual([now.status, now.is_charge_refundable, now.balance_transactions.length], ['needs_response', false, 1]);
  const both = (await stripe.disputes.list({ payment_intent: (await pay({ payment_method: 'pm_card_createMultipleDisputes' })).id })).data;
  await box.advance('5s');
  const late = await disputed('pm_card_createDispute');
  await box.advance('10d');
  const expired = await stripe.disputes.retrieve(late.id);
  assert.deepEqual([expired.status, both.length], ['lost', 1]);
});

test('evidence has limits: kind of file, size, characters, pages', async () => {
  const dispute = await disputed('pm_card_createDispute');
  await assert.rejects(upload('MZ not a document'), /PDF, JPEG or PNG/);
  await assert.rejects(upload('%PDF' + 'x'.repeat(5 * 1024 * 1024)), /5 MB/);
  const big = await Promise.all([1, 2].map(() => upload('%PDF' + 'x'.repeat(3 * 1024 * 1024))));
  await assert.rejects(stripe.disputes.update(dispute.id, { submit: false, evidence: { receipt: big[0].id, service_documentation: big[1].id } }), /4\.5 MB/);
  const long = await upload('%PDF-1.4 ' + '<< /Type /Pages >> ' + '<< /Type /Page >> '.repeat(50));
  await assert.rejects(stripe.disputes.update((await disputed('pm_card_createDispute')).id, { submit: false, evidence: { receipt: long.id } }), (e) => e.code === 'dispute_evidence_page_limit_exceeded');
  await assert.rejects(stripe.disputes.update(dispute.id, { submit: false, evidence: { receipt: 'file_none' } }), (e) => e.code === 'resource_missing');
});

test('bank debits: processing first, then what each documented account does', async () => {
  const expected = {
    success: 'succeeded', accountClosed: 'requires_payment_method', noAccount: 'requires_payment_method', insufficientFunds: 'requires_payment_method', debitNotAuthorized: 'requires_payment_method',
    weeklyLimitExceeded: 'requires_payment_method', invalidCurrency: 'requires_payment_method', riskLevelHighest: 'requires_payment_method', dispute: 'succeeded', processing: 'processing',
  };
  const intents = {};
  for (const name of Object.keys(expected)) intents[name] = await pay({ payment_method: `pm_usBankAccount_${name}`, payment_method_types: ['us_bank_account'] });
  for (const name of ['success_at', 'failed_at']) intents[name] = await pay({ currency: 'eur', payment_method: `pm_sepaDebit_${name}`, payment_method_types: ['sepa_debit'] });
  assert.ok(Object.values(intents).every((i) => i.status === 'processing'));
  await box.advance('5m');
  const status = async (name) => (await stripe.paymentIntents.retrieve(intents[name].id)).status;
  for (const [name, wanted] of Object.entries({ ...expected, success_at: 'succeeded', failed_at: 'requires_payment_method' })) assert.equal(await status(name), wanted, name);
  assert.equal((await stripe.disputes.list({ payment_intent: intents.dispute.id })).data[0].reason, 'debit_not_authorized');
  const { last_payment_error: closed, latest_charge: debit } = await stripe.paymentIntents.retrieve(intents.accountClosed.id, { expand: ['latest_charge'] });
  assert.deepEqual([closed.code, closed.type, debit.failure_code, debit.id.slice(0, 3)], ['account_closed', 'invalid_request_error', 'account_closed', 'py_']);
});

test('charges by token: at once, captured later, declined', async () => {
  const charge = await stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa', capture: false, metadata: { a: 'b' } });
  assert.deepEqual([charge.captured, charge.metadata.a], [false, 'b']);
  assert.equal((await stripe.charges.capture(charge.id, { amount: 1500 })).amount_captured, 1500);
  await assert.rejects(stripe.charges.capture(charge.id), (e) => e.code === 'charge_already_captured');
  await assert.rejects(stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_chargeDeclinedExpiredCard' }), (e) => e.type === 'StripeCardError' && e.code === 'expired_card');
  const token = await stripe.tokens.create({ card: { number: '4242424242424242', exp_month: 1, exp_year: 2035, cvc: '123' } });
  assert.equal((await stripe.charges.create({ amount: 100, currency: 'usd', source: token.id })).status, 'succeeded');
  await assert.rejects(stripe.charges.create({ amount: 100, currency: 'usd', source: token.id }), (e) => e.code === 'token_already_used');
  assert.equal((await stripe.charges.search({ query: "metadata['a']:'b'" })).data[0].id, charge.id);
});

test('payouts to the documented failing accounts come back', async () => {
  await pay({ amount: 90_000, payment_method: 'pm_card_bypassPending' });
  for (const [destination, code] of [['000111111116', 'no_account'], ['000111111113', 'account_closed'], ['000222222227', 'insufficient_funds'], ['000333333335', 'debit_not_authorized'], ['000444444440', 'invalid_currency']]) {
    const payout = await stripe.payouts.create({ amount: 100, currency: 'usd', destination });
    await box.advance('2d');
    const failed = await stripe.payouts.retrieve(payout.id);
    assert.deepEqual([failed.status, failed.failure_code], ['failed', code]);
  }
  await assert.rejects(stripe.payouts.create({ amount: 10_000_000, currency: 'usd' }), (e) => e.code === 'balance_insufficient');
  assert.deepEqual((await box.sim('/books')).discrepancies, []);
});

test('API versions by header, and what Stripe-Should-Retry says', async () => {
  const raw = (path, headers = {}, form) => fetch(box.base + path, { method: form ? 'POST' : 'GET', body: form && new URLSearchParams(form), headers: { authorization: 'Bearer sk_test_x', ...headers } });
  assert.equal((await raw('/v1/balance', { 'stripe-version': '2024-06-20' })).headers.get('stripe-version'), '2024-06-20');
  const wrong = await raw('/v1/balance', { 'stripe-version': 'yesterday' });
  assert.deepEqual([wrong.status, (await wrong.json()).error.message], [400, 'Invalid Stripe API version: yesterday']);
  const product = await stripe.products.create({ name: 'P' });
  const price = await stripe.prices.create({ product: product.id, unit_amount: 500, currency: 'usd', recurring: { interval: 'month' } });
  const customer = await stripe.customers.create({ payment_method: 'pm_card_visa' });
  const subscribe = async (version) => (await raw('/v1/subscriptions', { 'stripe-version': version }, { customer: customer.id, 'items[0][price]': price.id, trial_period_days: '3' })).json();
  const [old, young] = [await subscribe('2024-06-20'), await subscribe('2026-10-28.endive')];
  assert.ok(old.current_period_end > 0 && young.current_period_end === undefined && young.items.data[0].current_period_end > 0);
  for (const status of [429, 500, 503]) {
    await box.sim('/faults', { rule: `stripe GET /v1/balance status(${status}) count=1` });
    assert.equal((await raw('/v1/balance')).headers.get('stripe-should-retry'), 'true');
  }
  assert.equal((await raw('/v1/charges/none')).headers.get('stripe-should-retry'), null);
  assert.ok((await raw('/v1/balance')).headers.get('request-id').startsWith('req_'));
});

test('the journal can be asked: by path, fault, status and key', async () => {
  await box.sim('/faults', { rule: 'stripe GET /v1/events drop-after count=2' });
  await assert.rejects(stripe.events.list());
  await pay({}, { idempotencyKey: 'ask-me' });
  const journal = async (query) => (await (await fetch(`${box.base}/_sim/journal?${query}`)).text()).trim().split('\n').filter(Boolean).map((l) => JSON.parse(l));
  assert.deepEqual((await journal('fault=*drop-after*')).map((e) => [e.path, e.status]), [['/v1/events', 0], ['/v1/events', 0]]); // the client tries once more by itself
  assert.deepEqual((await journal('key=ask-me&status=200')).map((e) => e.method), ['POST']);
  assert.equal((await journal('path=/v1/nothing*')).length, 0);
});
