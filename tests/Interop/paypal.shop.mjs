// A simulator with PayPal, the unmodified `@paypal/paypal-server-sdk` in front of it, a shop that receives webhooks, and a browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { ApiError, CheckoutPaymentIntent, Client, CustomError, OrdersController, PaymentsController, TransactionSearchController, VaultController } from '@paypal/paypal-server-sdk';
import { chromium } from 'playwright-core';

const cli = fileURLToPath(new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url));
export const card = { number: '4012888888881881', expiry: '2030-01', securityCode: '123', name: 'Ada Lovelace' };
export const context = { returnUrl: 'https://shop.example/back', cancelUrl: 'https://shop.example/gone' };
export const usd = (value) => ({ currencyCode: 'USD', value });
export const received = [];
export let base, id, secret, httpsAgent, hooks, orders, payments, vault, search, bearer, page, webhookId, snippet;
let host, browser, number = 0;

export const sim = async (path, body, method = 'POST') => (await fetch(base + '/_sim' + path, { method, body: body && JSON.stringify(body) })).json();
export const charges = async (reference) => (await sim(`/charges?reference=${reference}`, undefined, 'GET')).charges;
export const key = () => `request ${++number}`;
export const raw = async (method, path, body, headers = {}) => {
  const reply = await fetch(base + path, { method, body: body && JSON.stringify(body), headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers } });
  return { status: reply.status, body: reply.status === 204 ? null : await reply.json() };
};

/** A client as its documentation makes it; the agent, a documented option, leads to the simulator instead of to PayPal. */
export async function logIn() {
  const client = new Client({ clientCredentialsAuthCredentials: { oAuthClientId: id, oAuthClientSecret: secret }, httpClientOptions: { httpsAgent } });
  orders = new OrdersController(client);
  payments = new PaymentsController(client);
  vault = new VaultController(client);
  search = new TransactionSearchController(client);
  bearer = (await client.clientCredentialsAuthManager.fetchToken()).accessToken;
}

export const order = async (unit, more = {}, intent = CheckoutPaymentIntent.Capture) =>
  (await orders.createOrder({ body: { intent, purchaseUnits: [{ amount: usd('10.99'), ...unit }], ...more }, paypalRequestId: key(), prefer: 'return=representation' })).result;
export const withCard = (more = {}) => ({ paymentSource: { card: { ...card, ...more } } });
export const link = (of, rel) => of.links.find((l) => l.rel === rel)?.href;
export const told = (type, resourceId) => received.find((r) => r.event.event_type === type && (r.event.resource.id === resourceId || r.event.resource.dispute_id === resourceId));
export const refused = async (promise, status, issue) => {
  const error = await promise.then(() => assert.fail('it was not refused'), (e) => e);
  assert.ok(error instanceof CustomError && error instanceof ApiError, String(error));
  const told = error.result ?? JSON.parse(error.body); // the client parses the statuses it documents
  assert.deepEqual([error.statusCode, told.details?.[0].issue], [status, issue]);
  assert.equal(told.debug_id, error.headers['paypal-debug-id']);
  return told;
};

export async function start() {
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
}

export async function stop() {
  await browser?.close();
  host.kill();
  hooks.close();
  hooks.closeAllConnections();
}

/** Opens a payer's page, presses a button, and returns where it led. */
export async function press(url, button, email) {
  await page.goto(url, { waitUntil: 'domcontentloaded' });
  if (email) await page.fill('input[name=email]', email);
  await page.click('#' + button);
  await page.waitForURL('https://shop.example/**', { waitUntil: 'commit' });
  return new URL(page.url());
}
