// The commands of docs/guides/flags.md, run as they stand there.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const guide = readFileSync(join(root, 'docs/guides/flags.md'), 'utf8').split('## Serve')[0];
const cwd = mkdtempSync(join(tmpdir(), 'busker-guide-'));
const said = new Map();

const lines = [...guide.matchAll(/```sh\n([^]*?)```/g)].flatMap((block) => block[1].trim().split('\n'));

test('every command of the guide to flags does what the guide says', () => {
  assert.ok(lines.length >= 9, 'the guide has commands');
  for (const line of lines) {
    const command = line.replace('./busker', `dotnet ${join(root, 'src/Cli/bin/Release/net10.0/busker.dll')}`).replaceAll('samples/', join(root, 'samples/'));
    const run = spawnSync('bash', ['-c', command], { cwd, encoding: 'utf8' });
    assert.equal(run.status, 0, `${line}\n${run.stdout}${run.stderr}`);
    said.set(line, run.stdout + run.stderr);
  }
  const of = (word) => [...said].filter(([line]) => line.includes(word)).map(([, output]) => output).join('\n');
  assert.match(of('explain'), /country is one of "SE", "NO"; it is "SE"/);
  assert.match(of('shop.cases.jsonl'), /3 answers, 0 wrong/);
  assert.match(of('--from unleash'), /differs {3}features\[0\]\.strategies\[0\]\.parameters: without userId and sessionId/);
});

test('what cannot be expressed fails the import, with its path, unless it is asked for in part', () => {
  const run = spawnSync('dotnet', [join(root, 'src/Cli/bin/Release/net10.0/busker.dll'), 'flags', 'import', '--from', 'unleash', join(root, 'samples/flags/unleash.json')], { encoding: 'utf8' });
  assert.equal(run.status, 1);
  assert.equal(run.stdout, '');
  assert.match(run.stderr, /Nothing is written: say --partial/);
});
