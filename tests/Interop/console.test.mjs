// The console in a real Chromium, against the product as `busker up` starts it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'busker-console-'));
let house, browser, page, link;

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)); });
});

before(async () => {
  const args = ['src/Cli/bin/Release/net10.0/busker.dll', 'up', '--data', data, '--port', `${await freePort()}`, '--grpc-port', `${await freePort()}`];
  house = spawn('dotnet', args, { cwd: root, env: { ...process.env, BUSKER_ROOT: root } });
  let out = '';
  link = await new Promise((resolve, reject) => {
    const read = (text) => { out += text; const found = /(http:\S+#key=\S+)/.exec(out); if (found) resolve(found[1]); };
    house.stdout.on('data', read);
    house.stderr.on('data', read);
    house.on('exit', () => reject(new Error(`busker up ended:\n${out}`)));
  });
  browser = await chromium.launch({
    executablePath: process.env.BUSKER_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  page = await browser.newPage();
}, { timeout: 120_000 });

after(async () => {
  await browser?.close();
  const gone = new Promise((resolve) => house.on('exit', resolve));
  house?.kill('SIGINT');
  await gone;
  rmSync(data, { recursive: true, force: true });
});

const title = () => page.locator('#page-title').textContent();

test('the printed link signs in and hides the key from the address', async () => {
  await page.goto(link);
  await page.getByText('What this house answers and tells').waitFor();
  assert.ok(!page.url().includes('key='));
});

test('keys alone lead through the pages', async () => {
  for (const [letter, name] of [['c', 'Catalog'], ['l', 'Caps'], ['f', 'Facts'], ['a', 'Access'], ['h', 'Health'], ['o', 'Overview']]) {
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
    await page.waitForFunction((n) => document.getElementById('page-title')?.textContent === n, name);
  }
  await page.keyboard.press('Control+k');
  await page.getByLabel('Command', { exact: true }).fill('health');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.getElementById('page-title')?.textContent === 'Health');
  assert.equal(await title(), 'Health');
});

test('the matrix shows what a plan contains, market by market', async () => {
  await page.goto(`${new URL(link).origin}/#/catalog`);
  const matrix = page.getByRole('region', { name: 'Feature matrix' });
  await matrix.getByRole('columnheader', { name: /Free/ }).first().waitFor();
  await page.getByLabel('Market').selectOption('IN');
  await matrix.getByText('Platinum').first().waitFor();
});

test('a consumption is seen live, and so is the fact that a plan was given', async () => {
  const origin = new URL(link).origin;
  const key = /#key=(.+)$/.exec(link)[1];
  const ask = (method, body) => fetch(`${origin}/busker.entitlements.v1.Entitlements/${method}`, {
    method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
  }).then(async (r) => { assert.equal(r.status, 200, await r.clone().text()); return r.json(); });
  await page.goto(`${origin}/#/facts`);
  await page.getByText('Live', { exact: true }).waitFor();
  await ask('SetListenerPlan', { requestId: 'c1', listenerId: 'bob', plan: 'free', market: 'SE' });
  await page.getByText('ListenerPlanSet').first().waitFor();
  const answer = await ask('ConsumeCap', { requestId: 'c2', listenerId: 'bob', feature: 'on_demand_time', amount: '180' });
  assert.equal(answer.outcome, 'OUTCOME_ADMITTED');
  await page.goto(`${origin}/#/caps`);
  await page.getByLabel('Listener id').fill('bob');
  await page.getByRole('button', { name: 'Show' }).click();
  await page.getByRole('rowheader', { name: /on_demand_time/ }).waitFor();
});

test('a key is made, shown once, and revoked', async () => {
  await page.goto(`${new URL(link).origin}/#/access`);
  await page.getByLabel('Name').fill('from the console');
  await page.getByRole('button', { name: 'Create a test key' }).click();
  assert.match(await page.getByTestId('secret').textContent(), /^bk_test_/);
  await page.getByRole('button', { name: 'Revoke from the console' }).click();
  await page.getByRole('button', { name: 'Revoke for good' }).click();
  await page.getByText('revoked', { exact: true }).waitFor();
});

test('dark and light are both there, and a key that is refused leads to the sign-in', async () => {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.evaluate(() => { document.documentElement.dataset.theme = 'dark'; });
  const dark = await paper();
  await page.evaluate(() => { document.documentElement.dataset.theme = 'light'; });
  assert.notEqual(await paper(), dark);
  await page.evaluate(() => sessionStorage.setItem('busker.key', 'bk_test_this-is-not-a-key'));
  await page.goto(`${new URL(link).origin}/#/catalog`);
  await page.reload();
  await page.getByText('The API key was not accepted').first().waitFor();
  await page.getByRole('link', { name: 'Sign in' }).first().click();
  await page.getByText('Sign in to Busker').waitFor();
});
