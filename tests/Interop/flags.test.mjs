// The flag server, asked by clients that we did not write: OpenFeature's server SDK with the OFREP provider, its web SDK with
// the OFREP web provider and its change events, and flagd's web provider, both in a real Chromium.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import esbuild from 'esbuild';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'busker-flags-'));
const secret = 'web-secret';
let open, closed, browser, pages, origin;

const everyone = (variant) => ({ name: 'all', enabled: true, everyone: true, assignment: { bucketCount: 1, assignments: [{ id: 'a', ranges: [{ upper: 1 }], variant }] } });
const flag = (name, schema, variants, rest) => ({ name, state: 'ACTIVE', clients: ['*'], schema, variants: Object.entries(variants).map(([n, value]) => ({ name: n, value })), ...rest });
const state = ({ version = 1, color = 'red', discount = false, clients = [] } = {}) => ({
  account: 'shop', version, clients,
  flags: [
    flag('color', { scalar: 'STRING' }, { it: color }, { defaultVariant: 'it', metadata: { owner: 'growth' } }),
    flag('discount', { scalar: 'BOOL' }, { on: true, off: false }, {
      defaultVariant: discount ? 'on' : 'off',
      rules: [{ name: 'swedes', enabled: true, targeting: { criterion: { attribute: 'country', equalTo: { value: { string: 'SE' } } } },
        assignment: { bucketCount: 1, assignments: [{ id: 'a', ranges: [{ upper: 1 }], variant: 'on' }] } }],
    }),
    flag('limit', { scalar: 'INT' }, { low: 10, high: 250 }, { rules: [everyone('high')] }),
    flag('layout', { struct: { fields: { columns: { scalar: 'INT' }, title: { scalar: 'STRING' } } } }, { wide: { columns: 3, title: 'Åsa' } }, { rules: [everyone('wide')] }),
    flag('test', { scalar: 'STRING' }, { a: 'A', b: 'B' }, {
      rules: [{ name: 'split', enabled: true, everyone: true, assignment: { bucketCount: 2, assignments: [{ id: 'a', ranges: [{ upper: 1 }], variant: 'a' }, { id: 'b', ranges: [{ lower: 1, upper: 2 }], variant: 'b' }] } }],
    }),
    { ...flag('asleep', { scalar: 'BOOL' }, { on: true }), state: 'DISABLED' },
  ],
});

const client = { name: 'web', credentials: [{ name: 'k', secretSha256: createHash('sha256').update(secret).digest('base64') }] };

class Server {
  constructor(name, content) {
    this.file = join(folder, `${name}.json`);
    this.port = 0;
    this.write(content);
  }

  write(content) {
    writeFileSync(`${this.file}.new`, JSON.stringify(content));
    renameSync(`${this.file}.new`, this.file);
  }

  async start() {
    const args = ['src/Cli/bin/Release/net10.0/busker.dll', 'flags', 'serve', '--state', this.file, '--port', `${this.port}`];
    this.process = spawn('dotnet', args, { cwd: root, env: { ...process.env, BUSKER_ROOT: root } });
    let out = '';
    this.url = await new Promise((resolve, reject) => {
      const read = (text) => { out += text; const found = /at (http:\S+)\//.exec(out); if (found) resolve(found[1]); };
      this.process.stdout.on('data', read);
      this.process.stderr.on('data', read);
      this.process.on('exit', () => reject(new Error(`flags serve ended:\n${out}`)));
    });
    this.port = new URL(this.url).port;
  }

  async stop() {
    const gone = new Promise((resolve) => this.process.on('exit', resolve));
    this.process.kill('SIGINT');
    await gone;
  }
}

// What the page offers to the tests: one provider at a time, and what it told.
const script = `
  import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
  import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
  import { FlagdWebProvider } from '@openfeature/flagd-web-provider';
  window.changes = 0;
  OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, () => { window.changes++; });
  window.flags = OpenFeature.getClient();
  window.ofrep = async (options, context) => { await OpenFeature.setContext(context); await OpenFeature.setProviderAndWait(new OFREPWebProvider(options)); };
  window.flagd = async (options, context) => { await OpenFeature.setContext(context); await OpenFeature.setProviderAndWait(new FlagdWebProvider(options)); };
  window.context = (context) => OpenFeature.setContext(context);
`;

before(async () => {
  open = new Server('open', state());
  closed = new Server('closed', state({ clients: [client] }));
  await Promise.all([open.start(), closed.start()]);
  const bundle = await esbuild.build({ stdin: { contents: script, resolveDir: fileURLToPath(new URL('.', import.meta.url)) }, bundle: true, format: 'iife', write: false });
  const text = bundle.outputFiles[0].text;
  pages = createServer((request, response) => (request.url === '/app.js'
    ? response.setHeader('content-type', 'text/javascript').end(text)
    : response.setHeader('content-type', 'text/html').end('<!doctype html><meta charset="utf-8"><title>shop</title><script src="/app.js"></script>')));
  await new Promise((done) => pages.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${pages.address().port}`;
  browser = await chromium.launch({
    executablePath: process.env.BUSKER_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  pages?.close();
  await Promise.all([open?.stop(), closed?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const page = async () => {
  const opened = await (await browser.newContext()).newPage();
  await opened.goto(origin);
  await opened.waitForFunction(() => window.flags);
  return opened;
};

const until = (opened, key, value) => opened.waitForFunction(([k, v]) => window.flags.getStringValue(k, 'mine') === v, [key, value]);

test('server SDK: every type, reasons, metadata and errors', async () => {
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: open.url }));
  const flags = OpenFeature.getClient();
  const color = await flags.getStringDetails('color', 'mine', { targetingKey: 'u1' });
  assert.deepEqual([color.value, color.variant, color.reason, color.flagMetadata], ['red', 'it', 'STATIC', { owner: 'growth' }]);
  assert.equal(await flags.getBooleanValue('discount', false, { targetingKey: 'u1', country: 'SE' }), true);
  assert.equal((await flags.getBooleanDetails('discount', true, { targetingKey: 'u1', country: 'NO' })).reason, 'DEFAULT');
  assert.equal(await flags.getNumberValue('limit', 0), 250);
  assert.deepEqual(await flags.getObjectValue('layout', {}), { columns: 3, title: 'Åsa' });
  assert.equal((await flags.getStringDetails('test', 'mine', { targetingKey: 'u1' })).reason, 'SPLIT');
  assert.equal((await flags.getStringDetails('missing', 'mine')).errorCode, 'FLAG_NOT_FOUND');
  const lacking = await flags.getStringDetails('test', 'mine');
  assert.deepEqual([lacking.value, lacking.errorCode], ['mine', 'TARGETING_KEY_MISSING']);
  assert.equal((await flags.getStringDetails('test', 'mine', { targetingKey: 'x'.repeat(101) })).errorCode, 'INVALID_CONTEXT');
  assert.equal((await flags.getBooleanDetails('color', true)).errorCode, 'TYPE_MISMATCH');
  assert.equal(await flags.getBooleanValue('asleep', false), false);
});

test('server SDK: secrets by either header, and none', async () => {
  const ask = async (headers) => {
    await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: closed.url, headers }));
    return OpenFeature.getClient().getStringDetails('color', 'mine', { targetingKey: 'u1' });
  };
  assert.equal((await ask([['Authorization', `Bearer ${secret}`]])).value, 'red');
  assert.equal((await ask([['X-API-Key', secret]])).value, 'red');
  const refused = await ask([]);
  assert.equal(refused.value, 'mine');
  assert.equal(refused.errorCode, 'GENERAL');
});

test('web SDK in Chromium: values, a change of the state file arrives as an event, an equal answer is 304', async () => {
  const opened = await page();
  const statuses = [];
  opened.on('response', (response) => { if (response.url().includes('/evaluate/flags') && response.request().method() === 'POST') statuses.push(response.status()); });
  await opened.evaluate(([baseUrl]) => window.ofrep({ baseUrl }, { targetingKey: 'u1', country: 'SE' }), [open.url]);
  assert.deepEqual(await opened.evaluate(() => [window.flags.getStringValue('color', 'mine'), window.flags.getBooleanValue('discount', false),
    window.flags.getNumberValue('limit', 0), window.flags.getObjectValue('layout', {}).title, window.flags.getBooleanValue('asleep', true)]), ['red', true, 250, 'Åsa', true]);
  open.write(state({ version: 2, color: 'blue' }));
  await until(opened, 'color', 'blue');
  assert.equal(await opened.evaluate(() => window.changes), 1);
  // A Swede has the discount by a rule; another default changes nothing for her.
  const conditional = opened.waitForResponse((response) => response.url().includes('/evaluate/flags') && response.status() === 304);
  open.write(state({ version: 3, color: 'blue', discount: true }));
  await conditional;
  assert.equal(await opened.evaluate(() => window.changes), 1);
  assert.deepEqual(statuses, [200, 200, 304]);
  await opened.context().close();
});

test('web SDK in Chromium: what changed while the server was away arrives when it is back', async () => {
  open.write(state({ version: 4, color: 'green' }));
  const opened = await page();
  await opened.evaluate(([baseUrl]) => window.ofrep({ baseUrl }, { targetingKey: 'u2' }), [open.url]);
  await until(opened, 'color', 'green');
  await open.stop();
  open.write(state({ version: 5, color: 'yellow' }));
  await open.start();
  await until(opened, 'color', 'yellow');
  await opened.context().close();
});

test('web SDK in Chromium: a client with a secret listens on its own channel', async () => {
  const opened = await page();
  const listened = opened.waitForRequest((request) => request.url().includes('/ofrep/v1/events'));
  await opened.evaluate(([baseUrl, key]) => window.ofrep({ baseUrl, headers: [['X-API-Key', key]] }, { targetingKey: 'u1' }), [closed.url, secret]);
  assert.ok(!(await listened).url().includes(secret));
  closed.write(state({ version: 2, color: 'violet', clients: [client] }));
  await until(opened, 'color', 'violet');
  await opened.context().close();
});

test('flagd web provider in Chromium: every type, and a change of the state file', async () => {
  const opened = await page();
  await opened.evaluate(([port]) => window.flagd({ host: '127.0.0.1', port: Number(port), tls: false }, { targetingKey: 'u1', country: 'SE' }), [open.port]);
  const details = await opened.evaluate(() => [window.flags.getStringDetails('color', 'mine'), window.flags.getBooleanDetails('discount', false),
    window.flags.getNumberDetails('limit', 0), window.flags.getObjectDetails('layout', {}), window.flags.getBooleanDetails('asleep', true)]);
  assert.deepEqual(details.map((d) => d.value), ['yellow', true, 250, { columns: 3, title: 'Åsa' }, true]);
  assert.deepEqual(details.map((d) => d.reason), ['STATIC', 'TARGETING_MATCH', 'STATIC', 'STATIC', 'ERROR']);
  open.write(state({ version: 6, color: 'black' }));
  await until(opened, 'color', 'black');
  await opened.context().close();
});
