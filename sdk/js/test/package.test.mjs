// The package as its users get it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

test('a strict program compiles against the declarations alone', () => {
  const strict = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--exactOptionalPropertyTypes', '--lib', 'es2022,dom', '--skipLibCheck', '--types', 'node'];
  const run = spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '--ignoreConfig', ...strict, 'test/consumer.ts'], { cwd: root, encoding: 'utf8' });
  assert.equal(run.stdout + run.stderr, '');
});

test('every door opens in Node, and nothing else is needed to run', async () => {
  assert.equal(manifest.dependencies, undefined);
  for (const [door, { types }] of Object.entries(manifest.exports)) {
    const module = await import(door.replace('.', manifest.name));
    assert.ok(Object.keys(module).length > 1, door);
    assert.ok(readFileSync(`${root}${types}`, 'utf8').includes('export'), door);
  }
});

test('the resolver itself imports nothing from outside', () => {
  for (const name of readdirSync(`${root}src`, { recursive: true }).filter(n => n.endsWith('.ts'))) {
    const text = readFileSync(`${root}src/${name}`, 'utf8');
    const outside = [...text.matchAll(/^import (type )?.* from '([^.].*)';$/gm)].map(m => (m[1] ? 'type ' : '') + m[2]);
    const allowed = /^(web|server)\.ts$/.test(name) ? /^@openfeature\/(web|server)-sdk$/ : name === 'distribution/fileCache.ts' ? /^node:/ : /^type @openfeature\/core$/;
    assert.deepEqual(outside.filter(o => !allowed.test(o)), [], name);
    assert.ok(text.split('\n').length <= 401, `${name} is longer than 400 lines`);
  }
});
