// The resolver of sdk/js against that of .NET: the same bytes in, the same answers out.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle, forPages } from './flags.bundle.mjs';
import { note, reachable, readContract } from './flags.contract.mjs';
import { Twin } from './flags.twin.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const contract = readContract('flag_state.proto', 'targeting.proto', 'state_file.proto');
const sdk = await import(await bundle('index', 'flags.mjs'));
const { layout } = await import(await bundle('contract/tables', 'flags-tables.mjs'));

test('the table of fields is the contract', () => {
  const scalars = ['string', 'bytes', 'bool', 'uint32', 'uint64', 'int64', 'sint64', 'double'];
  const wanted = [...reachable(contract, 'FlagState', 'StateFile', 'StateHeader', 'StateDelta')].map(name => {
    const fields = contract.messages[name].map(({ number, name: field, type, oneof, mark }, i) => {
      assert.equal(number, i + 1, `${name}.${field}: the table knows consecutive numbers only`);
      const kind = type in contract.enums ? 'enum' : type;
      assert.ok(scalars.includes(kind) || kind === 'enum' || kind in contract.messages || ['Struct', 'Value'].includes(kind), `${name}.${field}: ${kind}`);
      return ` ${oneof ? oneof + '.' : ''}${field} ${kind}${mark}`;
    });
    return `${name}:${fields.join(',')}`;
  });
  assert.deepEqual(layout.trim().split('\n').filter(line => !/^(Value|Struct|ListValue):/.test(line)).sort(), wanted.sort());
});

test('100,000 fuzzed cases have the same answers, refusals and traces, and use every part of the contract', { timeout: 240_000 }, async t => {
  const seen = new Set();
  const twin = new Twin(sdk, state => note(contract, 'FlagState', state, seen));
  const began = performance.now();
  const fuzz = spawn('dotnet', ['src/Cli/bin/Release/net10.0/busker.dll', 'flags', 'fuzz', '--seed', '20', '--cases', '100000'], { cwd: root, env: { ...process.env, BUSKER_ROOT: root } });
  let complaint = '';
  fuzz.stderr.on('data', text => (complaint += text));
  let rest = '';
  for await (const chunk of fuzz.stdout.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) await twin.line(line);
  }
  t.diagnostic(`${twin.cases} cases, ${twin.files} files, ${twin.broken} damaged states, ${twin.traces} traces, ${twin.compared} bytes in ${Math.round(performance.now() - began)} ms`);
  assert.equal(complaint, '');
  assert.equal(twin.cases, 100_000);

  // What only refuses states is in the damaged ones.
  const checksOnly = /^(FlagState\.attributes|AttributeDeclaration\.|AttributeType\.)/;
  const parts = [...reachable(contract, 'FlagState')].flatMap(name => contract.messages[name].flatMap(({ name: field, type }) =>
    [`${name}.${field}`, ...Object.entries(contract.enums[type] ?? {}).filter(([, number]) => number > 0).map(([value]) => `${type}.${value}`)]));
  assert.deepEqual([...new Set(parts)].filter(part => !seen.has(part) && !checksOnly.test(part)), [], 'the generator of cases never makes these');
});

test('the golden file is answered as it was written', async () => {
  const twin = new Twin(sdk);
  for (const line of readFileSync(`${root}tests/Flags.Tests/golden.jsonl`, 'utf8').trim().split('\n')) await twin.line(line);
  assert.equal(twin.cases, 96);
});

test('a client follows a flag server by deltas that the server signs', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'busker-deltas-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const write = version => {
    const flags = Array.from({ length: 40 }, (_, i) => ({ name: `flag-${i}`, state: 'ACTIVE', schema: { scalar: 'STRING' }, defaultVariant: 'it', variants: [{ name: 'it', value: i === 7 ? `version ${version}` : createHash('sha256').update(`${i}`).digest('hex') }] }));
    writeFileSync(join(folder, 'new'), JSON.stringify({ account: 'shop', version, flags }));
    renameSync(join(folder, 'new'), join(folder, 'state.json'));
  };
  write(1);
  writeFileSync(join(folder, 'k1.pem'), privateKey);
  const args = ['src/Cli/bin/Release/net10.0/busker.dll', 'flags', 'serve', '--state', join(folder, 'state.json'), '--port', '0', '--sign', `k1=${join(folder, 'k1.pem')}`];
  const server = spawn('dotnet', args, { cwd: root, env: { ...process.env, BUSKER_ROOT: root } });
  t.after(() => server.kill());
  let said = '';
  const served = version => new Promise((resolve, reject) => {
    const look = () => {
      const url = new RegExp(`version ${version} is served`).test(said) && /at (http\S+)/.exec(said)?.[1];
      if (url) resolve(url);
    };
    for (const stream of [server.stdout, server.stderr]) stream.on('data', text => ((said += text), look()));
    server.on('exit', () => reject(new Error(said)));
    look();
  });
  const url = `${await served(1)}v1/state`;
  const client = new sdk.FlagClient({ keys: { k1: publicKey } });
  const told = [];
  const poller = new sdk.Poller(client, { url }, event => told.push(event));
  await poller.poll();
  const whole = (await (await fetch(url)).arrayBuffer()).byteLength;
  await poller.poll();
  write(2);
  await served(2);
  await poller.poll();
  const delta = (await (await fetch(`${url}?from=${Buffer.from(client.state.header.baseSha256).toString('hex')}`)).arrayBuffer()).byteLength;
  assert.deepEqual(told.map(e => e.flags?.length ?? e.fault?.message ?? e.type), [40, 'confirmed', 1]);
  assert.ok(delta < whole / 2, `a delta of ${delta} bytes to a state of ${whole}`);
  assert.equal(client.book.resolve('flag-7', {}, new sdk.Caller(undefined, [])).variant.value, 'version 2');
});

test('lower case is that of .NET for every code unit', async () => {
  const { lowerCase } = await import(await bundle('conditions/caseFold', 'flags-case.mjs'));
  const { murmur32 } = await import(await bundle('hashing/murmur3', 'flags-murmur.mjs'));
  const lower = new Uint16Array(65536).map((_, i) => lowerCase(String.fromCharCode(i)).charCodeAt(0));
  assert.equal(murmur32(new Uint8Array(lower.buffer), 131072, 0), 1963580438);
});

test('the bundle for browsers is at most 25 kB with gzip', async t => {
  const minified = readFileSync(await bundle('web', 'flags-web.min.mjs', forPages));
  const bytes = gzipSync(minified, { level: 9 }).length;
  t.diagnostic(`${minified.length} bytes, ${bytes} with gzip`);
  assert.ok(bytes <= 25_000, `${bytes} bytes`);
});

test('a hostile regex costs bounded time', async () => {
  const { Pattern } = await import(await bundle('conditions/pattern', 'flags-pattern.mjs'));
  const { readPattern } = await import(await bundle('conditions/patternSyntax', 'flags-syntax.mjs'));
  const text = 'aab'.repeat(3000) + '!';
  for (const regex of ['^(a+)+$', '(a|aa)*c', '(a|b)*a(a|b){900}c', '(.*a){500}c', '(((a*)*)*)*c', 'a{1,1000}a{1,900}c']) {
    const began = performance.now();
    const { root: tree, sets } = readPattern(regex, false);
    assert.equal(new Pattern(tree, sets).test(text), false, regex);
    assert.ok(performance.now() - began < 5_000, `${regex}: ${performance.now() - began} ms`);
  }
  assert.match(readPattern('((a{1000}){1000}){1000}', false), /1000000000 steps/);
});
