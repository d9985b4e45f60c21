// The resolver and the provider of sdk/js in a real Chromium, bundled and minified as a page has them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { bundle, forPages } from './flags.bundle.mjs';
import { folder, keys, serve, signed, until } from './flags.state.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const files = { 1: signed(1), 2: signed(2, flags => { flags.limit.defaultVariant = 'high'; }) };
let house, browser, page, version = 1;

before(async () => {
  const script = readFileSync(await bundle(`${root}tests/Interop/flags.page.mjs`, 'flags-page.mjs', { ...forPages, external: [] }));
  house = await serve(
    ({ ifNoneMatch }) => (version === 0 ? { status: 500 } : ifNoneMatch === `"${version}"` ? { status: 304 } : { etag: `"${version}"`, body: files[version] }),
    { '/': { type: 'text/html', body: '<!doctype html><title>flags</title>' }, '/flags.js': { type: 'text/javascript', body: script } },
  );
  browser = await chromium.launch({
    executablePath: process.env.BUSKER_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  page = await browser.newPage();
  page.on('pageerror', e => console.error(e));
  await page.goto(house.url + '/');
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  await house?.close();
  rmSync(folder, { recursive: true });
});

test('the golden file and fuzzed cases are answered in the browser as by .NET', { timeout: 120_000 }, async () => {
  const fuzz = spawnSync('dotnet', ['src/Cli/bin/Release/net10.0/busker.dll', 'flags', 'fuzz', '--seed', '31', '--cases', '2000'], { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...process.env, BUSKER_ROOT: root } });
  const cases = await page.evaluate(async texts => {
    const { sdk, Twin } = await import('/flags.js');
    const counts = [];
    for (const text of texts) {
      const twin = new Twin(sdk);
      for (const line of text.trim().split('\n')) await twin.line(line);
      counts.push(twin.cases);
    }
    return counts;
  }, [readFileSync(`${root}tests/Flags.Tests/golden.jsonl`, 'utf8'), fuzz.stdout]);
  assert.deepEqual(cases, [96, 2000]);
});

test('lower case is that of .NET, whatever Unicode the browser knows', async () => {
  assert.equal(await page.evaluate(async () => {
    const { lowerCase, murmur32 } = await import('/flags.js');
    const lower = new Uint16Array(65536).map((_, i) => lowerCase(String.fromCharCode(i)).charCodeAt(0));
    return murmur32(new Uint8Array(lower.buffer), 131072, 0);
  }), 1963580438);
});

test('the provider answers at once, learns of changes and keeps the last good state in the browser', async () => {
  const first = await page.evaluate(async ({ keys, url }) => {
    const { BuskerWebProvider, OpenFeature, ProviderEvents, browserCache } = await import('/flags.js');
    const provider = new BuskerWebProvider({ poll: { url: '/state', intervalMs: 20 }, keys, cache: browserCache(), exposures: { url: url + '/exposures', client: 'page', flushMs: 3_600_000 } });
    await OpenFeature.setContext({ targetingKey: 'u1' });
    await OpenFeature.setProviderAndWait(provider);
    window.flags = OpenFeature.getClient();
    const before = window.flags.getNumberValue('limit', 0);
    window.changed = new Promise(resolve => window.flags.addHandler(ProviderEvents.ConfigurationChanged, e => resolve(e.flagsChanged.sort())));
    return [before, window.flags.getBooleanDetails('on', false).reason, window.flags.getStringDetails('split', '').reason];
  }, { keys, url: house.url });
  assert.deepEqual(first, [5, 'STATIC', 'SPLIT']);
  version = 2;
  assert.deepEqual(await page.evaluate(() => window.changed), ['after', 'limit']);
  assert.equal(await page.evaluate(() => window.flags.getNumberValue('limit', 0)), 50);
});

test('exposures leave when the page goes away', async () => {
  assert.equal(house.posts.length, 0);
  await page.goto('about:blank');
  await until(() => house.posts.length > 0, 'the exposures of a page that is gone');
  const { path, body } = house.posts[0];
  assert.equal(path, '/exposures');
  assert.deepEqual(body.exposures.map(e => [e.flag, e.unit, e.sequence, e.client]), [['on', 'u1', '1', 'page'], ['split', 'u1', '2', 'page']]);
});

test('without its server the page starts from what the browser kept, and says that it is stale', async () => {
  version = 0;
  await page.goto(house.url + '/');
  assert.deepEqual(await page.evaluate(async keys => {
    const { BuskerWebProvider, OpenFeature, ProviderEvents, StickyStorage, browserCache } = await import('/flags.js');
    const provider = new BuskerWebProvider({ poll: { url: '/state', intervalMs: 50 }, keys, cache: browserCache(), sticky: new StickyStorage(localStorage) });
    await OpenFeature.setContext({ targetingKey: 'u1' });
    await OpenFeature.setProviderAndWait(provider);
    const flags = OpenFeature.getClient();
    await new Promise(resolve => flags.addHandler(ProviderEvents.Stale, resolve));
    const kept = flags.getStringValue('kept', '');
    return [flags.providerStatus, flags.getNumberDetails('limit', 0).reason, flags.getNumberValue('limit', 0), kept, Object.values(localStorage)];
  }, keys), ['STALE', 'STALE', 50, 'old', ['{"kept/r":"old"}']]);
});
