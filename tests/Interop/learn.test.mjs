// `busker learn` as a newcomer meets it: four reports in a browser, and what is said when the data or the folder are not as they should be.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const dll = new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'busker-learn-'));
const shots = process.env.LEARN_SHOTS;
const learn = (...args) => spawnSync('dotnet', [dll, 'learn', ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
const folder = (name, files) => {
  const path = join(home, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), file.endsWith('.gz') ? gzipSync(text) : text);
  return path;
};
let seed = 1;
const chance = () => (seed = (seed * 48271) % 2147483647) / 2147483647;

// Two kinds of listeners, two kinds of items; tags and friends beside.
const listening = () => {
  const [rows, tags, friends] = [['user_id,artist_id,plays,weak'], ['artist_id,tag_id,count'], ['user_a,user_b']];
  for (let user = 0; user < 80; user++) {
    const heard = new Set();
    while (heard.size < 14) heard.add(2 * Math.floor(60 * chance() ** 2) + (chance() < 0.85 ? user % 2 : 1 - (user % 2)));
    [...heard].forEach((item, k) => rows.push(`${user},${item},${1 + Math.floor(40 * chance())},${k < 9 ? 0 : k < 11 ? 1 : 2}`));
    if (user >= 2) friends.push(`${user - 2},${user}`);
  }
  for (let item = 0; item < 120; item++) tags.push(`${item},${item % 2},5`, `${item},${2 + (item % 7)},2`);
  return { 'interactions.csv': rows.join('\n') + '\n', 'artist_tags.csv': tags.join('\n') + '\n', 'friends.csv': friends.join('\n') + '\n' };
};

// Payments of 120 cards over 106 days; each week terminals are taken, and everything there is fraud.
const head = 'TRANSACTION_ID,TX_TIME_SECONDS,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD';
const payments = () => {
  const rows = [];
  for (let day = 0; day < 112; day++)
    for (let n = 0; n < 150; n++) {
      const terminal = Math.floor(100 * chance());
      const fraud = Math.floor(day / 7) * 3 % 100 <= terminal && terminal < Math.floor(day / 7) * 3 % 100 + 4 && chance() < 0.8 ? 1 : 0;
      rows.push([day * 86400 + n * 500, Math.floor(120 * chance()), terminal, (5 + 60 * chance() * (1 + fraud)).toFixed(2), fraud]);
    }
  return { 'handbook_raw.csv.gz': [head, ...rows.map((r, i) => [i, ...r].join())].join('\n') + '\n' };
};

const studies = {
  bandits: { args: ['--runs', '2'], model: 'bandits.model', plots: ['Regret', 'Regret of the learning policies'] },
  retrieval: { args: ['--count', '500'], model: 'retrieval.index', plots: ['Recall against speed'] },
  recs: { data: listening, args: ['--widest', '16'], model: 'recs.model', plots: ['nDCG@100 by popularity', 'Exposure (Lorenz curve)', 'On validation'] },
  fraud: { data: payments, args: [], model: 'fraud.model',
    plots: ['ROC', 'Precision and recall', 'Calibration', 'Fraud cost saved', 'Loss saved by column', 'Mean |SHAP|'] },
};

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
});
after(async () => { await browser.close(); rmSync(home, { recursive: true, force: true }); });

for (const [name, study] of Object.entries(studies))
  test(`busker learn ${name} prints one table and writes a report that stands alone`, async () => {
    const out = join(home, `out-${name}`);
    const data = study.data ? ['--data', folder(name, study.data())] : [];
    const ran = learn(name, ...data, '--out', out, ...study.args);
    assert.equal(ran.status, 0, ran.stderr);
    assert.equal(ran.stdout.match(/┌/g).length, 1, ran.stdout);
    assert.doesNotMatch(ran.stdout + ran.stderr, /\x1b/);
    assert.deepEqual(readdirSync(out).sort(), [`${name}.html`, study.model].sort());

    for (const [width, colorScheme] of [[1280, 'light'], [400, 'dark']]) {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
      const [asked, said] = [[], []];
      page.on('request', (request) => asked.push(request.url()));
      page.on('console', (message) => said.push(message.text()));
      page.on('pageerror', (error) => said.push(String(error)));
      const file = pathToFileURL(join(out, `${name}.html`)).href;
      await page.goto(file);
      if (shots) await page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
      assert.deepEqual(asked, [file]);
      assert.deepEqual(said, []);
      const seen = await page.evaluate(() => ({
        title: document.title,
        wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        text: document.body.innerText,
        plots: [...document.querySelectorAll('svg[role=img]')].map((svg) => ({
          label: svg.getAttribute('aria-label'),
          marks: svg.querySelectorAll('polyline[points*=","],circle,rect').length,
          outside: [...svg.querySelectorAll('text')].filter((text) => {
            const [own, all] = [text.getBoundingClientRect(), svg.getBoundingClientRect()];
            return own.left < all.left - 1 || own.right > all.right + 1 || own.bottom > all.bottom + 1;
          }).map((text) => text.textContent),
          overlapping: [...svg.querySelectorAll('.legend')].map((text) => text.getBoundingClientRect())
            .filter((a, i, all) => all.some((b, j) => j > i && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length,
        })),
      }));
      assert.ok(seen.title.length > 0);
      assert.ok(seen.wide <= 0, `${seen.wide} px too wide at ${width}`);
      assert.doesNotMatch(seen.text, /NaN|Infinity|∞/);
      for (const plot of study.plots) assert.ok(seen.plots.some((p) => p.label.startsWith(plot) && p.marks > 0), `no plot ${plot}: ${seen.plots.map((p) => p.label)}`);
      for (const plot of seen.plots) {
        assert.deepEqual(plot.outside, [], plot.label);
        assert.equal(plot.overlapping, 0, plot.label);
      }
      await page.close();
    }
  });

test('what is wrong with the data is one sentence, without a trace', () => {
  const one = (row) => `user,item,weak\n1,2,0\n${row}\n1,3,2\n`;
  const cases = [
    ['recs', { 'interactions.csv': '' }, /interactions\.csv is empty/],
    ['recs', { 'interactions.csv': 'user,item,weak\n' }, /interactions\.csv: no row has weak 0, 1 or 2/],
    ['recs', { 'interactions.csv': 'user;item;weak\n1;2;0\n' }, /column user is missing; the header has user;item;weak \(columns are separated by commas, not by ';'\)/],
    ['recs', { 'interactions.csv': one('1,"4,5",0') }, /row 2, column item: the value begins with a quote/],
    ['recs', { 'interactions.csv': one('1,many,0') }, /row 2, column item: 'many' is not a number/],
    ['recs', { 'interactions.csv': one('5000000000,2,0') }, /row 2, column user: 5000000000 is not an id/],
    ['recs', { 'interactions.csv': one('-1,2,0') }, /row 2, column user: -1 is not an id/],
    ['retrieval', { 'interactions.csv': '\ufeffuser,item,weak\r\n1,2,0\r\n1,2,2\r\n' }, /row 2, column item: user 1 and item 2 appear twice/],
    ['recs', {}, /has no interactions\.csv/],
    ['bandits', {}, /has neither bts_men\.csv nor bts_women\.csv/],
    ['bandits', { 'bts_men.csv': 'item_id,position,click,propensity\n1,1e20,0,.5\n' }, /row 1, column position: 1E\+20 is not a position/],
    ['fraud', {}, /handbook_raw\.csv\.gz does not exist/],
    ['fraud', { 'handbook_raw.csv.gz': `${head}\n0,1,1,1,-5,0\n1,2,1,1,5,1\n` }, /row 1, column TX_AMOUNT: -5 is not an amount of 0 or more/],
    ['fraud', { 'handbook_raw.csv.gz': `${head}\n0,1,-1,1,5,0\n1,2,1,1,5,1\n` }, /row 1, column CUSTOMER_ID: -1 is not a whole number from 0/],
    ['fraud', { 'handbook_raw.csv.gz': `${head}\n` }, /handbook_raw\.csv\.gz has no rows/],
  ];
  for (const [index, [family, files, sentence]] of cases.entries()) {
    const ran = learn(family, '--data', folder(`bad-${index}`, files), '--out', join(home, 'none'));
    assert.equal(ran.status, 1, `${sentence}: ${ran.stdout}${ran.stderr}`);
    assert.match(ran.stderr, sentence);
    assert.doesNotMatch(ran.stderr, /\n\s+at |Exception/);
    assert.equal(ran.stdout, '');
  }
});

test('options and folders that cannot be are refused before the work begins', () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  const cases = [
    [['bandits', '--out', join(file, 'x')], /file/],
    [['bandits', '--threads', '0'], /--threads is 0; it must be at least 1/],
    [['bandits', '--threads', 'many'], /many/],
    [['bandits', '--runs', '1'], /--runs is 1; it must be from 2 to 10000/],
    [['bandits', '--speed'], /--speed/],
    [['retrieval', '--data', join(home, 'nowhere')], /nowhere/],
  ];
  for (const [args, sentence] of cases) {
    const ran = learn(...args);
    assert.notEqual(ran.status, 0, args.join(' '));
    assert.match(ran.stderr, sentence);
    assert.doesNotMatch(ran.stderr, /\n\s+at |Exception/);
  }
});

test('a full disk is said in one sentence and leaves no half model', { skip: !existsSync('/dev/full') && 'needs /dev/full' }, () => {
  const out = folder('full', {});
  symlinkSync('/dev/full', join(out, 'bandits.model.part'));
  const ran = learn('bandits', '--runs', '2', '--out', out);
  assert.equal(ran.status, 1, ran.stdout);
  assert.match(ran.stderr, /No space left on device/);
  assert.doesNotMatch(ran.stderr, /\n\s+at /);
  assert.ok(!existsSync(join(out, 'bandits.model')));
});

test('Ctrl-C ends it at once, says so and writes nothing', async () => {
  const out = join(home, 'stopped');
  const running = spawn('dotnet', [dll, 'learn', 'bandits', '--runs', '10000', '--out', out], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  running.stderr.on('data', (piece) => { said += piece; if (!running.killed && said.includes('random')) running.kill('SIGINT'); });
  const code = await new Promise((resolve) => running.on('exit', resolve));
  assert.equal(code, 130, said);
  assert.match(said, /busker: stopped/);
  assert.deepEqual(readdirSync(out), []);
});
