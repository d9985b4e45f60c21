// The simulator's page in a browser: a person disputes a charge, fails a refund, takes a provider down and up again, moves the clock.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { simulate } from './simulator.mjs';

let box, browser, page;
const ask = async (path, form) => {
  const reply = await fetch(box.base + path, { method: form ? 'POST' : 'GET', body: form && new URLSearchParams(form), headers: { authorization: 'Bearer sk_test_x' } });
  return { status: reply.status, ...(await reply.json()) };
};
const pay = () => ask('/v1/payment_intents', { amount: 1099, currency: 'usd', payment_method: 'pm_card_visa', 'payment_method_types[]': 'card', confirm: 'true' });
const said = (text) => page.waitForFunction((wanted) => document.getElementById('said').textContent.includes(wanted), text);

before(async () => {
  box = await simulate('stripe');
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
  page = await browser.newPage();
});
after(async () => { await browser.close(); box.stop(); });

test('a dispute, a refund failure, an outage and a clock step, by clicking', async () => {
  const [first, second] = [await pay(), await pay()];
  const refund = await ask('/v1/refunds', { payment_intent: second.id });
  await page.goto(`${box.base}/_sim`);
  await page.waitForSelector(`#charges >> text=${first.latest_charge}`);
  assert.equal(await page.textContent('#total'), '2');

  await page.click(`button[data-dispute="${first.latest_charge}"]`);
  await said('was opened');
  const [dispute] = (await ask(`/v1/disputes?charge=${first.latest_charge}`)).data;
  assert.equal(dispute.status, 'needs_response');

  await page.click(`button[data-refund="${refund.id}"]`);
  await said('has failed');
  assert.equal((await ask(`/v1/refunds/${refund.id}`)).status, 'failed');

  await page.click('#outage');
  await said('status(503)');
  assert.equal((await ask('/v1/balance')).status, 503);
  await page.click('button[data-gone]');
  await said('gone');
  assert.equal((await ask('/v1/balance')).status, 200);

  const before = await page.textContent('#now');
  await page.click('button[data-advance="1d"]');
  await page.waitForFunction((then) => document.getElementById('now').textContent !== then, before);
  assert.equal(Date.parse((await page.textContent('#now')) + 'Z') - Date.parse(before + 'Z'), 86_400_000);

  await page.fill('#rule', 'stripe POST * explode');
  await page.click('#add');
  await said("'explode' is not a fault");
  assert.match(await page.textContent('#sound'), /reconciles to zero/);
  assert.ok((await page.textContent('#journal')).includes('/v1/refunds'));
});

test('on a phone nothing but the tables scrolls sideways, buttons stay in sight, and amounts are in their currency', async () => {
  await ask('/v1/payment_intents', { amount: 1102, currency: 'jpy', payment_method: 'pm_card_visa', 'payment_method_types[]': 'card', confirm: 'true' });
  await page.setViewportSize({ width: 400, height: 800 });
  await page.reload();
  await page.waitForSelector('#charges >> text=1102 JPY');
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 400);
  const { x, width } = await page.locator('button[data-dispute]').first().boundingBox();
  assert.ok(x >= 0 && x + width <= 400);
});

test('a simulator that is gone is said to be gone', async () => {
  box.stop();
  await page.click('button[data-advance="1h"]');
  await said('does not answer');
});
