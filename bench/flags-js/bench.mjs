// Nanoseconds per resolve in Node: sdk/js and GrowthBook's SDK with equal flags, in one run. Users are made beforehand.
import { execFileSync, spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { GrowthBookClient } from '@growthbook/growthbook';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'busker-bench-'));

// --- the same flags twice: for everyone; half and half; three rules ---
const whole = variant => ({ bucketCount: 1, assignments: [{ id: variant, ranges: [{ upper: 1 }], variant }] });
const halves = { bucketCount: 1000, assignments: [{ id: 'a', ranges: [{ upper: 500 }], variant: 'off' }, { id: 'b', ranges: [{ lower: 500, upper: 1000 }], variant: 'on' }] };
const country = { oneOf: { values: [{ string: 'SE' }, { string: 'NO' }] } };
const rule = (name, targeting, assignment) => ({ name, enabled: true, ...(targeting ? { targeting: { criterion: targeting } } : { everyone: true }), assignment });
const ours = {
  everyone: [rule('all', undefined, whole('on'))],
  'half and half': [rule('split', undefined, halves)],
  'three rules': [
    rule('staff', { attribute: 'email', endsWith: { values: ['@busker.example'] } }, whole('on')),
    rule('old', { attribute: 'version', semVer: { op: 'LESS', version: '2.0.0' } }, whole('off')),
    rule('split', { attribute: 'country', ...country }, halves),
  ],
};
const split = condition => ({ ...(condition && { condition }), key: 'split', hashAttribute: 'id', hashVersion: 2, variations: [false, true], weights: [0.5, 0.5] });
const theirs = {
  everyone: { defaultValue: false, rules: [{ force: true }] },
  'half and half': { defaultValue: false, rules: [split()] },
  'three rules': { defaultValue: false, rules: [
    { condition: { email: { $regex: '@busker\\.example$' } }, force: true }, { condition: { version: { $vlt: '2.0.0' } }, force: false }, split({ country: { $in: ['SE', 'NO'] } })] },
};

const users = Array.from({ length: 4096 }, (_, i) => ({
  targeting_key: `user-${i}`, id: `user-${i}`, email: `u${i}@mail.example`, version: i % 4 ? '2.1.3' : '1.9.0', country: ['SE', 'NO', 'DE', 'US'][i % 4], plan: 'free', age: i % 80, beta: i % 2 === 0,
}));

await build({ entryPoints: [`${root}sdk/js/src/index.ts`], outfile: join(folder, 'flags.mjs'), bundle: true, format: 'esm', target: 'es2022' });
const { FlagBook, readStateFile } = await import(join(folder, 'flags.mjs'));
const state = { account: 'bench', version: 1, flags: Object.entries(ours).map(([name, rules]) => ({ name, state: 'ACTIVE', schema: { scalar: 'BOOL' }, variants: [{ name: 'on', value: true }, { name: 'off', value: false }], rules })) };
writeFileSync(join(folder, 'state.json'), JSON.stringify(state));
execFileSync('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', join(folder, 'key.pem')]);
const signed = spawnSync('dotnet', [`${root}src/Cli/bin/Release/net10.0/busker.dll`, 'flags', 'sign', join(folder, 'state.json'), join(folder, 'state'), '--key', join(folder, 'key.pem'), '--key-id', 'k'], { encoding: 'utf8' });
if (signed.status !== 0) throw new Error(`build src/Cli first: ${signed.stderr}`);
const book = new FlagBook((await readStateFile(readFileSync(join(folder, 'state')))).state);
const caller = book.operator();
const growthbook = new GrowthBookClient();
growthbook.initSync({ payload: { features: theirs } });
const contexts = users.map(attributes => ({ attributes }));

function measure(resolve) {
  let on = 0;
  const round = count => {
    const began = process.hrtime.bigint();
    for (let i = 0; i < count; i++) if (resolve(i & 4095)) on++;
    return Number(process.hrtime.bigint() - began) / count;
  };
  round(200_000);
  const rounds = Array.from({ length: 7 }, () => round(200_000)).sort((a, b) => a - b);
  return { median: rounds[3], on };
}

const rows = [];
for (const name of Object.keys(ours)) {
  const mine = measure(i => book.resolve(name, users[i], caller).variant?.value);
  const peer = measure(i => growthbook.isOn(name, contexts[i]));
  rows.push([name, mine.median.toFixed(0), peer.median.toFixed(0), (peer.median / mine.median).toFixed(1)]);
  console.log(`${name.padEnd(14)} sdk/js ${mine.median.toFixed(0).padStart(6)} ns   GrowthBook ${peer.median.toFixed(0).padStart(6)} ns   ${(peer.median / mine.median).toFixed(1)} x`);
}

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const head = `${new Date().toISOString().slice(0, 10)},${commit},${cpus().length} x ${cpus()[0].model.replaceAll(',', ' ')}, Node ${process.version}`;
writeFileSync(`${root}bench/results/flags-js.csv`, ['date,commit,machine,runtime,flag,ns_per_resolve,growthbook_ns,ratio', ...rows.map(row => `${head.replace(', Node', ',Node')},${row.join(',')}`)].join('\n') + '\n');
rmSync(folder, { recursive: true });
