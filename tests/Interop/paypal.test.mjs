// The unmodified `@paypal/paypal-server-sdk` against the simulator: orders, payments and the vault, approvals in a browser.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import https from 'node:https';
import net from 'node:net';
import { ApiError, CheckoutPaymentIntent, Client, OrdersController } from '@paypal/paypal-server-sdk';
import { base, card, charges, context, httpsAgent, id, key, link, logIn, order, orders, payments, press, raw, refused, secret, sim, snippet, start, stop, told, usd, vault, withCard } from './paypal.shop.mjs';

before(start);
after(stop);

test('create, approve in a browser, capture, refund in part; a second capture is refused', async () => {
  const made = await order({ referenceId: 'a', invoiceId: 'inv-1', customId: 'c1', description: 'A month', amount: { ...usd('12.00'), breakdown: { itemTotal: usd('10.00'), taxTotal: usd('2.00') } }, items: [{ name: 'Premium', quantity: '2', unitAmount: usd('5.00'), tax: usd('1.00') }] },
    { applicationContext: { returnUrl: context.returnUrl, cancelUrl: context.cancelUrl } });
  assert.deepEqual([made.status, made.intent, made.purchaseUnits[0].amount.breakdown.taxTotal.value], ['CREATED', 'CAPTURE', '2.00']);
  await refused(orders.captureOrder({ id: made.id }), 422, 'ORDER_NOT_APPROVED');
  const back = await press(link(made, 'approve'), 'approve', 'ada@example.com');
  assert.deepEqual([back.pathname, back.searchParams.get('token')], ['/back', made.id]);
  const approved = (await orders.getOrder({ id: made.id })).result;
  assert.deepEqual([approved.status, approved.payer.emailAddress, approved.payer.payerId], ['APPROVED', 'ada@example.com', back.searchParams.get('PayerID')]);
  const { result: paid, statusCode } = await orders.captureOrder({ id: made.id, paypalRequestId: key() });
  assert.deepEqual([statusCode, paid.status], [201, 'COMPLETED']);
  const capture = paid.purchaseUnits[0].payments.captures[0];
  assert.deepEqual([capture.status, capture.amount.value, capture.sellerReceivableBreakdown.paypalFee.value, capture.sellerReceivableBreakdown.netAmount.value], ['COMPLETED', '12.00', '0.91', '11.09']);
  await refused(orders.captureOrder({ id: made.id }), 422, 'ORDER_ALREADY_CAPTURED');
  const refund = (await payments.refundCapturedPayment({ captureId: capture.id, prefer: 'return=representation', body: { amount: usd('5.00'), noteToPayer: 'sorry' } })).result;
  assert.deepEqual([refund.status, refund.sellerPayableBreakdown.totalRefundedAmount.value], ['COMPLETED', '5.00']);
  await refused(payments.refundCapturedPayment({ captureId: capture.id, body: { amount: usd('7.01') } }), 422, 'REFUND_AMOUNT_EXCEEDED');
  await payments.refundCapturedPayment({ captureId: capture.id });
  await refused(payments.refundCapturedPayment({ captureId: capture.id }), 422, 'CAPTURE_FULLY_REFUNDED');
  assert.equal((await payments.getCapturedPayment({ captureId: capture.id })).result.status, 'REFUNDED');
  assert.equal((await payments.getRefund({ refundId: refund.id })).result.noteToPayer, 'sorry');
  await sim('/refund_failures', { provider: 'paypal', refund: refund.id });
  assert.equal((await payments.getRefund({ refundId: refund.id })).result.status, 'FAILED');
  const [charge] = await charges('inv-1');
  assert.deepEqual([charge.captured, charge.refunded], [1200, 700]);
  await refused(order({ invoiceId: 'inv-1' }, withCard()), 422, 'DUPLICATE_INVOICE_ID');
  await sim('/settle');
  for (const [type, resource] of [['CHECKOUT.ORDER.APPROVED', made.id], ['PAYMENT.CAPTURE.COMPLETED', capture.id], ['PAYMENT.CAPTURE.REFUNDED', refund.id], ['PAYMENT.REFUND.FAILED', refund.id]]) assert.ok(told(type, resource), type);
});

test('the snippet that the command prints is a client that works', async () => {
  const AsyncFunction = (async () => {}).constructor;
  const { result } = await new AsyncFunction('https', 'net', 'Client', 'OrdersController', snippet.replace('await new', 'return await new'))(https, net, Client, OrdersController);
  assert.equal(result.status, 'CREATED');
});

test('the payer cancels; a wallet that is declined may be approved again with another', async () => {
  const shopper = (await sim('/cards?limit=60', undefined, 'GET')).cards.find((c) => c.funds_now < 100_000);
  const email = `shopper${shopper.card.slice(0, 6)}${Number(shopper.card.slice(6, 15))}@example.com`;
  const made = await order({ customId: 'poor', amount: usd('9000.00') }, { paymentSource: { paypal: { experienceContext: context } } });
  assert.equal(made.status, 'PAYER_ACTION_REQUIRED');
  assert.equal((await press(link(made, 'payer-action'), 'cancel')).pathname, '/gone');
  await press(link(made, 'payer-action'), 'approve', email);
  const error = await refused(orders.captureOrder({ id: made.id }), 422, 'INSTRUMENT_DECLINED');
  await press(error.links.find((l) => l.rel === 'redirect').href, 'approve', 'rich@example.com');
  assert.equal((await orders.captureOrder({ id: made.id })).result.status, 'COMPLETED');
  assert.deepEqual((await charges('poor')).map((c) => [c.outcome, c.captured]), [['approved', 900000], ['insufficient_funds', 0]]);
});

test('authorize, capture in parts up to 115 %, reauthorize, void', async () => {
  const held = async (unit) => (await order(unit, withCard(), CheckoutPaymentIntent.Authorize)).purchaseUnits[0].payments.authorizations[0];
  const one = await held({ amount: usd('100.00') });
  assert.equal(one.status, 'CREATED');
  const part = (await payments.captureAuthorizedPayment({ authorizationId: one.id, body: { amount: usd('40.00') } })).result;
  assert.deepEqual([part.status, part.amount], ['COMPLETED', undefined]); // minimal unless asked
  assert.equal((await payments.getAuthorizedPayment({ authorizationId: one.id })).result.status, 'PARTIALLY_CAPTURED');
  await refused(payments.captureAuthorizedPayment({ authorizationId: one.id, body: { amount: usd('75.01') } }), 422, 'MAX_CAPTURE_AMOUNT_EXCEEDED');
  await refused(payments.captureAuthorizedPayment({ authorizationId: one.id, body: { amount: { currencyCode: 'EUR', value: '1.00' } } }), 422, 'AUTH_CAPTURE_CURRENCY_MISMATCH');
  await payments.captureAuthorizedPayment({ authorizationId: one.id, body: { amount: usd('10.00'), finalCapture: true } });
  await refused(payments.captureAuthorizedPayment({ authorizationId: one.id }), 422, 'AUTHORIZATION_ALREADY_CAPTURED');
  await refused(payments.voidPayment({ authorizationId: one.id }), 422, 'PREVIOUSLY_CAPTURED');
  const two = await held({ amount: usd('50.00') });
  await refused(payments.reauthorizePayment({ authorizationId: two.id }), 422, 'REAUTHORIZATION_TOO_SOON');
  await sim('/clock', { advance: '4d' });
  await logIn();
  const again = (await payments.reauthorizePayment({ authorizationId: two.id, prefer: 'return=representation', body: { amount: usd('55.00') } })).result;
  assert.equal(again.amount.value, '55.00');
  await refused(payments.voidPayment({ authorizationId: again.id }), 422, 'CANNOT_BE_VOIDED');
  assert.equal((await payments.voidPayment({ authorizationId: two.id, prefer: 'return=representation' })).result.status, 'VOIDED');
  await refused(payments.captureAuthorizedPayment({ authorizationId: again.id }), 422, 'AUTHORIZATION_VOIDED');
  const four = await held({ invoiceId: 'freed' });
  assert.equal((await payments.voidPayment({ authorizationId: four.id })).statusCode, 204);
  assert.equal((await order({ invoiceId: 'freed' }, withCard())).status, 'COMPLETED');
  const three = await held({ customId: 'lapsed' });
  await sim('/clock', { advance: '30d' });
  await logIn();
  await refused(payments.captureAuthorizedPayment({ authorizationId: three.id }), 422, 'AUTHORIZATION_EXPIRED');
  assert.equal((await charges('lapsed'))[0].released, 1099);
});

test('cards: rejection triggers, expiry, 3-D Secure in a browser, confirm', async () => {
  for (const [name, code] of [['CCREJECT-REFUSED', '0500'], ['CCREJECT-IF', '5120'], ['CCREJECT-SF', '9500'], ['CCREJECT-CVV_F', '00N7']]) {
    const declined = (await order({}, withCard({ name }))).purchaseUnits[0].payments.captures[0];
    assert.deepEqual([declined.status, declined.processorResponse.responseCode, declined.processorResponse.avsCode, declined.processorResponse.cvvCode], ['DECLINED', code, 'G', 'P']);
    await refused(payments.refundCapturedPayment({ captureId: declined.id }), 422, 'CAPTURE_STATUS_NOT_VALID');
  }
  await refused(order({}, withCard({ expiry: '2020-01' })), 422, 'CARD_EXPIRED');
  await refused(order({}, withCard({ number: '4012888888881882' })), 422, 'VALIDATION_ERROR');
  for (const [button, shift] of [['approve', 'POSSIBLE'], ['fail', 'NO']]) {
    const away = await order({}, withCard({ attributes: { verification: { method: 'SCA_ALWAYS' } }, experienceContext: context }));
    assert.equal(away.status, 'PAYER_ACTION_REQUIRED');
    await refused(orders.captureOrder({ id: away.id }), 422, 'PAYER_ACTION_REQUIRED');
    assert.equal((await press(link(away, 'payer-action'), button)).searchParams.get('liability_shift'), shift);
    const done = (await orders.captureOrder({ id: away.id, prefer: 'return=representation' })).result;
    assert.deepEqual([done.status, done.paymentSource.card.authenticationResult.liabilityShift], ['COMPLETED', shift]);
  }
  const plain = await order({});
  assert.equal((await orders.confirmOrder({ id: plain.id, body: { paymentSource: { card } } })).result.status, 'APPROVED');
  assert.equal((await orders.captureOrder({ id: plain.id })).result.status, 'COMPLETED');
});

test('vault: saved at a purchase and by setup token, charged without the payer, listed by pages, deleted', async () => {
  const first = await order({}, withCard({ attributes: { vault: { storeInVault: 'ON_SUCCESS' } } }));
  const kept = first.paymentSource.card.attributes.vault;
  assert.equal(kept.status, 'VAULTED');
  const again = await order({ customId: 'month 2' }, { paymentSource: { card: { vaultId: kept.id, storedCredential: { paymentInitiator: 'MERCHANT', paymentType: 'RECURRING', usage: 'SUBSEQUENT' } } } });
  assert.equal(again.status, 'COMPLETED');
  const setup = (await vault.createSetupToken({ paypalRequestId: key(), body: { customer: { id: kept.customer.id }, paymentSource: { paypal: { usageType: 'MERCHANT', experienceContext: context } } } })).result;
  assert.equal(setup.status, 'PAYER_ACTION_REQUIRED');
  const token = { paymentSource: { token: { id: setup.id, type: 'SETUP_TOKEN' } } };
  await refused(vault.createPaymentToken({ paypalRequestId: key(), body: token }), 422, 'PAYER_ACTION_REQUIRED');
  await press(link(setup, 'approve'), 'approve', 'ada@example.com');
  assert.equal((await vault.getSetupToken(setup.id)).result.status, 'APPROVED');
  const wallet = (await vault.createPaymentToken({ paypalRequestId: key(), body: token })).result;
  assert.equal(wallet.paymentSource.paypal.emailAddress, 'ada@example.com');
  await refused(vault.createPaymentToken({ paypalRequestId: key(), body: token }), 422, 'SETUP_TOKEN_ALREADY_TOKENIZED');
  assert.equal((await order({ customId: 'month 3' }, { paymentSource: { paypal: { vaultId: wallet.id } } })).status, 'COMPLETED');
  for (let i = 0; i < 4; i++) {
    const another = (await vault.createSetupToken({ paypalRequestId: key(), body: { customer: { id: kept.customer.id }, paymentSource: { card } } })).result;
    await vault.createPaymentToken({ paypalRequestId: key(), body: { paymentSource: { token: { id: another.id, type: 'SETUP_TOKEN' } } } });
  }
  const seen = [];
  for (let page = 1, pages = 1; page <= pages; page++) {
    const { result } = await vault.listCustomerPaymentTokens({ customerId: kept.customer.id, pageSize: 4, page, totalRequired: true });
    pages = result.totalPages;
    seen.push(...result.paymentTokens.map((t) => t.id));
  }
  assert.equal(new Set(seen).size, 6);
  await vault.deletePaymentToken(wallet.id);
  await refused(vault.getPaymentToken(wallet.id), 404, 'INVALID_RESOURCE_ID');
  await refused(order({}, { paymentSource: { paypal: { vaultId: wallet.id } } }), 422, 'TOKEN_ID_NOT_FOUND');
});

test('a reply lost after the work, and a retry with the same request id: one charge, and the latest state with 200', async () => {
  await sim('/faults', { rule: 'paypal POST /v2/checkout/orders drop-after count=1' });
  const ask = { body: { intent: 'CAPTURE', purchaseUnits: [{ customId: 'once', amount: usd('10.99') }], ...withCard() }, paypalRequestId: 'the same', prefer: 'return=representation' };
  await assert.rejects(orders.createOrder(ask), (e) => !(e instanceof ApiError));
  const { result, statusCode } = await orders.createOrder(ask);
  assert.deepEqual([statusCode, result.status], [200, 'COMPLETED']);
  assert.deepEqual((await charges('once')).map((c) => c.captured), [1099]);
  await payments.refundCapturedPayment({ captureId: result.purchaseUnits[0].payments.captures[0].id });
  const latest = (await orders.createOrder(ask)).result.purchaseUnits[0].payments;
  assert.deepEqual([latest.captures[0].status, latest.refunds.length], ['REFUNDED', 1]);
  await refused(orders.createOrder({ body: ask.body }), 400, 'PAYPAL_REQUEST_ID_REQUIRED');
  await sim('/faults', { rule: 'paypal POST /v2/checkout/orders delay(400ms) count=1' });
  const slow = orders.createOrder({ ...ask, paypalRequestId: 'slow' });
  await new Promise((done) => setTimeout(done, 150));
  await refused(orders.createOrder({ ...ask, paypalRequestId: 'slow' }), 409, 'PREVIOUS_REQUEST_IN_PROGRESS');
  assert.equal((await slow).result.status, 'COMPLETED');
});

test('error classes: validation, permissions, expired and forged tokens, mocked codes, injected failures', async () => {
  const bad = await refused(orders.createOrder({ body: { intent: 'CAPTURE', purchaseUnits: [{ amount: { currencyCode: 'USD', value: 'ten' } }] } }), 400, 'INVALID_PARAMETER_SYNTAX');
  assert.deepEqual([bad.name, bad.details[0].field, bad.details[0].location], ['INVALID_REQUEST', '/purchase_units/0/amount/value', 'body']);
  await refused(order({ amount: { ...usd('9.00'), breakdown: { itemTotal: usd('10.00') } } }), 422, 'AMOUNT_MISMATCH');
  await refused(order({ amount: { ...usd('9.00'), breakdown: { itemTotal: usd('9.00') } }, items: [{ name: 'x', quantity: '2', unitAmount: usd('4.00') }] }), 422, 'ITEM_TOTAL_MISMATCH');
  await refused(order({ amount: usd('0.00') }), 422, 'CANNOT_BE_ZERO_OR_NEGATIVE');
  await refused(order({ amount: { currencyCode: 'JPY', value: '10.50' } }), 422, 'DECIMAL_PRECISION');
  await refused(order({ amount: { currencyCode: 'XYZ', value: '1.00' } }), 422, 'INVALID_CURRENCY_CODE');
  await refused(orders.getOrder({ id: 'NOSUCHORDER000000' }), 404, 'INVALID_RESOURCE_ID');
  await refused(orders.authorizeOrder({ id: (await order({})).id }), 422, 'ACTION_DOES_NOT_MATCH_INTENT');
  await refused(orders.createOrder({ body: { intent: 'CAPTURE', purchaseUnits: [{ amount: usd('1.00') }] }, paypalMockResponse: '{"mock_application_codes":"DUPLICATE_INVOICE_ID"}' }), 422, 'DUPLICATE_INVOICE_ID');
  await refused(orders.captureOrder({ id: 'any', paypalMockResponse: '{"mock_application_codes":"TRANSACTION_REFUSED"}' }), 422, 'TRANSACTION_REFUSED');
  await sim('/faults', { rule: 'paypal GET /v2/checkout/orders/* status(429) count=1' });
  assert.equal((await refused(orders.getOrder({ id: 'x' }), 429, undefined)).name, 'RATE_LIMIT_REACHED');
  await sim('/faults', { rule: 'paypal GET /v2/checkout/orders/* status(503) count=1' });
  assert.equal((await refused(orders.getOrder({ id: 'x' }), 503, undefined)).name, 'SERVICE_UNAVAILABLE');
  const forged = await raw('GET', '/v2/checkout/orders/x', undefined, { authorization: 'Bearer forged' });
  assert.deepEqual([forged.status, forged.body.error], [401, 'invalid_token']);
  const nobody = await fetch(base + '/v1/oauth2/token', { method: 'POST', body: 'grant_type=client_credentials', headers: { authorization: 'Basic ' + btoa(id + ':wrong') } });
  assert.deepEqual([nobody.status, await nobody.json()], [401, { error: 'invalid_client', error_description: 'Client Authentication failed' }]);
  const wrong = new OrdersController(new Client({ clientCredentialsAuthCredentials: { oAuthClientId: id, oAuthClientSecret: 'wrong' }, httpClientOptions: { httpsAgent } }));
  await assert.rejects(wrong.getOrder({ id: 'x' }), (e) => e instanceof ApiError && e.statusCode === 401);
  const narrow = await (await fetch(base + '/v1/oauth2/token', { method: 'POST', body: 'grant_type=client_credentials&scope=https://uri.paypal.com/services/reporting/search/read', headers: { authorization: 'Basic ' + btoa(`${id}:${secret}`) } })).json();
  assert.equal(narrow.expires_in, 32400);
  const denied = await raw('GET', '/v2/checkout/orders/x', undefined, { authorization: `Bearer ${narrow.access_token}` });
  assert.deepEqual([denied.status, denied.body.name, denied.body.details[0].issue], [403, 'NOT_AUTHORIZED', 'PERMISSION_DENIED']);
  await sim('/clock', { advance: '9h' });
  assert.deepEqual((await raw('GET', '/v2/checkout/orders/x')).body.error, 'invalid_token');
  await logIn();
});

test('an order is patched before it is paid', async () => {
  const made = await order({ referenceId: 'r1', description: 'old' });
  const at = "/purchase_units/@reference_id=='r1'/";
  await orders.patchOrder({ id: made.id, body: [{ op: 'replace', path: at + 'amount', value: { currency_code: 'USD', value: '20.00' } }, { op: 'add', path: at + 'invoice_id', value: 'patched' }, { op: 'remove', path: at + 'description' }] });
  const [unit] = (await orders.getOrder({ id: made.id })).result.purchaseUnits;
  assert.deepEqual([unit.amount.value, unit.invoiceId, unit.description], ['20.00', 'patched', undefined]);
  await refused(orders.patchOrder({ id: made.id, body: [{ op: 'replace', path: at + 'payee', value: {} }] }), 422, 'NOT_PATCHABLE');
  await refused(orders.patchOrder({ id: made.id, body: [{ op: 'replace', path: "/purchase_units/@reference_id=='r2'/amount", value: {} }] }), 422, 'REFERENCE_ID_NOT_FOUND');
  await refused(orders.patchOrder({ id: made.id, body: [{ op: 'add', path: at + 'invoice_id', value: 'x' }] }), 422, 'INVALID_PATCH_OPERATION');
});

test('money that waits: captures under review come or are denied, a refund arrives or comes back', async () => {
  for (const [customId, end] of [['sim_pending', 'COMPLETED'], ['sim_pending_denied', 'DECLINED']]) {
    const paid = await order({ customId }, withCard());
    const [capture] = paid.purchaseUnits[0].payments.captures;
    assert.deepEqual([capture.status, capture.statusDetails.reason, capture.sellerReceivableBreakdown.netAmount], ['PENDING', 'PENDING_REVIEW', undefined]);
    await refused(payments.refundCapturedPayment({ captureId: capture.id }), 422, 'CAPTURE_STATUS_NOT_VALID');
    await sim('/clock', { advance: '25h' });
    await logIn();
    const { result: after } = await payments.getCapturedPayment({ captureId: capture.id });
    assert.deepEqual([after.status, after.statusDetails, after.sellerReceivableBreakdown?.netAmount?.value], [end, undefined, end === 'COMPLETED' ? '10.12' : undefined]);
    await sim('/settle');
    for (const type of ['PENDING', end === 'COMPLETED' ? 'COMPLETED' : 'DENIED']) assert.ok(told(`PAYMENT.CAPTURE.${type}`, capture.id), type);
  }

  const [capture] = (await order({}, withCard())).purchaseUnits[0].payments.captures;
  for (const [customId, end] of [['sim_pending', 'COMPLETED'], ['sim_pending_denied', 'FAILED']]) {
    const { result: refund } = await payments.refundCapturedPayment({ captureId: capture.id, prefer: 'return=representation', body: { amount: usd('1.00'), customId } });
    assert.deepEqual([refund.status, refund.statusDetails.reason], ['PENDING', 'ECHECK']);
    await sim('/clock', { advance: '5d' });
    await logIn();
    assert.equal((await payments.getRefund({ refundId: refund.id })).result.status, end);
  }
});
