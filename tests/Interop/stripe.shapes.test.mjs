// Every object the simulator answers with is compiled against the client's own type definitions: missing fields, fields that
// do not exist, wrong types and unknown enum words are all compile errors.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { file, parameters, simulated } from './stripe.parameters.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const cli = fileURLToPath(new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url));
let host, base, key;

before(async () => {
  host = spawn('dotnet', [cli, 'simulate', 'stripe', '--port', '0', '--clock', 'frozen'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const out = await new Promise((done, fail) => {
    let text = '';
    host.stdout.on('data', (chunk) => { text += chunk; if (text.includes('\nready')) done(text); });
    host.on('exit', (code) => fail(new Error(`the simulator stopped with ${code}: ${text}`)));
  });
  base = /stripe {2}(http:\/\/[^/]+)/.exec(out)[1];
  key = /secret key: (\S+)/.exec(out)[1];
});

after(() => host.kill());

const ask = async (method, path, form) => (await fetch(base + path, {
  method, body: form && new URLSearchParams(form), headers: { authorization: `Bearer ${key}` },
})).json();
const post = (path, form) => ask('POST', path, form ?? {});
const get = (path) => ask('GET', path);
const clock = (advance) => fetch(base + '/_sim/clock', { method: 'POST', body: JSON.stringify({ advance }) });

/** Decimal fields are strings on the wire and a class of the client's after it has read them. */
const literal = (value) => JSON.stringify(value, (name, inner) => (name.endsWith('_decimal') ? null : inner), 1).replaceAll(/("\w+_decimal": )null/g, '$1null as any');

async function samples() {
  const card = { amount: 2000, currency: 'usd', 'payment_method_types[]': 'card', confirm: 'true' };
  const customer = await post('/v1/customers', { email: 'ada@example.com', name: 'Ada', 'address[city]': 'London', 'metadata[a]': 'b' });
  const paid = await post('/v1/payment_intents', { ...card, payment_method: 'pm_card_visa', customer: customer.id });
  const waiting = await post('/v1/payment_intents', { ...card, payment_method: 'pm_card_threeDSecure2Required', return_url: 'https://example.com' });
  const declined = await post('/v1/payment_intents', { ...card, payment_method: 'pm_card_chargeDeclined' });
  const held = await post('/v1/payment_intents', { ...card, payment_method: 'pm_card_mastercard', capture_method: 'manual' });
  const disputed = await post('/v1/payment_intents', { ...card, payment_method: 'pm_card_createDispute' });
  const warned = await post('/v1/payment_intents', { ...card, payment_method: 'pm_card_createIssuerFraudRecord' });
  const refund = await post('/v1/refunds', { payment_intent: paid.id, amount: 500 });
  const pending = await post('/v1/refunds', { payment_intent: (await post('/v1/payment_intents', { ...card, payment_method: 'pm_card_pendingRefund' })).id });
  const setup = await post('/v1/setup_intents', { 'payment_method_types[]': 'card', payment_method: 'pm_card_visa', confirm: 'true', customer: customer.id });
  const mandate = async (type, token) => get(`/v1/mandates/${(await post('/v1/setup_intents', { 'payment_method_types[]': type, payment_method: token, confirm: 'true' })).mandate}`);
  const mandates = [await mandate('sepa_debit', 'pm_sepaDebit_success_de'), await mandate('us_bank_account', 'pm_usBankAccount_success')];
  const product = await post('/v1/products', { name: 'Premium' });
  const price = await post('/v1/prices', { product: product.id, unit_amount: 1099, currency: 'usd', 'recurring[interval]': 'month' });
  const subscription = await post('/v1/subscriptions', { customer: customer.id, 'items[0][price]': price.id, default_payment_method: setup.payment_method });
  await post('/v1/payment_intents', { ...card, amount: 90000, payment_method: 'pm_card_bypassPending' });
  const payout = await post('/v1/payouts', { amount: 100, currency: 'usd' });
  const run = await post('/v1/reporting/report_runs', { report_type: 'payout_reconciliation.itemized.5' });
  const debit = await post('/v1/payment_intents', { amount: 2000, currency: 'eur', 'payment_method_types[]': 'sepa_debit', confirm: 'true', payment_method: 'pm_sepaDebit_failed_de' });
  const onItsWay = await get(`/v1/charges/${debit.latest_charge}`);
  const usDebit = await post('/v1/payment_intents', { amount: 2000, currency: 'usd', 'payment_method_types[]': 'us_bank_account', confirm: 'true', payment_method: 'pm_usBankAccount_success' });
  const special = [];
  for (const token of ['createCe3EligibleDispute', 'createComplianceDispute', 'createMastercardComplianceDispute']) special.push((await get(`/v1/disputes?payment_intent=${(await post('/v1/payment_intents', { ...card, payment_method: `pm_card_${token}` })).id}`)).data[0]);
  const attempted = await post('/v1/payment_intents', { ...card, payment_method: 'pm_card_visa_cartesBancaires', 'payment_method_options[card][request_three_d_secure]': 'any' });
  const broken = await post('/v1/payment_intents', { ...card, payment_method: 'pm_card_threeDSecureOptionalProcessingError', 'payment_method_options[card][request_three_d_secure]': 'any' });
  const led = await post('/v1/payment_intents', { amount: 2000, currency: 'usd', 'automatic_payment_methods[enabled]': 'true', confirm: 'true', payment_method: 'pm_card_threeDSecure2Required', use_stripe_sdk: 'true' });
  const invoice = await get(`/v1/invoices/${subscription.latest_invoice}?expand[]=payments&expand[]=confirmation_secret`);
  const evidence = await post(`/v1/disputes/${special[0].id}`, { submit: 'false', 'evidence[enhanced_evidence][visa_compelling_evidence_3][prior_undisputed_transactions][0][charge]': 'ch_1' });
  assert.equal(evidence.evidence_details.enhanced_eligibility.visa_compelling_evidence_3.status, 'qualified');
  await clock('1h');
  const charge = await get(`/v1/charges/${paid.latest_charge}`);
  return [
    ['Customer', customer], ['PaymentIntent', paid], ['PaymentIntent', waiting], ['PaymentIntent', held], ['PaymentIntent', declined.error.payment_intent],
    ['Charge', charge], ['Charge', await get(`/v1/charges/${declined.error.charge}`)], ['Refund', refund], ['Refund', pending],
    ['PaymentIntent', debit], ['Charge', onItsWay], ['Charge', await get(`/v1/charges/${usDebit.latest_charge}`)], ['Charge', await get(`/v1/charges/${onItsWay.id}`)], ['PaymentIntent', await get(`/v1/payment_intents/${debit.id}`)],
    ['Charge', await get(`/v1/charges/${attempted.latest_charge}`)], ['PaymentMethod', await get(`/v1/payment_methods/${attempted.payment_method}`)], ...special.map((d) => ['Dispute', d]),
    ['Dispute', (await get(`/v1/disputes?payment_intent=${disputed.id}`)).data[0]], ['PaymentIntent', led], ['Charge', await get(`/v1/charges/${broken.latest_charge}`)],
    ['Charge', await get(`/v1/charges/${paid.latest_charge}?expand[]=refunds`)], ...mandates.map((m) => ['Mandate', m]), ['Invoice', invoice], ['InvoicePayment', invoice.payments.data[0]],
    ['Radar.EarlyFraudWarning', (await get(`/v1/radar/early_fraud_warnings?payment_intent=${warned.id}`)).data[0]],
    ['SetupIntent', setup], ['Mandate', await get(`/v1/mandates/${setup.mandate}`)], ['PaymentMethod', await get(`/v1/payment_methods/${setup.payment_method}`)],
    ['PaymentMethod', await post('/v1/payment_methods', { type: 'sepa_debit', 'sepa_debit[iban]': 'AT611904300234573201' })],
    ['PaymentMethod', await post('/v1/payment_methods', { type: 'us_bank_account', 'us_bank_account[account_number]': '000123456789' })],
    ['BalanceTransaction', await get(`/v1/balance_transactions/${charge.balance_transaction}`)], ['Balance', await get('/v1/balance')],
    ['Payout', payout], ['Product', product], ['Price', price], ['Subscription', subscription], ['Invoice', await get(`/v1/invoices/${subscription.latest_invoice}`)],
    ['WebhookEndpoint', await post('/v1/webhook_endpoints', { url: 'http://127.0.0.1:9/x', 'enabled_events[]': '*' })],
    ['TestHelpers.TestClock', await post('/v1/test_helpers/test_clocks', { frozen_time: 1767600000 })],
    ['Reporting.ReportRun', await get(`/v1/reporting/report_runs/${run.id}`)], ['Account', await get('/v1/account')],
    ['Token', await post('/v1/tokens', { 'card[number]': '4242424242424242', 'card[exp_month]': 1, 'card[exp_year]': 2035, 'card[cvc]': '123' })],
    ['Event', (await get('/v1/events?type=payment_intent.succeeded')).data[0]],
    ['ApiList<Stripe.Charge>', await get('/v1/charges?limit=2')],
  ];
}

test('every object compiles against the types of the client', async () => {
  const all = await samples();
  const source = `import type Stripe from 'stripe';\n${all.map(([type, value], i) => `export const sample${i}: Stripe.${type} = ${literal(value)};`).join('\n')}\n`;
  const name = `${here}shapes.generated.ts`;
  const options = { strict: true, noEmit: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16, types: [] };
  const compiler = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = compiler;
  compiler.getSourceFile = (file, ...rest) => (file === name ? ts.createSourceFile(file, source, options.target) : getSourceFile(file, ...rest));
  compiler.fileExists = (file) => file === name || fileExists(file);
  compiler.readFile = (file) => (file === name ? source : readFile(file));
  const program = ts.createProgram([name], options, compiler);
  const problems = ts.getPreEmitDiagnostics(program).filter((d) => d.file?.fileName === name).map((d) => {
    const { line } = d.file.getLineAndCharacterOfPosition(d.start);
    const sample = source.slice(0, d.start).split('export const sample').length - 2;
    return `${all[sample]?.[0]}: line ${source.split('\n')[line].trim()}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n').slice(0, 400)}`;
  });
  assert.deepEqual(problems, []);
});

test('the parameters that endpoints may be sent are the client\'s', () => assert.equal(readFileSync(file, 'utf8'), parameters(simulated())));

test('an unknown parameter is refused in Stripe\'s words, also inside; what is below metadata is free', async () => {
  const card = { amount: 2000, currency: 'usd', 'payment_method_types[]': 'card' };
  for (const [more, named] of [[{ colour: 1 }, 'colour'], [{ 'shipping[address][planet]': 'x' }, 'shipping[address][planet]'], [{ 'payment_method_options[card][colour]': 1 }, 'payment_method_options[card][colour]']]) {
    const { error } = await post('/v1/payment_intents', { ...card, ...more });
    assert.deepEqual([error.type, error.code, error.param, error.message], ['invalid_request_error', 'parameter_unknown', named, `Received unknown parameter: ${named}`]);
  }
  assert.equal((await post('/v1/payment_intents', { ...card, a: 1, b: 2 })).error.message, 'Received unknown parameters: a, b');
  assert.equal((await get('/v1/customers?colour=1')).error.code, 'parameter_unknown');
  assert.equal((await post('/v1/payment_intents', { ...card, 'metadata[colour]': 'red', 'expand[0]': 'customer' })).status, 'requires_payment_method');
});
