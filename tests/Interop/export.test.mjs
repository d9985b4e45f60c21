// `busker export`, read back by a reader of Parquet that we did not write.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects, parquetMetadataAsync } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

const root = new URL('../../', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'busker-export-'));
const [state, out] = [join(home, 'state'), join(home, 'out')];
const env = { ...process.env, BUSKER_ROOT: root };
const busker = join(root, 'src/Cli/bin/Release/net10.0/busker.dll');
let up, url, key;

const run = (...args) => new Promise((done) => execFile('dotnet', [busker, 'export', ...args], { env, encoding: 'utf8' },
  (error, stdout, stderr) => done({ status: error ? error.code : 0, stdout, stderr })));
const rows = async (name) => parquetReadObjects({ file: await asyncBufferFromFile(join(out, `${name}.parquet`)), compressors });
const ask = async (method, body) => {
  const answer = await fetch(`${url}/busker.${method}`, {
    method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify(body) });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
};

before(async () => {
  up = spawn('dotnet', [busker, 'up', '--data', state, '--port', '0', '--grpc-port', '0'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  [url, key] = await new Promise((done, fail) => {
    let text = '';
    up.stdout.on('data', (d) => { const found = /(http:\S+)\/#key=(\S+)/.exec(text += d); if (found) done(found.slice(1)); });
    up.once('exit', (code) => fail(new Error(`it left with ${code}: ${text}`)));
  });
  await ask('entitlements.v1.Entitlements/SetListenerPlan', { requestId: 'x1', listenerId: 'Zoë,"fan"', plan: 'free', market: 'SE', timeZone: 'Europe/Stockholm' });
  await ask('entitlements.v1.Entitlements/ConsumeCap', { requestId: 'x2', listenerId: 'Zoë,"fan"', feature: 'on_demand_time', amount: '120' });
});

after(async () => {
  const gone = new Promise((done) => up.once('exit', done));
  up.kill('SIGINT');
  await gone;
  rmSync(home, { recursive: true, force: true });
});

test('every dataset is written in both formats, and a foreign reader finds in the Parquet what the CSV says', async () => {
  const result = await run(out, '--url', url, '--state', state);
  assert.equal(result.status, 0, result.stderr);
  const files = readdirSync(out).sort();
  const described = (await ask('datasets.v1.Datasets/DescribeDatasets', {})).datasets;
  assert.deepEqual(files, described.flatMap((d) => [`${d.name}.csv`, `${d.name}.parquet`]).sort());
  for (const { name, columns } of described) {
    const csv = readFileSync(join(out, `${name}.csv`), 'utf8');
    assert.equal(csv.split('\n')[0], columns.map((c) => c.name).join(','));
    const metadata = await parquetMetadataAsync(await asyncBufferFromFile(join(out, `${name}.parquet`)));
    assert.deepEqual(metadata.schema.slice(1).map((c) => c.name), columns.map((c) => c.name));
    const types = { TYPE_TEXT: 'BYTE_ARRAY', TYPE_WHOLE: 'INT64', TYPE_FLAG: 'BOOLEAN', TYPE_MOMENT: 'INT64' };
    assert.deepEqual(metadata.schema.slice(1).map((c) => c.type), columns.map((c) => types[c.type]));
    if (!csv.includes('"')) assert.equal(Number(metadata.num_rows), csv.trimEnd().split('\n').length - 1);
  }
});

test('the rows are the prices, the consumption and the facts', async () => {
  const price = (await rows('catalog_prices')).find((r) => r.plan === 'premium_individual' && r.market === 'SE');
  assert.deepEqual([price.currency, typeof price.price_minor, price.period_unit], ['SEK', 'bigint', 'month']);
  const consumed = (await rows('entitlements_consumption')).find((r) => r.listener_id === 'Zoë,"fan"');
  assert.deepEqual([consumed.feature, consumed.used], ['on_demand_time', 120n]);
  assert.ok(consumed.started_at instanceof Date && Math.abs(Date.now() - consumed.started_at) < 3 * 86_400_000);
  const facts = await rows('events_facts');
  assert.ok(facts.every((f, i) => i === 0 || facts[i - 1].position < f.position));
  assert.equal(JSON.parse(facts.find((f) => f.body.includes('Zoë')).body).market, 'SE');
});

test('the same data give the same files, in place of the old ones, with nothing left beside them', async () => {
  const before = readFileSync(join(out, 'catalog_values.parquet'));
  writeFileSync(join(out, 'catalog_values.parquet'), 'an old file');
  const result = await run(out, '--dataset', 'catalog_values', '--format', 'parquet', '--url', url, '--state', state);
  assert.equal(result.status, 0, result.stderr);
  assert.ok(before.equals(readFileSync(join(out, 'catalog_values.parquet'))));
  assert.ok(readdirSync(out).every((f) => !f.endsWith('.part')));
});

test('what cannot be exported is refused in a sentence', async () => {
  for (const [args, sentence] of [
    [['--dataset', 'nothing', '--state', state, '--url', url], /there is no dataset nothing; there are catalog_features, /],
    [['--format', 'xml'], /--format is xml; csv, parquet or both\./],
    [['--url', 'here'], /--url here is not an address/],
    [['--url', 'http://127.0.0.1:9', '--state', state], /nothing answers at http:\/\/127\.0\.0\.1:9; start the product with \.\/busker up/],
    [['--url', url, '--key', 'bsk_wrong'], /DescribeDatasets: .*key/],
    [['--state', join(home, 'nowhere'), '--url', url], /give a --key/],
  ]) {
    const result = await run(out, ...args);
    assert.equal(result.status, 1);
    assert.match(result.stderr, sentence);
    assert.equal(result.stderr.trimEnd().split('\n').length, 1);
  }
  const taken = await run(join(state, 'demo.json'), '--url', url, '--state', state);
  assert.match(taken.stderr, /is a file; name a folder/);
});
