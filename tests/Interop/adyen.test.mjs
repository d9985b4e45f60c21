// The unmodified `@adyen/api-library` against the simulator: complete flows over a real socket.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import adyen from '@adyen/api-library';

const { CheckoutAPI, Client, ManagementAPI, hmacValidator } = adyen;
const cli = fileURLToPath(new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url));
const merchantAccount = 'BuskerTest';
const card = { type: 'scheme', number: '4111111111111111', expiryMonth: '03', expiryYear: '2030', cvc: '737', holderName: 'A Person' };
const received = [];
let host, base, checkout, client, hooks, hmacKey, plain;
const sim = async (path, body, method = 'POST') => (await fetch(base + '/_sim' + path, { method, body: body && JSON.stringify(body) })).json();
const pay = (more = {}, options) => checkout.PaymentsApi.payments(
  { merchantAccount, amount: { value: 1099, currency: 'EUR' }, reference: 'order', returnUrl: 'https://example.com/back', paymentMethod: card, ...more }, options);
const later = async () => { await sim('/clock', { advance: '4s' }); await sim('/settle'); };
const eur = (value) => ({ merchantAccount, amount: { value, currency: 'EUR' } });
const told = (code, psp) => received.flat().find((i) => i.eventCode === code && (i.pspReference === psp || i.originalReference === psp));

before(async () => {
  host = spawn('dotnet', [cli, 'simulate', 'adyen', '--port', '0', '--clock', 'frozen', '--seed', '7'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const out = await new Promise((done, fail) => {
    let text = '';
    host.stdout.on('data', (chunk) => { text += chunk; if (text.includes('\nready')) done(text); });
    host.on('exit', (code) => fail(new Error(`the simulator stopped with ${code}: ${text}`)));
  });
  const port = Number(/adyen {2}http:\/\/127\.0\.0\.1:(\d+)/.exec(out)[1]);
  base = `http://127.0.0.1:${port}`;
  plain = https.Agent.prototype.createConnection;
  https.Agent.prototype.createConnection = () => net.connect(port, '127.0.0.1'); // the library knows no address but Adyen's
  client = new Client({ apiKey: /api key: (\S+)/.exec(out)[1], environment: 'TEST' });
  checkout = new CheckoutAPI(client);
  hooks = createServer(async (request, reply) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push(JSON.parse(text).notificationItems.map((i) => i.NotificationRequestItem));
    reply.end('[accepted]');
  });
  await new Promise((up) => hooks.listen(0, '127.0.0.1', up));
  const management = new ManagementAPI(client).WebhooksMerchantLevelApi;
  const hook = await management.setUpWebhook(merchantAccount, { type: 'standard', url: `http://127.0.0.1:${hooks.address().port}/`, active: true, communicationFormat: 'json' });
  ({ hmacKey } = await management.generateHmacKey(merchantAccount, hook.id));
});

after(() => { https.Agent.prototype.createConnection = plain; host.kill(); hooks.close(); hooks.closeAllConnections(); });

test('authorise, capture in part, refund in part; what cannot be done is told by notification', async () => {
  const paid = await pay({ reference: 'o1', additionalData: { manualCapture: 'true' } });
  assert.deepEqual([paid.resultCode, paid.merchantReference, paid.paymentMethod.brand, paid.amount.value], ['Authorised', 'o1', 'visa', 1099]);
  const capture = await checkout.ModificationsApi.captureAuthorisedPayment(paid.pspReference, eur(1000));
  assert.deepEqual([capture.status, capture.paymentPspReference], ['received', paid.pspReference]);
  const over = await checkout.ModificationsApi.captureAuthorisedPayment(paid.pspReference, eur(1000));
  await later();
  assert.equal(told('CAPTURE', capture.pspReference).success, 'true');
  assert.deepEqual([told('CAPTURE', over.pspReference).success, told('CAPTURE', over.pspReference).reason], ['false', 'Insufficient balance on payment']);
  const refund = await checkout.ModificationsApi.refundCapturedPayment(paid.pspReference, eur(400));
  await later();
  assert.equal(told('REFUND', refund.pspReference).originalReference, paid.pspReference);
  await sim('/refund_failures', { refund: refund.pspReference });
  await sim('/settle');
  await later();
  assert.ok(told('REFUND_FAILED', refund.pspReference));
  const [charge] = (await sim('/charges?reference=o1', undefined, 'GET')).charges;
  assert.deepEqual([charge.captured, charge.refunded], [1000, 0]);
});

test('cancel, technical cancel and reversal', async () => {
  const held = await pay({ reference: 'o2', additionalData: { manualCapture: 'true' } });
  const cancel = await checkout.ModificationsApi.cancelAuthorisedPaymentByPspReference(held.pspReference, { merchantAccount });
  await pay({ reference: 'o3', additionalData: { manualCapture: 'true' } });
  const technical = await checkout.ModificationsApi.cancelAuthorisedPayment({ merchantAccount, paymentReference: 'o3' });
  const taken = await pay({ reference: 'o4' });
  const reversal = await checkout.ModificationsApi.refundOrCancelPayment(taken.pspReference, { merchantAccount });
  await later();
  assert.equal(told('CANCELLATION', cancel.pspReference).success, 'true');
  assert.equal(told('TECHNICAL_CANCEL', technical.pspReference).success, 'true');
  assert.equal(told('CANCEL_OR_REFUND', reversal.pspReference).additionalData['modification.action'], 'refund');
  await assert.rejects(checkout.ModificationsApi.refundOrCancelPayment('NOSUCHPAYMENT', { merchantAccount }), (e) => e.statusCode === 422 && e.errorCode === '167');
});

test('refusals by test value, wrong security code, unknown merchant, wrong key', async () => {
  const refused = await pay({ paymentMethod: { ...card, holderName: 'NOT_ENOUGH_BALANCE' } });
  assert.deepEqual([refused.resultCode, refused.refusalReason, refused.refusalReasonCode], ['Refused', 'Not enough balance', '12']);
  assert.equal((await pay({ additionalData: { RequestedTestAcquirerResponseCode: '4' } })).resultCode, 'Error');
  assert.equal((await pay({ paymentMethod: { ...card, cvc: '111' } })).refusalReasonCode, '24');
  await assert.rejects(pay({ merchantAccount: 'Another' }), (e) => e.statusCode === 403 && e.errorCode === '901');
  await assert.rejects(new CheckoutAPI(new Client({ apiKey: 'wrong', environment: 'TEST' })).PaymentsApi.payments({ ...eur(1), paymentMethod: card, reference: 'x', returnUrl: 'x' }), (e) => e.statusCode === 401);
});

test('3-D Secure by redirect', async () => {
  for (const [id, result] of [['authorize', 'Authorised'], ['fail', 'Refused']]) {
    const away = await pay({ paymentMethod: { ...card, number: '4212345678901237' } });
    assert.equal(away.resultCode, 'RedirectShopper');
    const page = await (await fetch(base + new URL(away.action.url).pathname)).text();
    const link = new RegExp(`id="${id}" href="([^"]+)"`).exec(page)[1];
    const back = await fetch(base + link, { redirect: 'manual' });
    const redirectResult = new URL(back.headers.get('location')).searchParams.get('redirectResult');
    const done = await checkout.PaymentsApi.paymentsDetails({ details: { redirectResult } });
    assert.equal(done.resultCode, result);
    await assert.rejects(checkout.PaymentsApi.paymentsDetails({ details: { redirectResult } }), (e) => e.errorCode === '704');
  }
});

test('native 3-D Secure: fingerprint, challenge, and then the bank\'s word', async () => {
  const native = (reference) => pay({ reference, channel: 'Web', origin: 'https://example.com', paymentMethod: { ...card, number: '5454545454545454' }, authenticationData: { threeDSRequestData: { nativeThreeDS: 'preferred' } } });
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64');
  for (const [reference, transStatus, outcome] of [['n1', 'Y', 'Authorised'], ['n2', 'N', 'Refused']]) {
    const identify = await native(reference);
    assert.deepEqual([identify.resultCode, identify.action.type, identify.action.subtype], ['IdentifyShopper', 'threeDS2', 'fingerprint']);
    assert.ok(JSON.parse(Buffer.from(identify.action.token, 'base64')).threeDSServerTransID);
    const challenge = await checkout.PaymentsApi.paymentsDetails({ paymentData: identify.action.paymentData, details: { threeds2_fingerprint: encoded({ threeDSCompInd: 'Y' }) } });
    assert.deepEqual([challenge.resultCode, challenge.action.subtype], ['ChallengeShopper', 'challenge']);
    assert.ok(JSON.parse(Buffer.from(challenge.action.token, 'base64')).acsURL);
    const details = { threeDSResult: encoded({ transStatus, authorisationToken: challenge.action.authorisationToken }) };
    const done = await checkout.PaymentsApi.paymentsDetails({ details });
    assert.deepEqual([done.resultCode, done.merchantReference], [outcome, reference]);
    if (outcome === 'Refused') assert.equal(done.refusalReasonCode, '11');
    await assert.rejects(checkout.PaymentsApi.paymentsDetails({ details }), (e) => e.errorCode === '704');
  }

  const early = await native('n3');
  await assert.rejects(checkout.PaymentsApi.paymentsDetails({ paymentData: early.action.paymentData, details: { threeds2_challengeResult: encoded({ transStatus: 'Y' }) } }), (e) => e.errorCode === '14_006');
});

test('3-D Secure without a question: the bank knows its customer, by redirect and native', async () => {
  const calm = { ...card, number: '5201281505129736' };
  const away = await pay({ reference: 'calm1', paymentMethod: calm });
  assert.equal(away.resultCode, 'RedirectShopper');
  const page = await fetch(away.action.url.replace(/\/\/[^/]+/, `//${new URL(base).host}`), { redirect: 'manual' });
  const byRedirect = await checkout.PaymentsApi.paymentsDetails({ details: { redirectResult: new URL(page.headers.get('location')).searchParams.get('redirectResult') } });
  const identify = await pay({ reference: 'calm2', channel: 'Web', origin: 'https://example.com', paymentMethod: calm, authenticationData: { threeDSRequestData: { nativeThreeDS: 'preferred' } } });
  assert.equal(identify.resultCode, 'IdentifyShopper');
  const native = await checkout.PaymentsApi.paymentsDetails({ paymentData: identify.action.paymentData, details: { threeds2_fingerprint: Buffer.from('{"threeDSCompInd":"Y"}').toString('base64') } });
  for (const [done, reference] of [[byRedirect, 'calm1'], [native, 'calm2']]) {
    assert.deepEqual([done.resultCode, done.merchantReference, done.additionalData.liabilityShift, done.additionalData.eci, done.additionalData.cavv.length], ['Authorised', reference, 'true', '02', 28]);
  }
});

test('an exemption from authentication is asked for and granted, or it is not', async () => {
  const asks = { ...card, number: '4917610000000000' };
  const small = await pay({ reference: 'small', paymentMethod: asks, amount: { value: 900, currency: 'EUR' }, additionalData: { scaExemption: 'lowValue' } });
  assert.deepEqual([small.resultCode, small.additionalData.scaExemptionRequested, small.additionalData.liabilityShift], ['Authorised', 'lowValue', undefined]);
  const large = await pay({ reference: 'large', paymentMethod: asks, amount: { value: 90000, currency: 'EUR' }, additionalData: { scaExemption: 'transactionRiskAnalysis' } });
  assert.equal(large.resultCode, 'RedirectShopper');
  const never = await pay({ reference: 'never', paymentMethod: asks, authenticationData: { attemptAuthentication: 'never' } });
  assert.deepEqual([never.resultCode, never.refusalReasonCode, never.refusalReason], ['Refused', '38', 'Authentication required']);
});

test('iDEAL: to the bank and back, captured at once, refunded', async () => {
  const away = await pay({ reference: 'ideal1', paymentMethod: { type: 'ideal' } });
  assert.deepEqual([away.resultCode, away.action.type, away.action.paymentMethodType], ['RedirectShopper', 'redirect', 'ideal']);
  const back = await fetch(away.action.url.replace(/\/\/[^/]+/, `//${new URL(base).host}`) + '/yes', { redirect: 'manual' });
  const done = await checkout.PaymentsApi.paymentsDetails({ details: { redirectResult: new URL(back.headers.get('location')).searchParams.get('redirectResult') } });
  assert.deepEqual([done.resultCode, done.paymentMethod.type], ['Authorised', 'ideal']);
  const refund = await checkout.ModificationsApi.refundCapturedPayment(done.pspReference, eur(100));
  await later();
  await sim('/clock', { advance: '6m' }); // an authorisation may be told late
  await sim('/settle');
  assert.equal(told('AUTHORISATION', done.pspReference).paymentMethod, 'ideal');
  assert.equal(told('REFUND', refund.pspReference).success, 'true');
  const [charge] = (await sim('/charges?reference=ideal1', undefined, 'GET')).charges;
  assert.deepEqual([charge.captured, charge.refunded], [1099, 100]);
  const no = await pay({ reference: 'ideal2', paymentMethod: { type: 'ideal' } });
  const gone = await fetch(no.action.url.replace(/\/\/[^/]+/, `//${new URL(base).host}`) + '/no', { redirect: 'manual' });
  const cancelled = await checkout.PaymentsApi.paymentsDetails({ details: { redirectResult: new URL(gone.headers.get('location')).searchParams.get('redirectResult') } });
  assert.deepEqual([cancelled.resultCode, cancelled.refusalReasonCode], ['Cancelled', '16']);
  await assert.rejects(pay({ paymentMethod: { type: 'ideal' }, amount: { value: 1, currency: 'USD' } }), (e) => e.errorCode === '138');
});

test('stored cards: kept, listed, charged off-session, forgotten', async () => {
  const first = await pay({ shopperReference: 's1', storePaymentMethod: true, recurringProcessingModel: 'Subscription', shopperInteraction: 'Ecommerce' });
  const storedPaymentMethodId = first.additionalData['recurring.recurringDetailReference'];
  const { storedPaymentMethods } = await checkout.RecurringApi.getTokensForStoredPaymentDetails('s1', merchantAccount);
  assert.deepEqual(storedPaymentMethods.map((s) => [s.id, s.lastFour]), [[storedPaymentMethodId, '1111']]);
  const again = { shopperReference: 's1', shopperInteraction: 'ContAuth', recurringProcessingModel: 'Subscription', paymentMethod: { type: 'scheme', storedPaymentMethodId } };
  assert.equal((await pay(again)).resultCode, 'Authorised');
  await checkout.RecurringApi.deleteTokenForStoredPaymentDetails(storedPaymentMethodId, 's1', merchantAccount);
  await assert.rejects(pay(again), (e) => e.errorCode === '800');
});

test('a reply lost after the work, and a retry with the same key: one charge', async () => {
  await sim('/faults', { rule: 'adyen POST /v*/payments drop-after count=1' });
  await assert.rejects(pay({ reference: 'once' }, { idempotencyKey: 'k1' }));
  assert.equal((await pay({ reference: 'once' }, { idempotencyKey: 'k1' })).resultCode, 'Authorised');
  const { charges } = await sim('/charges?reference=once', undefined, 'GET');
  assert.deepEqual(charges.map((c) => c.captured), [1099]);
});

test('every notification verifies with the library; some come late, after the captures they allowed; batches hold several', async () => {
  const psps = [];
  for (let i = 0; i < 60; i++) {
    const paid = await pay({ reference: `many ${i}`, additionalData: { manualCapture: 'true' } });
    psps.push(paid.pspReference);
    await checkout.ModificationsApi.captureAuthorisedPayment(paid.pspReference, eur(1099));
  }
  await later();
  const missing = psps.filter((psp) => !told('AUTHORISATION', psp));
  assert.ok(missing.length > 0 && missing.length < 20, `${missing.length} late`);
  assert.ok(missing.every((psp) => told('CAPTURE', psp)));
  await sim('/clock', { advance: '6m' });
  assert.ok(psps.every((psp) => told('AUTHORISATION', psp)));
  assert.ok(received.some((batch) => batch.length > 1));
  const validator = new hmacValidator();
  assert.ok(received.flat().every((item) => validator.validateHMAC(item, hmacKey)));
  await sim('/faults', { rule: 'adyen webhook * bad-signature count=1' });
  const before = received.length;
  await pay({ reference: 'forged' });
  await sim('/settle');
  await sim('/clock', { advance: '6m' });
  assert.ok(received.slice(before).flat().some((item) => !validator.validateHMAC(item, hmacKey)));
});
