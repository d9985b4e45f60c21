// `busker learn` as a newcomer meets it: four reports in a browser, and what is said when the data or the folder are not as they should be.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const dll = new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'busker-learn-'));
const shots = process.env.LEARN_SHOTS;
const learn = (...args) => spawnSync('dotnet', [dll, 'learn', ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
const folder = (name, files) => {
  const path = join(home, name);
  mkdirSync(path, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), file.endsWith('.gz') && typeof text === 'string' ? gzipSync(text) : text);
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

// The first half of a compressed file; payments without any fraud between two days.
const cut = (text) => { const whole = gzipSync(text); return whole.subarray(0, whole.length / 2); };
const calm = (text, from, to) => text.split('\n').map((row) => {
  const cells = row.split(',');
  return cells[1] >= from * 86400 && cells[1] < to * 86400 ? [...cells.slice(0, 5), 0].join() : row;
}).join('\n');

const studies = {
  bandits: { args: ['--runs', '2'], model: 'bandits.model', plots: ['Regret', 'Regret of the learning policies'] },
  retrieval: { args: ['--count', '500'], model: 'retrieval.index', plots: ['Recall against speed'] },
  recs: { data: listening, args: ['--widest', '16'], model: 'recs.model', plots: ['nDCG@100 by popularity', 'Exposure (Lorenz curve)', 'On validation'] },
  fraud: { data: payments, args: [], model: 'fraud.model',
    plots: ['ROC', 'Precision and recall', 'Calibration', 'Fraud cost saved', 'Importance', 'SHAP summary'] },
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
    assert.ok(statSync(join(out, `${name}.html`)).size < 1_000_000);

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
          told: svg.querySelector('desc').textContent,
          named: svg.querySelector('title').textContent,
          marks: svg.querySelectorAll('polyline[points*=","],circle,rect,path.swarm').length,
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
        assert.equal(plot.named, plot.label);
        assert.ok(plot.told.length > 20, plot.told);
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
    ['recs', { 'interactions.csv': 'user,item,weak\n1,2,0\n', 'interactions.csv.gz': 'user,item,weak\n1,2,0\n' }, /has both interactions\.csv and interactions\.csv\.gz; keep the one that is meant/],
    ['bandits', { 'bts_men.csv': 'item_id,position,click\n1,1,0\n' }, /bts_men\.csv: column propensity is missing; the header has item_id, position, click/],
    ['bandits', { 'bts_men.csv': 'item_id,position,click,propensity\n1,1,2,.5\n' }, /row 1, column click: 2 is not 0 or 1/],
    ['fraud', {}, /has neither handbook_raw\.csv nor sparkov_sim\.csv \(or \.csv\.gz\)/],
    ['fraud', { 'handbook_raw.csv': '' }, /handbook_raw\.csv is empty/],
    ['fraud', { 'handbook_raw.csv': `${head}\n0,1,1,1,5,0\n`, 'handbook_raw.csv.gz': `${head}\n0,1,1,1,5,0\n` }, /has both handbook_raw\.csv and handbook_raw\.csv\.gz/],
    ['fraud', { 'handbook_raw.csv': head.replaceAll(',', ';') + '\n' }, /column TRANSACTION_ID is missing; the header has .* \(columns are separated by commas, not by ';'\)/],
    ['fraud', { 'handbook_raw.csv': `${head.replace(',TX_FRAUD', '')}\n0,1,1,1,5\n` }, /handbook_raw\.csv: column TX_FRAUD is missing/],
    ['fraud', { 'handbook_raw.csv': `${head}\n0,1,1,1,5,NaN\n` }, /row 1, column TX_FRAUD: 'NaN' is not a number/],
    ['fraud', { 'handbook_raw.csv': `${head}\n0,1,1,1,5,0\n1,2,1,1,5,\n` }, /row 2, column TX_FRAUD: '' is not 0 or 1/],
    ['fraud', { 'handbook_raw.csv': `\ufeff${head}\r\n0,1,1,1,5,0\r\n0,2,1,1,5,1\r\n` }, /row 2, column TRANSACTION_ID: id 0 appears twice/],
    ['fraud', { 'handbook_raw.csv': `${head}\n0,5,1,1,5,0\n1,4,1,1,5,1\n` }, /row 2, column TX_TIME_SECONDS: the time lies before the row above/],
    ['fraud', { 'handbook_raw.csv': `${head}\n0,5,1,1,5,0\n1,6,1,1,5,0\n` }, /column TX_FRAUD: every one of the 2 rows is 0; there is nothing to tell apart/],
    ['fraud', { 'handbook_raw.csv': `${head}\n0,5,1,1,5,0\n1,6,1,1,5,1\n` }, /the data cover 1 day; the folds need at least 105/],
    ['fraud', { 'sparkov_sim.csv': 'tx_id,unix_time,card_id,merchant_id,amount,is_fraud\n0,1,1,1,5,0\n' }, /sparkov_sim\.csv: column category is missing/],
    ['fraud', { 'handbook_raw.csv.gz': cut(payments()['handbook_raw.csv.gz']) }, /handbook_raw\.csv\.gz is not a whole gzip file/],
    ['fraud', { 'handbook_raw.csv.gz': Buffer.from('not compressed') }, /handbook_raw\.csv\.gz is not a whole gzip file/],
    ['fraud', { 'handbook_raw.csv': calm(payments()['handbook_raw.csv.gz'], 70, 77) }, /rows \d+ to \d+, column TX_FRAUD: none of the \d+ payments is a fraud on which fold "validation \d" \(book's 15\) (trains|tests); each fold needs frauds and good payments/],
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
    assert.equal(ran.stderr.split('\n').filter((line) => line.startsWith('busker: ')).length, 1);
    assert.deepEqual(readdirSync(join(home, 'none')), []);
  }
});

test('folders and files that cannot be read are one sentence', () => {
  const loop = folder('loop', {});
  symlinkSync(join(loop, 'interactions.csv'), join(loop, 'interactions.csv'));
  const locked = folder('locked', { 'handbook_raw.csv': head });
  chmodSync(locked, 0);
  const cases = [
    [['retrieval', '--data', loop], /symbolic links|does not exist/],
    [['fraud', '--data', join(loop, 'interactions.csv')], /is a file, not a folder|does not exist/],
    [['fraud', '--data', fileURLToPath(import.meta.url)], /learn\.test\.mjs is a file, not a folder/],
    [['bandits', '--data', join(home, 'nowhere')], /the folder .*nowhere does not exist/],
    ...process.getuid() === 0 ? [] : [[['fraud', '--data', locked], /denied/]],
  ];
  for (const [args, sentence] of cases) {
    const ran = learn(...args, '--out', join(home, 'none'));
    assert.equal(ran.status, 1, args.join(' '));
    assert.match(ran.stderr, sentence);
    assert.doesNotMatch(ran.stderr, /\n\s+at |Exception/);
  }
  chmodSync(locked, 0o700);
});

// The models that the studies above have written, used.
test('busker learn score scores payments with a saved model and says why', () => {
  const model = join(home, 'out-fraud', 'fraud.model');
  const rows = payments()['handbook_raw.csv.gz'].trimEnd().split('\n');
  const open = folder('open', { 'handbook_raw.csv': [...rows.slice(0, -4), ...rows.slice(-4).map((row) => row.replace(/[01]$/, ''))].join('\n') + '\n' });
  const out = join(home, 'scored');
  const ran = learn('score', '--data', open, '--model', model, '--out', out);
  assert.equal(ran.status, 0, ran.stderr);
  assert.equal(ran.stdout.match(/┌/g).length, 1, ran.stdout);
  assert.match(ran.stdout, /4 payments scored, \d+ to stop/);
  assert.match(ran.stdout, /on other payments than these/); // another town: the seed has moved on
  const [columns, ...scores] = readFileSync(join(out, 'scores.csv'), 'utf8').trimEnd().split('\n');
  assert.match(columns, /^payment,time,amount,chance,stop,reason_1,value_1,adds_1,/);
  assert.equal(scores.length, 4);
  assert.match(scores[3], /^16799,2018-07-21T\d\d:\d\d:\d\dZ,[\d.]+,0\.\d{6},[01],\w+,/);

  const same = learn('score', '--data', join(home, 'fraud'), '--model', model, '--out', out, '--days', '2');
  assert.match(same.stdout, /300 payments scored/);
  assert.match(same.stdout, /on these very payments/);
  const one = learn('score', '--data', join(home, 'fraud'), '--model', model, '--payment', '16000');
  assert.equal(one.status, 0, one.stderr);
  assert.match(one.stdout, /payment 16000 of [\d.]+: chance of fraud 0\.\d{4}, (stop|let through)/);
});

test('busker learn recommend proposes items from a saved model and says why', () => {
  const [data, model] = [join(home, 'recs'), join(home, 'out-recs', 'recs.model')];
  const ran = learn('recommend', '--data', data, '--user', '7', '--model', model);
  assert.equal(ran.status, 0, ran.stderr);
  assert.match(ran.stdout, /from 14 heard items/);
  assert.match(ran.stdout, /trained on these very data/);
  const heard = readFileSync(join(data, 'interactions.csv'), 'utf8').split('\n').filter((row) => row.startsWith('7,')).map((row) => row.split(',')[1]);
  const proposed = [...ran.stdout.matchAll(/│ \d+ +│ (\d+) /g)].map((match) => match[1]);
  assert.equal(proposed.length, 10);
  assert.deepEqual(proposed.filter((item) => heard.includes(item)), []);
  const stranger = learn('recommend', '--heard', heard.join(), '--model', model, '--count', '3');
  assert.equal(stranger.status, 0, stranger.stderr);
  const one = learn('recommend', '--data', data, '--user', '7', '--model', model, '--item', proposed[0]);
  assert.match(one.stdout, new RegExp(`item ${proposed[0]}: score `));
});

test('models that cannot be used are refused in one sentence', () => {
  const [fraud, recs] = [join(home, 'out-fraud', 'fraud.model'), join(home, 'out-recs', 'recs.model')];
  const part = (name, from) => { writeFileSync(join(home, name), readFileSync(from).subarray(0, -100)); return join(home, name); };
  const [fraudData, recsData] = [join(home, 'fraud'), join(home, 'recs')];
  const cases = [
    [['score', '--data', fraudData, '--model', join(home, 'no.model')], /no\.model does not exist/],
    [['score', '--data', fraudData, '--model', part('cut-fraud.model', fraud)], /cut-fraud\.model is cut short or altered: its checksum does not match/],
    [['score', '--data', fraudData, '--model', recs], /recs\.model is not a Busker tree model/],
    [['score', '--data', recsData, '--model', fraud], /has no handbook_raw\.csv or handbook_raw\.csv\.gz/],
    [['score', '--data', fraudData, '--model', fraud, '--payment', '99999'], /the data have no payment 99999/],
    [['score', '--data', fraudData, '--model', fraud, '--days', '0'], /--days is 0; it must be at least 1/],
    [['score', '--model', fraud], /--data/],
    [['recommend', '--heard', '1,2', '--model', fraud], /fraud\.model is not a Busker recommendation model/],
    [['recommend', '--heard', '1,2', '--model', part('cut-recs.model', recs)], /cut-recs\.model is cut short or altered: its checksum does not match/],
    [['recommend', '--heard', '1,x', '--model', recs], /--heard, place 2: 'x' is not an id/],
    [['recommend', '--heard', '99999', '--model', recs], /the model knows none of the 1 items heard/],
    [['recommend', '--data', recsData, '--user', '4444', '--model', recs], /the data have no listener 4444/],
    [['recommend', '--data', recsData, '--model', recs], /give either --data and --user, or --heard/],
  ];
  for (const [args, sentence] of cases) {
    const ran = learn(...args, ...args[0] === 'score' ? ['--out', join(home, 'unscored')] : []);
    assert.equal(ran.status, 1, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
    assert.match(ran.stderr, sentence);
    assert.doesNotMatch(ran.stderr, /\n\s+at |Exception/);
  }
  assert.deepEqual(existsSync(join(home, 'unscored')) ? readdirSync(join(home, 'unscored')) : [], []);
});

// Each command of the two guides, as it stands there, with a small town or small data where it would be large.
test('the commands of the guides do what the guides say', () => {
  const place = folder('reader', {});
  const small = { fraud: ['--cards', '200'], recs: ['--listeners', '100', '--widest', '8'], retrieval: ['--count', '300'], bandits: ['--runs', '2'] };
  const log = 'item_id,position,click,propensity\n' + Array.from({ length: 40 }, (_, i) => `${i % 5},1,${i % 9 ? 0 : 1},.2\n`).join('');
  const given = { score: join(home, 'fraud'), retrieval: join(home, 'recs'), recommend: join(home, 'recs'), bandits: folder('logs', { 'bts_men.csv': log }) };
  const ran = [];
  for (const guide of ['fraud-model.md', 'recommendations.md']) {
    const text = readFileSync(new URL(`../../docs/guides/${guide}`, import.meta.url), 'utf8');
    const commands = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].filter((block) => !block[1]).flatMap((block) => block[2].trimEnd().split('\n')).map((line) => line.split('#')[0].trim());
    for (const command of commands) {
      const [program, family, kind, ...options] = command.replace(/[[\]]/g, '').split(/\s+/);
      assert.equal(program, './busker');
      if (family === 'bench') { assert.ok(existsSync(new URL(`../../bench/${kind}`, import.meta.url)), command); continue; }
      assert.equal(family, 'learn');
      if (['fraud', 'recs'].includes(kind) && options.includes('DIR')) continue; // as the studies at the top
      const args = [...options.map((o) => o === 'DIR' ? given[kind] : o), ...(small[kind] ?? []).filter((o, i, all) => !options.includes(all[i - i % 2]))];
      const done = spawnSync('dotnet', [dll, 'learn', kind, ...args], { encoding: 'utf8', cwd: place, env: { ...process.env, NO_COLOR: '1' } });
      assert.equal(done.status, 0, `${command}: ${done.stderr}`);
      ran.push(kind);
      const written = { fraud: ['fraud.model', 'fraud.html'], recs: ['recs.model', 'recs.html'], retrieval: ['retrieval.index', 'retrieval.html'], bandits: ['bandits.model', 'bandits.html'] };
      for (const file of written[kind] ?? []) assert.ok(existsSync(join(place, 'learned', file)), `${command}: ${file}`);
    }
  }
  assert.deepEqual([...new Set(ran)].sort(), ['bandits', 'fraud', 'recommend', 'recs', 'retrieval', 'score']);
  assert.ok(existsSync(join(place, 'learned', 'scores.csv')));
});

test('tables fit a terminal of 80 columns, and a wide one, without colour where none is wanted', { skip: spawnSync('script', ['--version']).status !== 0 && 'needs script' }, () => {
  for (const width of [80, 200]) {
    const inside = `stty cols ${width} rows 40; NO_COLOR=1 dotnet ${dll} learn score --data ${join(home, 'fraud')} --model ${join(home, 'out-fraud', 'fraud.model')} --out ${join(home, 'tty')}`;
    const { stdout, status } = spawnSync('script', ['-qec', inside, '/dev/null'], { encoding: 'utf8', env: { ...process.env, TERM: 'xterm-256color' } });
    assert.equal(status, 0, stdout);
    const table = stdout.slice(stdout.indexOf('┌')).split('\r\n').filter((line) => /^[┌│├└]/.test(line));
    assert.ok(table.length > 12, stdout);
    for (const line of table) assert.ok(line.length <= width, `${line.length} of ${width}: ${line}`);
    assert.ok(table.every((line) => line.length === table[0].length));
    assert.doesNotMatch(stdout, /\x1b\[[0-9;]*(3[0-7]|38|9[0-7])[0-9;]*m/);
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
