// What is usually tested with Stripe, with its unmodified client: intents and how they are confirmed, payment methods that are used up,
// expansion, Connect that is not there, and the life of a subscription.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import Stripe from 'stripe';
import { simulate } from './simulator.mjs';

const month = 31;
let box, stripe;
const card = { amount: 2000, currency: 'usd', payment_method_types: ['card'] };
const pay = (more = {}) => stripe.paymentIntents.create({ ...card, payment_method: 'pm_card_visa', confirm: true, ...more });
const press = (url, button) => fetch(`${url}/${button}`, { method: 'POST', redirect: 'manual' });
const told = async (type) => (await stripe.events.list({ type, limit: 100 })).data;

before(async () => {
  box = await simulate('stripe');
  stripe = new Stripe('sk_test_x', { host: '127.0.0.1', port: box.port, protocol: 'http', maxNetworkRetries: 0 });
});
after(() => box.stop());

test('methods of payment that are set in the Dashboard need an address to come back to', async () => {
  const plain = { amount: 1099, currency: 'eur' };
  assert.deepEqual((await stripe.paymentIntents.create(plain)).automatic_payment_methods, { allow_redirects: 'always', enabled: true });
  for (const more of [{}, { automatic_payment_methods: { enabled: true } }]) {
    await assert.rejects(stripe.paymentIntents.create({ ...plain, ...more, payment_method: 'pm_card_visa', confirm: true }), (e) => e.param === 'return_url' && /you must provide a `return_url`/.test(e.message));
  }
  const stays = { automatic_payment_methods: { enabled: true, allow_redirects: 'never' }, payment_method: 'pm_card_visa', confirm: true };
  assert.equal((await stripe.paymentIntents.create({ ...plain, ...stays })).status, 'succeeded');
  assert.equal((await stripe.paymentIntents.create({ ...plain, payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com' })).status, 'succeeded');
  await assert.rejects(stripe.paymentIntents.create({ ...plain, automatic_payment_methods: { enabled: true, allow_redirects: 'sometimes' } }), (e) => e.param === 'automatic_payment_methods[allow_redirects]');
  await assert.rejects(stripe.setupIntents.create({ payment_method: 'pm_card_visa', confirm: true }), (e) => e.param === 'return_url');
  assert.equal((await stripe.setupIntents.create(stays)).status, 'succeeded');
  const before2023 = new Stripe('sk_test_x', { host: '127.0.0.1', port: box.port, protocol: 'http', apiVersion: '2022-11-15' });
  assert.equal((await before2023.paymentIntents.create({ ...plain, payment_method: 'pm_card_visa', confirm: true })).status, 'succeeded');
});

test('the next action leads to an address for who has one to come back to, and into the script for others', async () => {
  const secure = { payment_method: 'pm_card_threeDSecure2Required' };
  const away = await pay({ ...secure, return_url: 'https://example.com/back' });
  assert.deepEqual([away.status, away.next_action.type, away.next_action.redirect_to_url.return_url], ['requires_action', 'redirect_to_url', 'https://example.com/back']);
  const inside = await pay(secure);
  assert.deepEqual([inside.next_action.type, inside.next_action.use_stripe_sdk.type, inside.next_action.redirect_to_url], ['use_stripe_sdk', 'three_d_secure_redirect', undefined]);
  assert.equal((await pay({ ...secure, return_url: 'https://example.com', use_stripe_sdk: true })).next_action.type, 'use_stripe_sdk');
  await assert.rejects(pay({ ...secure, error_on_requires_action: true }), (e) => e.type === 'StripeCardError' && e.code === 'authentication_required' && e.payment_intent.status === 'requires_payment_method');
});

test('manual confirmation: the server confirms again after the shopper authenticated', async () => {
  const manual = { confirmation_method: 'manual', payment_method: 'pm_card_threeDSecure2Required', return_url: 'https://example.com' };
  const intent = await pay(manual);
  await press(intent.next_action.redirect_to_url.url, 'complete');
  assert.equal((await stripe.paymentIntents.retrieve(intent.id)).status, 'requires_confirmation');
  const paid = await stripe.paymentIntents.confirm(intent.id, { expand: ['latest_charge'] });
  assert.deepEqual([paid.status, paid.latest_charge.payment_method_details.card.three_d_secure.result], ['succeeded', 'authenticated']);
  const failed = await pay(manual);
  await press(failed.next_action.redirect_to_url.url, 'fail');
  const after = await stripe.paymentIntents.retrieve(failed.id);
  assert.deepEqual([after.status, after.last_payment_error.code], ['requires_payment_method', 'payment_intent_authentication_failure']);
});

test('a payment method without a customer pays once; one that was detached never again', async () => {
  const once = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
  assert.equal((await pay({ payment_method: once.id })).status, 'succeeded');
  await assert.rejects(pay({ payment_method: once.id }), /may not be used again/);
  const customer = await stripe.customers.create({ payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } });
  const kept = customer.invoice_settings.default_payment_method;
  for (let i = 0; i < 2; i++) assert.equal((await pay({ customer: customer.id, payment_method: kept })).status, 'succeeded');
  assert.equal((await stripe.paymentMethods.detach(kept)).customer, null);
  const { data } = (await told('payment_method.detached'))[0];
  assert.deepEqual([data.object.id, data.object.customer, data.previous_attributes], [kept, null, { customer: customer.id }]);
  await assert.rejects(stripe.paymentMethods.attach(kept, { customer: customer.id }), /may not be used again/);
  await assert.rejects(pay({ payment_method: kept }), /may not be used again/);
  await assert.rejects(stripe.customers.create({ payment_method: 'pm_card_chargeDeclined' }), (e) => e.code === 'card_declined');
  await stripe.customers.del(customer.id);
  assert.deepEqual({ ...await stripe.customers.retrieve(customer.id) }, { id: customer.id, object: 'customer', deleted: true });
});

test('a charge shows its refunds when it is asked for them', async () => {
  const intent = await pay();
  await stripe.refunds.create({ payment_intent: intent.id, amount: 500, reason: 'requested_by_customer' });
  await stripe.refunds.create({ payment_intent: intent.id, amount: 300 });
  const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent.id, { expand: ['latest_charge.refunds'] });
  assert.deepEqual([charge.amount_refunded, charge.refunds.data.map((r) => [r.amount, r.reason])], [800, [[300, null], [500, 'requested_by_customer']]]);
  assert.equal((await stripe.charges.retrieve(charge.id)).refunds, undefined);
});

test('what was held and not taken is shown as a refund that moves no money', async () => {
  const held = async () => (await pay({ capture_method: 'manual' })).id;
  const charge = async (id) => (await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge.refunds'] })).latest_charge;
  const shown = (c) => [c.amount_captured, c.amount_refunded, c.refunded, c.refunds.data.map((r) => [r.amount, r.reason, r.balance_transaction])];
  const [part, canceled, expired] = [await held(), await held(), await held()];
  await stripe.paymentIntents.capture(part, { amount_to_capture: 1500 });
  assert.deepEqual(shown(await charge(part)), [1500, 500, false, [[500, null, null]]]);
  await stripe.refunds.create({ payment_intent: part });
  assert.deepEqual(shown(await charge(part)).slice(0, 3), [1500, 2000, true]);
  await stripe.paymentIntents.cancel(canceled);
  assert.deepEqual(shown(await charge(canceled)), [0, 2000, true, [[2000, null, null]]]);
  await box.advance('8d');
  assert.deepEqual(shown(await charge(expired)), [0, 2000, true, [[2000, 'expired_uncaptured_charge', null]]]);
  assert.deepEqual((await told('charge.expired')).map((e) => e.data.object.payment_intent), [expired]);
  assert.ok((await told('charge.refunded')).some((e) => e.data.object.payment_intent === canceled));
  assert.deepEqual((await box.sim('/books')).discrepancies, []);
});

test('an intent takes the methods and the currencies that it says', async () => {
  const sepa = { amount: 2000, currency: 'eur', payment_method_types: ['sepa_debit'], confirm: true };
  assert.equal((await stripe.paymentIntents.create({ ...sepa, payment_method: 'pm_sepaDebit_success_de' })).status, 'processing');
  await assert.rejects(stripe.paymentIntents.create({ ...sepa, payment_method: 'pm_card_visa' }), (e) => e.code === 'payment_intent_incompatible_payment_method' && /one of the following types: sepa_debit/.test(e.message));
  await assert.rejects(stripe.paymentIntents.create({ ...sepa, currency: 'usd', payment_method: 'pm_sepaDebit_success_de' }), (e) => e.param === 'currency' && /support the following currencies: eur/.test(e.message));
  await assert.rejects(stripe.setupIntents.create({ payment_method_types: ['sepa_debit'], payment_method: 'pm_card_visa', confirm: true }), /not allowed for this SetupIntent/);
  const kept = await stripe.customers.create({ payment_method: 'pm_card_visa' });
  const theirs = (await stripe.customers.listPaymentMethods(kept.id)).data[0].id;
  await assert.rejects(stripe.setupIntents.create({ payment_method_types: ['card'], payment_method: theirs, confirm: true }), (e) => e.param === 'payment_method');
  const open = await stripe.paymentIntents.create(card);
  assert.equal((await stripe.paymentIntents.update(open.id, { currency: 'eur' })).currency, 'eur');
  await assert.rejects(stripe.paymentIntents.update((await pay()).id, { currency: 'eur' }), (e) => e.code === 'payment_intent_unexpected_state');
});

test('a search says how many it finds when it is asked', async () => {
  for (let i = 0; i < 3; i++) await stripe.customers.create({ email: `many${i}@example.com` });
  const found = await stripe.customers.search({ query: "email~'many'", limit: 2, expand: ['total_count'] });
  assert.deepEqual([found.data.length, found.total_count], [2, 3]);
  assert.equal((await stripe.customers.search({ query: "email~'many'" })).total_count, undefined);
});

test('there is one account, so what takes a fee for another is refused', async () => {
  await assert.rejects(pay({ application_fee_amount: 100 }), (e) => e.param === 'application_fee_amount' && /Can only apply an application_fee/.test(e.message));
  await assert.rejects(pay({ application_fee_amount: 100, transfer_data: { destination: 'acct_1' } }), (e) => e.code === 'resource_missing' && e.message === "No such destination: 'acct_1'");
  await assert.rejects(pay({ on_behalf_of: 'acct_1' }), (e) => e.param === 'on_behalf_of');
  await assert.rejects(stripe.charges.create({ amount: 500, currency: 'usd', source: 'tok_visa', application_fee_amount: 10 }), /Can only apply an application_fee/);
  const { latest_charge: charge } = await pay();
  await assert.rejects(stripe.refunds.create({ charge, refund_application_fee: true }), /has no application fee/);
  await assert.rejects(stripe.refunds.create({ charge, reverse_transfer: true }), /does not have an associated transfer/);
});

test('the life of a subscription: incomplete until its payment is confirmed, tried again when a renewal fails, given up in the end', async () => {
  const price = await stripe.prices.create({ product: (await stripe.products.create({ name: 'Premium' })).id, unit_amount: 1000, currency: 'usd', recurring: { interval: 'month' } });
  const start = (await stripe.customers.create()).created;
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: start });
  const move = async (days) => stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: (await stripe.testHelpers.testClocks.retrieve(clock.id)).frozen_time + days * 86_400 });
  const customer = () => stripe.customers.create({ test_clock: clock.id, payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } });
  const subscribe = (id, more) => stripe.subscriptions.create({ customer: id, items: [{ price: price.id }], ...more });
  const read = (id) => stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });

  const bare = (await stripe.customers.create({ test_clock: clock.id })).id;
  await assert.rejects(subscribe(bare), (e) => e.code === 'resource_missing' && /no attached payment source/.test(e.message));
  await assert.rejects(subscribe((await customer()).id, { discounts: [{ coupon: 'HALF' }] }), /No such coupon: 'HALF'/);
  const waiting = await subscribe(bare, { payment_behavior: 'default_incomplete', expand: ['latest_invoice.confirmation_secret', 'latest_invoice.payments'] });
  assert.deepEqual([waiting.status, waiting.latest_invoice.status], ['incomplete', 'open']);
  const intent = waiting.latest_invoice.payments.data[0].payment.payment_intent;
  assert.ok(waiting.latest_invoice.confirmation_secret.client_secret.startsWith(`${intent}_secret_`));
  await stripe.paymentIntents.confirm(intent, { payment_method: 'pm_card_visa' });
  assert.deepEqual([(await read(waiting.id)).status, (await read(waiting.id)).latest_invoice.status], ['active', 'paid']);
  const forgotten = await subscribe(bare, { payment_behavior: 'default_incomplete' });
  const trial = await subscribe((await customer()).id, { trial_period_days: 7 });
  assert.equal((await read(trial.id)).latest_invoice.amount_paid, 0);
  await move(5);
  assert.deepEqual([(await read(forgotten.id)).status, (await read(forgotten.id)).latest_invoice.status], ['incomplete_expired', 'void']);
  assert.deepEqual((await told('customer.subscription.trial_will_end')).map((e) => e.data.object.id), [trial.id]);
  await move(3);
  assert.equal((await read(trial.id)).status, 'active');

  const [lapses, recovers] = [await customer(), await customer()];
  const [lost, saved] = [await subscribe(lapses.id), await subscribe(recovers.id)];
  for (const { id } of [lapses, recovers]) {
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: id });
    await stripe.customers.update(id, { invoice_settings: { default_payment_method: bad.id } });
  }
  await move(month);
  const { latest_invoice: open, status } = await read(saved.id);
  assert.deepEqual([status, open.status, open.attempt_count, (open.next_payment_attempt - saved.items.data[0].current_period_end) / 86_400], ['past_due', 'open', 1, 3]);
  const good = await stripe.paymentMethods.attach('pm_card_visa', { customer: recovers.id });
  assert.equal((await stripe.invoices.pay(open.id, { payment_method: good.id })).status, 'paid');
  assert.equal((await read(saved.id)).status, 'active');
  for (const [days, attempts, then] of [[3, 2, 'past_due'], [5, 3, 'past_due'], [7, 4, 'canceled']]) {
    await move(days);
    const now = await read(lost.id);
    assert.deepEqual([now.status, now.latest_invoice.attempt_count], [then, attempts]);
  }
  const ended = await read(lost.id);
  assert.deepEqual([ended.cancellation_details.reason, ended.latest_invoice.next_payment_attempt], ['payment_failed', null]);
  assert.equal((await told('invoice.payment_failed')).filter((e) => e.data.object.id === ended.latest_invoice.id).length, 4);
  const leaving = await stripe.subscriptions.update(trial.id, { cancel_at_period_end: true, cancellation_details: { comment: 'enough' } });
  assert.deepEqual([leaving.status, leaving.cancellation_details.reason, leaving.cancellation_details.comment], ['active', 'cancellation_requested', 'enough']);
});

test('what is confirmed for a subscription pays its renewals, unless the bank wants its owner each time', async () => {
  const price = await stripe.prices.create({ product_data: { name: 'Premium' }, unit_amount: 1000, currency: 'usd', recurring: { interval: 'month' } });
  const open = { payment_behavior: 'default_incomplete', payment_settings: { save_default_payment_method: 'on_subscription' }, expand: ['latest_invoice.payments'] };
  const [calm, wary] = await Promise.all([0, 1].map(async () => stripe.subscriptions.create({ customer: (await stripe.customers.create()).id, items: [{ price: price.id }], ...open })));
  const intent = (s) => s.latest_invoice.payments.data[0].payment.payment_intent;
  await stripe.paymentIntents.confirm(intent(calm), { payment_method: 'pm_card_visa' });
  const asked = await stripe.paymentIntents.confirm(intent(wary), { payment_method: 'pm_card_authenticationRequired', return_url: 'https://example.com' });
  assert.equal(asked.setup_future_usage, 'off_session');
  await press(asked.next_action.redirect_to_url.url, 'complete');
  for (const { id } of [calm, wary]) {
    const now = await stripe.subscriptions.retrieve(id, { expand: ['default_payment_method'] });
    assert.deepEqual([now.status, now.default_payment_method.customer], ['active', now.customer]);
  }
  await box.advance('32d');
  const [paid, refused] = await Promise.all([calm, wary].map(({ id }) => stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] })));
  assert.deepEqual([paid.status, paid.latest_invoice.billing_reason, paid.latest_invoice.status], ['active', 'subscription_cycle', 'paid']);
  assert.deepEqual([refused.status, refused.latest_invoice.status, refused.latest_invoice.attempt_count], ['past_due', 'open', 1]);
  await assert.rejects(stripe.invoices.pay(refused.latest_invoice.id, { off_session: false }), (e) => e.code === 'invoice_payment_intent_requires_action');
  const draft = await stripe.invoices.create({ customer: paid.customer });
  await stripe.invoiceItems.create({ customer: paid.customer, invoice: draft.id, amount: 500, currency: 'usd' });
  assert.equal((await stripe.invoices.finalizeInvoice(draft.id)).amount_due, 500);
});

test('other prices and quantities are prorated to the second; without a test clock, subscriptions renew as time goes by', async () => {
  const product = (await stripe.products.create({ name: 'Premium' })).id;
  const [small, big, yearly] = await Promise.all([[1000, 'month'], [3000, 'month'], [9000, 'year']].map(([unit_amount, interval]) => stripe.prices.create({ product, unit_amount, currency: 'usd', recurring: { interval } })));
  const customer = await stripe.customers.create({ payment_method: 'pm_card_visa', invoice_settings: { default_payment_method: 'pm_card_visa' } });
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: small.id }] });
  const [{ id, current_period_start: from, current_period_end: until }] = subscription.items.data;
  const change = (item, more) => stripe.subscriptions.update(subscription.id, { items: [{ id, ...item }], ...more });
  await box.advance('10d');
  const left = (until - from - 10 * 86_400) / (until - from);
  const changed = await change({ price: big.id }, { proration_behavior: 'always_invoice', expand: ['latest_invoice'] });
  assert.deepEqual([changed.items.data[0].price.id, changed.latest_invoice.billing_reason, changed.latest_invoice.status], [big.id, 'subscription_update', 'paid']);
  assert.deepEqual(changed.latest_invoice.lines.data.map((l) => l.amount), [-Math.round(1000 * left), Math.round(3000 * left)]);
  await change({ quantity: 2 });
  await change({ quantity: 3 }, { proration_behavior: 'none' });
  await assert.rejects(change({ price: yearly.id }), /another interval is not simulated/);
  await box.advance('22d');
  const renewed = await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] });
  assert.equal(renewed.items.data[0].current_period_start, until);
  assert.deepEqual(renewed.latest_invoice.lines.data.map((l) => l.amount), [-Math.round(3000 * left), Math.round(6000 * left), 9000]);
  const back = await change({ price: small.id, quantity: 1 }, { proration_behavior: 'always_invoice', expand: ['latest_invoice', 'customer'] });
  assert.deepEqual([back.latest_invoice.amount_due, back.latest_invoice.status, back.customer.balance], [0, 'paid', back.latest_invoice.total]);
  assert.ok(back.customer.balance < -6000);
  await box.advance('32d');
  const credited = (await stripe.subscriptions.retrieve(subscription.id, { expand: ['latest_invoice'] })).latest_invoice;
  assert.deepEqual([credited.total, credited.starting_balance, credited.ending_balance, credited.amount_due], [1000, back.customer.balance, back.customer.balance + 1000, 0]);
  assert.deepEqual((await box.sim('/books')).discrepancies, []);
});
