// The console in a real Chromium, against the product as `busker up` starts it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

const origin = () => new URL(link).origin;
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

test('a job that failed for good is shown with why, runs again, and can be given up', async () => {
  const jobs = ['a', 'b'].map((id) => ({ jobId: `job_${id}`, kind: `test.${id}`, error: `${id} was not at home`, attempts: 10, deathTime: '2026-01-02T03:04:05Z' }));
  const asked = [];
  await page.route('**/busker.operations.v1.Operations/*', (route) => {
    const method = route.request().url().split('/').at(-1);
    if (method !== 'ListDeadJobs') { const { jobId } = route.request().postDataJSON(); asked.push([method, jobId]); jobs.splice(jobs.findIndex((j) => j.jobId === jobId), 1); }
    return route.fulfill({ json: method === 'ListDeadJobs' ? { jobs } : {} });
  });
  await page.goto(`${origin()}/#/health`);
  const dead = page.getByRole('region', { name: 'Dead jobs' });
  await dead.getByText('a was not at home').waitFor();
  await dead.getByRole('button', { name: 'Run test.a again' }).click();
  await dead.getByText('a was not at home').waitFor({ state: 'detached' });
  await dead.getByRole('button', { name: 'Give up test.b' }).click();
  await dead.getByRole('button', { name: 'Give up for good' }).click();
  await dead.getByText('No job is dead').waitFor();
  assert.deepEqual(asked, [['RerunDeadJob', 'job_a'], ['DropDeadJob', 'job_b']]);
  await page.unroute('**/busker.operations.v1.Operations/*');
});

test('a new tenant sees on every page that nothing is there yet, and what to do', async () => {
  const { OperatorSecret: operator } = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'));
  const made = await fetch(`${origin()}/busker.tenancy.v1.Tenancy/CreateTenant`, {
    method: 'POST', headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' }, body: '{"requestId":"t1","name":"Fresh"}',
  }).then((r) => r.json());
  const context = await browser.newContext();
  const fresh = await context.newPage();
  await fresh.goto(`${origin()}/#key=${made.key.secret}`);
  for (const [path, ...texts] of [
    ['', 'Quiet'], ['catalog', 'No catalog is published yet'], ['caps', 'Nobody has used up a cap yet', 'There is no listener ann'],
    ['facts', 'No facts yet'], ['access', 'No members yet'], ['health', 'No job is dead'], ['nowhere', 'There is no such page'],
  ]) {
    await fresh.goto(`${origin()}/#/${path}`);
    for (const text of texts) await fresh.getByText(text).waitFor();
    assert.equal(await fresh.getByRole('alert').count(), 0, path);
  }
  await context.close();
});

test('while the host is away every page says so, and it is whole again when the host is back', async () => {
  const away = (url) => /busker\.|metrics|readyz/.test(url.pathname);
  for (const path of ['', 'catalog', 'caps', 'facts', 'access', 'health']) {
    const context = await browser.newContext();
    const cut = await context.newPage();
    await cut.goto(link);
    await cut.getByText('What this house answers and tells').waitFor();
    await context.route(away, (route) => route.abort());
    await cut.goto(`${origin()}/#/${path === '' ? 'nowhere' : ''}`);
    await cut.goto(`${origin()}/#/${path}`);
    await cut.getByRole('alert').first().waitFor();
    await context.unroute(away);
    await cut.getByRole('alert').first().waitFor({ state: 'detached' });
    await context.close();
  }
});

/** Texts of a page that are too faint to read on what they stand on (WCAG AA: 4.5, large ones 3). */
const faint = () => page.evaluate(() => {
  const parse = (c) => { const [r, g, b, a = 1] = c.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
  const light = ({ r, g, b }) => [r, g, b].map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const under = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a > 0.99) return c; } return { r: 255, g: 255, b: 255 }; };
  return [...document.querySelectorAll('body *')].filter((e) => e.checkVisibility() && !e.closest(':disabled, svg, option') && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim()))
    .map((e) => {
      const [a, b] = [light(parse(getComputedStyle(e).color)), light(under(e))].sort((x, y) => y - x);
      return { text: e.textContent.trim().slice(0, 30), ratio: (a + 0.05) / (b + 0.05), large: parseFloat(getComputedStyle(e).fontSize) >= 24 };
    }).filter((t) => t.ratio < (t.large ? 3 : 4.5));
});

test('every page can be read in dark and in light', async () => {
  for (const theme of ['dark', 'light']) {
    await page.evaluate((t) => { document.documentElement.dataset.theme = t; }, theme);
    for (const [path, name] of [['', 'Overview'], ['catalog', 'Catalog'], ['caps', 'Caps'], ['facts', 'Facts'], ['access', 'Access'], ['health', 'Health']]) {
      await page.goto(`${origin()}/#/${path}`);
      await page.waitForFunction((n) => document.getElementById('page-title')?.textContent === n && !document.querySelector('.skeleton'), name);
      assert.deepEqual(await faint(), [], `${theme} ${name}`);
    }
  }
});

test('keys alone filter a page and leave a field again, and every control shows where it is', async () => {
  await page.goto(`${origin()}/#/catalog`);
  await page.getByRole('region', { name: 'Feature matrix' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('audiobook');
  await page.getByRole('rowheader', { name: /Audiobook time/ }).waitFor();
  assert.equal(await page.getByRole('rowheader', { name: /Skips/ }).count(), 0);
  await page.keyboard.press('Tab');
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
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
