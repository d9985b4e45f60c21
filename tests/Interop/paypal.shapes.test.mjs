// Every object the simulator answers with is compiled against the client's own type definitions: fields that do not exist,
// missing ones, wrong types and unknown enum words are all compile errors. The client writes names in camel case.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = fileURLToPath(new URL('.', import.meta.url));
const cli = fileURLToPath(new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url));
const usd = (value) => ({ currency_code: 'USD', value });
const card = { number: '4012888888881881', expiry: '2030-01', security_code: '123', name: 'Ada Lovelace' };
let host, base, basic, bearer, number = 0;

before(async () => {
  host = spawn('dotnet', [cli, 'simulate', 'paypal', '--port', '0', '--clock', 'frozen'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const out = await new Promise((done, fail) => {
    let text = '';
    host.stdout.on('data', (chunk) => { text += chunk; if (text.includes('\nready')) done(text); });
    host.on('exit', (code) => fail(new Error(`the simulator stopped with ${code}: ${text}`)));
  });
  base = /paypal {2}(http:\/\/127\.0\.0\.1:\d+)/.exec(out)[1];
  basic = btoa(`${/client id: (\S+)/.exec(out)[1]}:${/client secret: (\S+)/.exec(out)[1]}`);
  await logIn();
});

async function logIn() {
  bearer = (await (await fetch(base + '/v1/oauth2/token', { method: 'POST', body: 'grant_type=client_credentials', headers: { authorization: `Basic ${basic}` } })).json()).access_token;
}

after(() => host.kill());

const ask = async (method, path, body, full = true) => (await fetch(base + path, {
  method, body: body && JSON.stringify(body),
  headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', 'paypal-request-id': `request ${++number}`, ...(full && { prefer: 'return=representation' }) },
})).json();
const post = (path, body, full) => ask('POST', path, body ?? {}, full);
const get = (path) => ask('GET', path);
const order = (more = {}, unit = {}, full = true) => post('/v2/checkout/orders', { intent: 'CAPTURE', purchase_units: [{ amount: usd('10.99'), ...unit }], ...more }, full);
const withCard = (more = {}) => ({ payment_source: { card: { ...card, ...more } } });
const press = (path, form) => fetch(base + path, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });

/** As the client names it. */
const camel = (value) => Array.isArray(value) ? value.map(camel)
  : value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase()), camel(v)])) : value;

async function samples() {
  const unit = {
    reference_id: 'r', invoice_id: 'i1', custom_id: 'c1', description: 'A month', soft_descriptor: 'SIM',
    amount: { ...usd('13.00'), breakdown: { item_total: usd('10.00'), tax_total: usd('2.00'), shipping: usd('3.00'), handling: usd('1.00'), insurance: usd('1.00'), shipping_discount: usd('1.00'), discount: usd('3.00') } },
    items: [{ name: 'Premium', quantity: '2', unit_amount: usd('5.00'), tax: usd('1.00'), sku: 's', category: 'DIGITAL_GOODS' }],
    shipping: { name: { full_name: 'Ada' }, address: { address_line_1: '1 Main St', admin_area_2: 'San Jose', admin_area_1: 'CA', postal_code: '95131', country_code: 'US' } },
  };
  const created = await order({ payer: { email_address: 'ada@example.com', name: { given_name: 'Ada', surname: 'L' } } }, unit);
  const minimal = await order({}, {}, false);
  const waiting = await order({ payment_source: { paypal: { email_address: 'ada@example.com' } } });
  await press('/checkoutnow', { token: created.id, action: 'approve' });
  const approved = await get(`/v2/checkout/orders/${created.id}`);
  const captured = await post(`/v2/checkout/orders/${created.id}/capture`);
  const capture = captured.purchase_units[0].payments.captures[0].id;
  const refund = await post(`/v2/payments/captures/${capture}/refund`, { amount: usd('1.00'), note_to_payer: 'sorry' });
  const vaulted = await order(withCard({ attributes: { vault: { store_in_vault: 'ON_SUCCESS' } } }));
  const wallet = await order({ payment_source: { paypal: { attributes: { vault: { store_in_vault: 'ON_SUCCESS' } } } } });
  await press('/checkoutnow', { token: wallet.id, action: 'approve' });
  const kept = await post(`/v2/checkout/orders/${wallet.id}/capture`);
  const declined = [];
  for (const name of ['REFUSED', 'SF', 'EC', 'IRC', 'IF', 'LS', 'IA', 'BANK_ERROR', 'CVV_F']) declined.push(await order(withCard({ name: 'CCREJECT-' + name })));
  const away = await order(withCard({ attributes: { verification: { method: 'SCA_ALWAYS' } } }));
  await press('/checkoutnow', { token: away.id, action: 'approve' });
  const held = await order({ intent: 'AUTHORIZE', ...withCard() });
  const authorization = held.purchase_units[0].payments.authorizations[0].id;
  const plain = await order({ intent: 'AUTHORIZE' });
  await press('/checkoutnow', { token: plain.id, action: 'approve' });
  const authorized = await post(`/v2/checkout/orders/${plain.id}/authorize`);
  const setup = await post('/v3/vault/setup-tokens', { payment_source: { card } });
  const asking = await post('/v3/vault/setup-tokens', { payment_source: { paypal: { description: 'monthly', usage_type: 'MERCHANT' } } });
  await press('/agreements/approve', { token: asking.id, action: 'approve' });
  const token = await post('/v3/vault/payment-tokens', { payment_source: { token: { id: setup.id, type: 'SETUP_TOKEN' } } });
  await fetch(base + '/_sim/disputes', { method: 'POST', body: JSON.stringify({ provider: 'paypal', charge: capture, reason: 'product_not_received' }) });
  const waits = [];
  for (const custom_id of ['sim_pending', 'sim_pending_denied', 'sim_pending_echeck']) waits.push((await order(withCard(), { custom_id })).purchase_units[0].payments.captures[0].id);
  const review = await get(`/v2/payments/captures/${waits[0]}`);
  const paid = (await order(withCard())).purchase_units[0].payments.captures[0].id;
  const onItsWay = await post(`/v2/payments/captures/${paid}/refund`, { amount: usd('1.00'), custom_id: 'sim_pending' });
  const comesBack = await post(`/v2/payments/captures/${paid}/refund`, { amount: usd('1.00'), custom_id: 'sim_pending_denied' });
  const { now } = await (await fetch(base + '/_sim/state')).json();
  const start = new Date(Date.parse(now) - 86_400_000).toISOString();
  return [
    ['Order', created], ['Order', minimal], ['Order', waiting], ['Order', approved], ['Order', captured], ['Order', vaulted], ['Order', kept], ['Order', await get(`/v2/checkout/orders/${away.id}`)],
    ...declined.map((d) => ['Order', d]), ['Order', held], ['OrderAuthorizeResponse', authorized],
    ['PaymentAuthorization', await get(`/v2/payments/authorizations/${authorization}`)],
    ['CapturedPayment', await post(`/v2/payments/authorizations/${authorization}/capture`, { amount: usd('2.00') })],
    ['CapturedPayment', await get(`/v2/payments/captures/${capture}`)], ['CapturedPayment', await post(`/v2/payments/authorizations/${authorization}/capture`, { amount: usd('2.00') }, false)],
    ['PaymentAuthorization', await post(`/v2/payments/authorizations/${authorization}/void`)],
    ['Refund', refund], ['Refund', await get(`/v2/payments/refunds/${refund.id}`)],
    ['CapturedPayment', review], ['CapturedPayment', await get(`/v2/payments/captures/${waits[2]}`)], ['Refund', onItsWay], ['Refund', comesBack],
    ['SetupTokenResponse', setup], ['SetupTokenResponse', await get(`/v3/vault/setup-tokens/${asking.id}`)], ['PaymentTokenResponse', token],
    ['PaymentTokenResponse', await post('/v3/vault/payment-tokens', { payment_source: { token: { id: asking.id, type: 'SETUP_TOKEN' } } })],
    ['CustomerVaultPaymentTokensResponse', await get(`/v3/vault/payment-tokens?customer_id=${token.customer.id}&total_required=true`)],
    ['SearchResponse', await get(`/v1/reporting/transactions?start_date=${start}&end_date=${now}&fields=all&balance_affecting_records_only=N`)],
    ['BalancesResponse', await get('/v1/reporting/balances')],
    ...await later(),
  ];

  /** What became of what waited. */
  async function later() {
    await fetch(base + '/_sim/clock', { method: 'POST', body: JSON.stringify({ advance: '5d' }) });
    await logIn();
    const ends = await Promise.all([...waits.map((w) => get(`/v2/payments/captures/${w}`)), ...[onItsWay, comesBack].map((r) => get(`/v2/payments/refunds/${r.id}`))]);
    assert.deepEqual(ends.map((e) => e.status), ['COMPLETED', 'DECLINED', 'COMPLETED', 'COMPLETED', 'FAILED']);
    return ends.map((e, i) => [i < 3 ? 'CapturedPayment' : 'Refund', e]);
  }
}

test('every object compiles against the types of the client', async () => {
  const all = await samples();
  for (const [type, value] of all) assert.ok(value.id ?? value.links ?? value.balances, `${type}: ${JSON.stringify(value)}`);
  // Enums of the client take no string literals: Plain says the same type with the words themselves.
  const source = `import type * as PayPal from '@paypal/paypal-server-sdk';
type Plain<T> = T extends string ? \`\${T}\` : T extends number | boolean | bigint | undefined | null ? T : T extends (infer U)[] ? Plain<U>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
${all.map(([type, value], i) => `export const sample${i}: Plain<PayPal.${type}> = ${JSON.stringify(camel(value), null, 1)};`).join('\n')}\n`;
  const name = `${here}paypal.generated.ts`;
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
