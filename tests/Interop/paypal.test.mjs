// The unmodified `@paypal/paypal-server-sdk` against the simulator: complete flows over a real socket, approvals in a browser.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { X509Certificate, createVerify } from 'node:crypto';
import { createServer } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { ApiError, CheckoutPaymentIntent, Client, CustomError, OrdersController, PaymentsController, SearchError, TransactionSearchController, VaultController } from '@paypal/paypal-server-sdk';
import { chromium } from 'playwright-core';

const cli = fileURLToPath(new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url));
const card = { number: '4012888888881881', expiry: '2030-01', securityCode: '123', name: 'Ada Lovelace' };
const usd = (value) => ({ currencyCode: 'USD', value });
const received = [];
let host, base, id, secret, httpsAgent, hooks, orders, payments, vault, search, bearer, browser, page, webhookId, snippet, number = 0;

const sim = async (path, body, method = 'POST') => (await fetch(base + '/_sim' + path, { method, body: body && JSON.stringify(body) })).json();
const charges = async (reference) => (await sim(`/charges?reference=${reference}`, undefined, 'GET')).charges;
const key = () => `request ${++number}`;
const raw = async (method, path, body, headers = {}) => {
  const reply = await fetch(base + path, { method, body: body && JSON.stringify(body), headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers } });
  return { status: reply.status, body: reply.status === 204 ? null : await reply.json() };
};

/** A client as its documentation makes it; the agent, a documented option, leads to the simulator instead of to PayPal. */
async function logIn() {
  const client = new Client({ clientCredentialsAuthCredentials: { oAuthClientId: id, oAuthClientSecret: secret }, httpClientOptions: { httpsAgent } });
  orders = new OrdersController(client);
  payments = new PaymentsController(client);
  vault = new VaultController(client);
  search = new TransactionSearchController(client);
  bearer = (await client.clientCredentialsAuthManager.fetchToken()).accessToken;
}

const order = async (unit, more = {}, intent = CheckoutPaymentIntent.Capture) =>
  (await orders.createOrder({ body: { intent, purchaseUnits: [{ amount: usd('10.99'), ...unit }], ...more }, paypalRequestId: key(), prefer: 'return=representation' })).result;
const withCard = (more = {}) => ({ paymentSource: { card: { ...card, ...more } } });
const link = (of, rel) => of.links.find((l) => l.rel === rel)?.href;
const told = (type, resourceId) => received.find((r) => r.event.event_type === type && (r.event.resource.id === resourceId || r.event.resource.dispute_id === resourceId));
const refused = async (promise, status, issue) => {
  const error = await promise.then(() => assert.fail('it was not refused'), (e) => e);
  assert.ok(error instanceof CustomError && error instanceof ApiError, String(error));
  const told = error.result ?? JSON.parse(error.body); // the client parses the statuses it documents
  assert.deepEqual([error.statusCode, told.details?.[0].issue], [status, issue]);
  assert.equal(told.debug_id, error.headers['paypal-debug-id']);
  return told;
};

before(async () => {
  host = spawn('dotnet', [cli, 'simulate', 'paypal', '--port', '0', '--clock', 'frozen', '--seed', '7'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const out = await new Promise((done, fail) => {
    let text = '';
    host.stdout.on('data', (chunk) => { text += chunk; if (text.includes('\nready')) done(text); });
    host.on('exit', (code) => fail(new Error(`the simulator stopped with ${code}: ${text}`)));
  });
  const port = Number(/paypal {2}http:\/\/127\.0\.0\.1:(\d+)/.exec(out)[1]);
  base = `http://127.0.0.1:${port}`;
  [id, secret] = [/client id: (\S+)/.exec(out)[1], /client secret: (\S+)/.exec(out)[1]];
  snippet = out.split('\n').filter((line) => line.startsWith('    ')).join('\n');
  httpsAgent = Object.assign(new https.Agent(), { createConnection: () => net.connect(port, '127.0.0.1') });
  hooks = createServer(async (request, reply) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push({ headers: request.headers, text, event: JSON.parse(text) });
    reply.writeHead(hooks.answer ?? 200).end();
  });
  await new Promise((done) => hooks.listen(0, '127.0.0.1', done));
  await logIn();
  const made = await raw('POST', '/v1/notifications/webhooks', { url: `http://127.0.0.1:${hooks.address().port}/`, event_types: [{ name: '*' }] });
  assert.equal(made.status, 201);
  webhookId = made.body.id;
  browser = await chromium.launch({ executablePath: process.env.BUSKER_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  page = await browser.newPage();
  await page.route('https://shop.example/**', (route) => route.fulfill({ body: 'back at the shop' }));
});

after(async () => { await browser?.close(); host.kill(); hooks.close(); hooks.closeAllConnections(); });

/** Opens a payer's page, presses a button, and returns where it led. */
async function press(url, button, email) {
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  if (email) await page.fill('input[name=email]', email);
  await page.click('#' + button);
  await page.waitForURL('https://shop.example/**', { waitUntil: 'commit' });
  return new URL(page.url());
}

const context = { returnUrl: 'https://shop.example/back', cancelUrl: 'https://shop.example/gone' };

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
  await sim('/clock', { advance: '25h' });
  await logIn();
  const { files } = (await raw('GET', '/ppreports/outgoing')).body;
  const text = await (await fetch(`${base}/ppreports/outgoing/${files.at(-1).name}`, { headers: { authorization: `Bearer ${bearer}` } })).text();
  assert.match(files.at(-1).name, /^STL-\d{8}\.01\.009\.CSV$/);
  const rows = text.trimEnd().split('\n');
  assert.deepEqual(rows.map((r) => r.slice(1, 3)).filter((type, i, list) => type !== list[i - 1]), ['RH', 'FH', 'SH', 'CH', 'SB', 'SF', 'SC', 'RF', 'RC', 'FF']);
  assert.deepEqual((await sim('/books', undefined, 'GET')).discrepancies, []);
});
