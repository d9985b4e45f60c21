// Starts `busker simulate` for a test, and what Adyen's library needs to talk to it.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import adyen from '@adyen/api-library';

const cli = fileURLToPath(new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url));
export const merchantAccount = 'BuskerTest';
export const card = { type: 'scheme', number: '4111111111111111', expiryMonth: '03', expiryYear: '2030', cvc: '737', holderName: 'A Person' };

/** One provider, clock frozen. */
export async function simulate(provider, ...more) {
  const host = spawn('dotnet', [cli, 'simulate', provider, '--port', '0', '--clock', 'frozen', '--seed', '7', ...more], { stdio: ['ignore', 'pipe', 'inherit'] });
  const out = await new Promise((done, fail) => {
    let text = '';
    host.stdout.on('data', (chunk) => { text += chunk; if (text.includes('\nready')) done(text); });
    host.on('exit', (code) => fail(new Error(`the simulator stopped with ${code}: ${text}`)));
  });
  const port = Number(/http:\/\/127\.0\.0\.1:(\d+)/.exec(out)[1]);
  const base = `http://127.0.0.1:${port}`;
  const sim = async (path, body, method = body === undefined ? 'GET' : 'POST') => (await fetch(`${base}/_sim${path}`, { method, body: body && JSON.stringify(body) })).json();
  return { base, port, out, sim, advance: (by) => sim('/clock', { advance: by }), settle: () => sim('/settle', {}), stop: () => host.kill() };
}

/** A server that keeps the bodies and headers it was sent, and answers with `status()`. */
export async function receiver(status = () => 200) {
  const got = [];
  const server = createServer(async (request, reply) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    got.push({ body: Buffer.concat(chunks).toString(), headers: request.headers, at: performance.now() });
    reply.writeHead(status(got.length)).end('[accepted]');
  });
  await new Promise((up) => server.listen(0, '127.0.0.1', up));
  return { got, url: `http://127.0.0.1:${server.address().port}/`, stop: () => { server.close(); server.closeAllConnections(); } };
}

/** Adyen, its unmodified library, and a webhook with a signing key: the library knows no address but Adyen's, so its sockets are led here. */
export async function adyenSandbox(...more) {
  const simulator = await simulate('adyen', ...more);
  const plain = https.Agent.prototype.createConnection;
  https.Agent.prototype.createConnection = () => net.connect(simulator.port, '127.0.0.1');
  const apiKey = /api key: (\S+)/.exec(simulator.out)[1];
  const client = new adyen.Client({ apiKey, environment: 'TEST' });
  const checkout = new adyen.CheckoutAPI(client);
  const hook = await receiver();
  const management = new adyen.ManagementAPI(client).WebhooksMerchantLevelApi;
  const made = await management.setUpWebhook(merchantAccount, { type: 'standard', url: hook.url, active: true, communicationFormat: 'json' });
  const { hmacKey } = await management.generateHmacKey(merchantAccount, made.id);
  const items = () => hook.got.flatMap((g) => JSON.parse(g.body).notificationItems.map((i) => i.NotificationRequestItem));
  return {
    ...simulator, apiKey, client, checkout, hmacKey, made, items, batches: () => hook.got.map((g) => JSON.parse(g.body).notificationItems.map((i) => i.NotificationRequestItem)),
    told: (code, psp) => items().find((i) => i.eventCode === code && (i.pspReference === psp || i.originalReference === psp)),
    pay: (body = {}, options) => checkout.PaymentsApi.payments({ merchantAccount, amount: { value: 1099, currency: 'EUR' }, reference: 'order', returnUrl: 'https://example.com/back', paymentMethod: card, ...body }, options),
    stop: () => { https.Agent.prototype.createConnection = plain; simulator.stop(); hook.stop(); },
  };
}
