// The launcher as somebody types it: `./busker up`, in a process group of its own as in a terminal. Whatever happens to it, it
// says so in one sentence and leaves nothing behind.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { connect as http2 } from 'node:http2';
import { request as https } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), 'busker-up-'));
const state = join(home, 'state');
after(() => rmSync(home, { recursive: true, force: true }));
const free = ['--port', '0', '--grpc-port', '0'];

function busker(...args) {
  const child = spawn(join(root, 'busker'), args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const run = { child, out: '', err: '', code: null };
  run.gone = new Promise((done) => child.on('close', (code, signal) => { run.code = code ?? signal; done(run); }));
  child.stdout.on('data', (d) => { run.out += d; });
  child.stderr.on('data', (d) => { run.err += d; });
  run.says = (pattern) => new Promise((done, fail) => {
    const look = () => { const found = pattern.exec(run.out); if (found) done(found); };
    look();
    child.stdout.on('data', look);
    child.on('close', () => fail(new Error(`it ended before it said ${pattern}:\n${run.out}${run.err}`)));
  });
  run.interrupt = () => process.kill(-child.pid, 'SIGINT'); // what a terminal does
  return run;
}
const ended = (...args) => busker(...args).gone;

/** Processes whose working directory or command line is in a folder: everything that a start can leave behind. */
const left = (folder) => readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid).filter((pid) => {
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch { return false; }
});
const until = async (holds, what) => {
  for (const end = Date.now() + 30_000; !holds(); await new Promise((r) => setTimeout(r, 50))) assert.ok(Date.now() < end, what);
};
const sentence = (run, pattern) => {
  assert.equal(run.code, 1, run.out);
  const lines = run.err.split('\n').filter((l) => l.startsWith('busker: '));
  assert.equal(lines.length, 1, run.err);
  assert.match(lines[0], pattern);
  assert.doesNotMatch(run.out + run.err, /Exception| at \S+\(/);
};

test('Ctrl-C stops everything, at once with exit code 0, and the next start goes on with the same key', async () => {
  let key;
  for (let i = 0; i < 2; i++) {
    const run = busker('up', '--data', state, ...free);
    const [, url, printed] = await run.says(/(http:\S+)\/#key=(\S+)/);
    await run.says(/curl -H/);
    key ??= printed;
    assert.equal(printed, key);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    run.interrupt();
    assert.equal((await run.gone).code, 0, run.err);
    assert.deepEqual(left(state), []);
  }
});

test('Ctrl-C in the middle of the start stops everything too', async () => {
  for (const step of [/preparing PostgreSQL/, /starting PostgreSQL \d+/]) {
    const run = busker('up', '--data', join(home, 'early'), ...free);
    await run.says(step);
    run.interrupt();
    await run.gone;
    assert.equal(run.code, 0, run.err);
    assert.deepEqual(left(join(home, 'early')), []);
  }
});

test('killed with -9 it leaves no database, and the next start serves', async () => {
  const first = busker('up', '--data', state, ...free);
  await first.says(/Busker is up/);
  process.kill(first.child.pid, 'SIGKILL');
  await first.gone;
  await until(() => left(state).length === 0, 'the database ends by itself');
  const second = busker('up', '--data', state, ...free);
  const [, url] = await second.says(/(http:\S+)\/#key=/);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  second.interrupt();
  await second.gone;
  assert.deepEqual(left(state), []);
});

test('while the database is down callers hear UNAVAILABLE, and it comes back by itself', async () => {
  const run = busker('up', '--data', state, ...free);
  const [, url, key] = await run.says(/(http:\S+)\/#key=(\S+)/);
  const ask = () => fetch(`${url}/busker.tenancy.v1.Tenancy/ListKeys`, {
    method: 'POST', body: '{}', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } });
  assert.equal((await ask()).status, 200);
  const server = Number(readFileSync(join(state, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(server, 'SIGSTOP'); // no new session starts; then it is killed
  process.kill(server, 'SIGKILL');
  let answer = await ask();
  for (const end = Date.now() + 30_000; answer.status !== 200; answer = await ask()) {
    assert.equal(answer.status, 503, await answer.text());
    assert.ok(Date.now() < end, 'it comes back');
    await new Promise((r) => setTimeout(r, 50));
  }
  run.interrupt();
  assert.equal((await run.gone).code, 0);
  assert.deepEqual(left(state), []);
});

test('--tls speaks HTTP/1.1 and HTTP/2 on one port', async () => {
  const run = busker('up', '--data', state, '--port', '0', '--tls');
  const [, url] = await run.says(/(https:\S+)\/#key=/);
  const one = await new Promise((done, fail) => https(`${url}/readyz`, { rejectUnauthorized: false }, done).on('error', fail).end());
  assert.deepEqual([one.statusCode, one.httpVersion], [200, '1.1']);
  one.resume();
  const session = http2(url, { rejectUnauthorized: false });
  const two = await new Promise((done, fail) => session.on('error', fail).request({ ':path': '/readyz' }).on('response', done).on('error', fail).resume());
  assert.deepEqual([two[':status'], session.alpnProtocol], [200, 'h2']);
  session.close();
  run.interrupt();
  assert.equal((await run.gone).code, 0, run.err);
});

test('demo uses a house that runs already, and Ctrl-C ends the demo and not the house', async () => {
  const run = busker('up', '--data', state, ...free);
  const [, url] = await run.says(/(http:\S+)\/#key=/);
  const { port } = new URL(url);
  const whole = await ended('demo', '--state', state, '--port', port, '--listeners', '20', '--seconds', '2');
  assert.equal(whole.code, 0, whole.err);
  assert.match(whole.out, new RegExp(`watch them at ${url}`));
  const cut = busker('demo', '--state', state, '--port', port, '--listeners', '50', '--seconds', '60');
  await cut.says(/watch them at/);
  cut.interrupt();
  assert.equal((await cut.gone).code, 0, cut.err);
  sentence(await ended('demo', '--state', join(home, 'nowhere'), '--port', port), /has no demo key; give its --state/);
  sentence(await ended('up', '--data', state, ...free), /Another Busker is running on /);
  sentence(await ended('up', '--data', join(home, 'second'), '--port', port, '--grpc-port', '0'), /A port is taken .*--port and --grpc-port\./);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  run.interrupt();
  assert.equal((await run.gone).code, 0);
  assert.deepEqual(left(home), []);
});

test('a demo that started the product itself stops it on Ctrl-C', async () => {
  const run = busker('demo', '--state', state, ...free, '--listeners', '50', '--seconds', '60');
  await run.says(/watch them at/);
  run.interrupt();
  assert.equal((await run.gone).code, 0, run.err);
  assert.deepEqual(left(state), []);
});

test('what cannot be started is refused in a sentence', async () => {
  writeFileSync(join(home, 'a-file'), '');
  const other = join(home, 'other-major');
  execFileSync('mkdir', ['-p', join(other, 'postgres')]);
  writeFileSync(join(other, 'postgres', 'PG_VERSION'), '14\n');
  for (const [args, pattern] of [
    [['--data', other], /were written by PostgreSQL 14/],
    [['--data', state, '--postgres', 'Host=127.0.0.1;Port=9;Username=a;Database=b'], /does not answer|cannot be reached|refused/i],
    [['--data', state, '--postgres', 'nonsense'], /--postgres/],
    [['--data', state, '--address', 'here'], /--address here is not an IP address/],
    [['--data', state, '--port', '70000'], /--port is 70000; 0 to 65535/],
    [['--data', state, '--tls', '--certificate', join(home, 'a-file')], /--certificate .*a-file cannot be used: /],
  ]) sentence(await ended('up', ...(args.includes('--port') ? [] : free), ...args), pattern);
  if (process.getuid() === 0) {
    const disk = join(home, 'disk');
    execFileSync('mkdir', ['-p', disk]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    try {
      sentence(await ended('up', ...free, '--data', disk), /The disk that holds .* is full: free some space, or move the state with --data/);
    } finally { execFileSync('umount', [disk]); }
  }
  assert.deepEqual(left(home), []);
});
