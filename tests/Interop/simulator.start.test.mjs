// The command line as a person starts it: how long until it says that it is ready, and what it says to flags that it cannot take.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { simulate } from './simulator.mjs';

const cli = fileURLToPath(new URL('../../src/Cli/bin/Release/net10.0/busker.dll', import.meta.url));

async function readyAfter() {
  const started = performance.now();
  const host = spawn('dotnet', [cli, 'simulate', 'all', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of host.stdout) {
    text += chunk;
    if (text.includes('\nready\n')) break;
  }

  const taken = performance.now() - started;
  assert.match(text, /\nready\n/);
  for (const provider of ['stripe', 'adyen', 'paypal']) assert.match(text, new RegExp(`${provider} {2}http://127\\.0\\.0\\.1:\\d+`));
  const gone = once(host, 'exit');
  host.kill();
  await gone;
  return taken;
}

test('busker simulate all is ready in under a second', async () => {
  const taken = [];
  while (taken.length < 5 && !taken.some((ms) => ms < 1000)) taken.push(await readyAfter()); // other work on the machine may slow a start down, not all of them
  assert.ok(Math.min(...taken) < 1000, `the quickest of ${taken.length} starts took ${Math.round(Math.min(...taken))} ms`);
});

// One sentence on the error stream and nothing else: no help page, no name of a type.
const refusals = [
  ['--port abc', '--port abc: use a number from 0 to 65535'],
  ['--port 99999999999', '--port 99999999999: use a number from 0 to 65535'],
  ['--port 65534', 'port 65534 and one for each further provider are between 0 and 65535'],
  ['--seed x', '--seed x: use a whole number from 0 to 18446744073709551615'],
  ['--seed 1.5', '--seed 1.5: use a whole number from 0 to 18446744073709551615'],
  ['--clock soon', '--clock soon: use real, frozen, or a factor such as x60, at most x1000000'],
  ['--clock x1e9', '--clock x1e9: use real, frozen, or a factor such as x60, at most x1000000'],
  ['--address here', '--address here: this is not an IP address'],
  ['--webhook-timeout abc', '--webhook-timeout abc: use a number of seconds from 0.02 to 3600'],
  ['--webhook-timeout 0', 'a receiver of webhooks is given between 20 ms and an hour to answer'],
];

for (const [flag, sentence] of refusals) {
  test(`simulate ${flag} is refused in one sentence`, () => {
    const { status, stdout, stderr } = spawnSync('dotnet', [cli, 'simulate', 'all', ...flag.split(' ')], { encoding: 'utf8', timeout: 20_000 });
    assert.deepEqual({ status, stdout, stderr }, { status: 2, stdout: '', stderr: sentence + '\n' });
  });
}

test('requests that hang or are delayed hold up nobody else', async () => {
  const host = await simulate('stripe');
  try {
    for (const fault of ['stripe POST /v1/customers hang', 'stripe POST /v1/products delay(1m)']) await host.sim('/faults', { rule: fault });
    const ask = (path, method, signal) => fetch(host.base + path, { method, signal, headers: { authorization: 'Bearer sk_test_x' } });
    const leave = new AbortController();
    const waiting = ['/v1/customers', '/v1/products'].flatMap((path) => Array.from({ length: 16 }, () => ask(path, 'POST', leave.signal).catch(() => 'left')));
    const patience = AbortSignal.timeout(20_000); // the delay is three times as long
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(Array.from({ length: 16 }, () => ask('/v1/balance', 'GET', patience)));
      for (const answer of answers) assert.equal((await answer.json()).object, 'balance');
    }

    assert.equal(await Promise.race([...waiting, 'still waiting']), 'still waiting');
    leave.abort();
    assert.deepEqual(new Set(await Promise.all(waiting)), new Set(['left']));
  } finally {
    host.stop();
  }
});
