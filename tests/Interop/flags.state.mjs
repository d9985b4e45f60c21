// A small flag state for the tests of providers, as files that the command line signed.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const folder = mkdtempSync(join(tmpdir(), 'busker-flags-'));
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = join(folder, 'key.pem');
writeFileSync(key, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));

/** Trusted keys, as a client has them. */
export const keys = { k1: pair.publicKey.export({ type: 'spki', format: 'pem' }) };

const everyone = variant => ({ bucketCount: 1, assignments: [{ id: 'all', ranges: [{ upper: 1 }], outcome: 'variant', variant }].map(({ outcome, ...a }) => a) });
const halves = (a, b) => ({ bucketCount: 100, assignments: [{ id: 'a', ranges: [{ upper: 50 }], variant: a }, { id: 'b', ranges: [{ lower: 50, upper: 100 }], variant: b }] });
const texts = (...names) => names.map(name => ({ name, value: name }));

function state(version, change) {
  const flags = {
    on: { schema: { scalar: 'BOOL' }, variants: [{ name: 'yes', value: true }], rules: [{ name: 'all', enabled: true, everyone: true, assignment: everyone('yes') }], metadata: { team: 'growth', list: [1] } },
    split: { schema: { scalar: 'STRING' }, variants: texts('red', 'blue'), rules: [{ name: 'test', enabled: true, kind: 'EXPERIMENT', everyone: true, assignment: halves('red', 'blue') }] },
    limit: {
      schema: { scalar: 'INT' }, variants: [{ name: 'low', value: 5 }, { name: 'high', value: 50 }], defaultVariant: 'low',
      rules: [{ name: 'paying', enabled: true, targeting: { criterion: { attribute: 'user.plan', oneOf: { values: [{ string: 'premium' }] } } }, assignment: everyone('high') }],
    },
    theme: { schema: { struct: { fields: { dark: { scalar: 'BOOL' }, name: { scalar: 'STRING' } } } }, variants: [{ name: 'night', value: { dark: true } }], defaultVariant: 'night' },
    off: { state: 'DISABLED', schema: { scalar: 'BOOL' }, variants: [] },
    kept: {
      schema: { scalar: 'STRING' }, variants: texts('old', 'new'),
      rules: [{ name: 'r', enabled: true, everyone: true, assignment: everyone('old'), materialization: { read: 'm', write: 'm' } }],
    },
    after: { schema: { scalar: 'BOOL' }, variants: [{ name: 'yes', value: true }], defaultVariant: 'yes', prerequisites: [{ flag: 'limit', variants: ['low'] }] },
    young: { schema: { scalar: 'BOOL' }, variants: [{ name: 'yes', value: true }], rules: [{ name: 'r', enabled: true, targeting: { criterion: { attribute: 'joined', between: { lower: { timestampUs: '1760000000000000' } } } }, assignment: everyone('yes') }] },
  };
  change?.(flags);
  return { account: 'interop', version, flags: Object.entries(flags).map(([name, flag]) => ({ name, state: 'ACTIVE', ...flag })) };
}

/** A signed state file. */
export function signed(version, change) {
  const [json, file] = [join(folder, `${version}.json`), join(folder, `${version}.bsk`)];
  writeFileSync(json, JSON.stringify(state(version, change)));
  const run = spawnSync('dotnet', [join(root, 'src/Cli/bin/Release/net10.0/busker.dll'), 'flags', 'sign', json, file, '--key', key, '--key-id', 'k1'], { encoding: 'utf8', env: { ...process.env, BUSKER_ROOT: root } });
  if (run.status !== 0) throw new Error(run.stderr + run.stdout);
  return readFileSync(file);
}

/** What the golden file holds: files (every other a delta), and the keys that signed them. */
export function golden() {
  const lines = readFileSync(`${root}tests/Flags.Tests/golden.jsonl`, 'utf8').trim().split('\n').map(line => JSON.parse(line));
  return { keys: { [lines[0].key_id]: lines[0].key }, files: lines.filter(line => line.file).map(line => Buffer.from(line.file, 'base64')) };
}

/** A server that gives what `answer` says for each GET, and keeps what is posted. */
export async function serve(answer, pages = {}) {
  const posts = [];
  const requests = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://localhost');
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*');
    if (request.method === 'OPTIONS') return response.end();
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.statusCode = server.postStatus ?? 200;
      posts.push({ path: url.pathname, body: JSON.parse(body), status: response.statusCode });
      return response.end();
    }
    if (pages[url.pathname]) return response.setHeader('content-type', pages[url.pathname].type).end(pages[url.pathname].body);
    requests.push({ path: url.pathname, from: url.searchParams.get('from'), ifNoneMatch: request.headers['if-none-match'] });
    const { status = 200, etag, body = '' } = answer(requests.at(-1));
    response.statusCode = status;
    if (etag) response.setHeader('etag', etag);
    response.end(body);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  };
  return { url: `http://localhost:${server.address().port}`, server, posts, requests, close };
}

/** Waits until something is so. */
export async function until(is, what, limitMs = 20_000) {
  for (const end = Date.now() + limitMs; Date.now() < end; await new Promise(resolve => setTimeout(resolve, 5))) {
    if (is()) return;
  }
  throw new Error(`never: ${what}`);
}
