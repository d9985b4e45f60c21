// OpenFeature's own SDK for servers with the provider of sdk/js.
import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bundle } from './flags.bundle.mjs';
import { folder, golden, keys, serve, signed, until } from './flags.state.mjs';

const { BuskerServerProvider, fileCache } = await import(await bundle('server', 'flags-server.mjs'));
const first = signed(1);
const second = signed(2, flags => { flags.limit.defaultVariant = 'high'; });
const user = { targetingKey: 'u1' };
const event = (client, type) => new Promise(resolve => client.addHandler(type, resolve));
let domains = 0;

/** A client of a new provider. */
async function client(options, wait = true) {
  const domain = `d${domains++}`;
  const provider = new BuskerServerProvider(options);
  if (wait) await OpenFeature.setProviderAndWait(domain, provider);
  else OpenFeature.setProvider(domain, provider);
  return Object.assign(OpenFeature.getClient(domain), { provider });
}

after(async () => {
  await OpenFeature.close();
  rmSync(folder, { recursive: true });
});

test('every type is answered from bytes, with its reason, variant and metadata', async () => {
  const flags = await client({ state: first, keys });
  const on = await flags.getBooleanDetails('on', false, user);
  assert.deepEqual([on.value, on.reason, on.variant, on.flagMetadata], [true, 'STATIC', 'yes', { team: 'growth', 'busker.version': 1, 'busker.rule': 'all', 'busker.assignment': 'all' }]);
  const split = await flags.getStringDetails('split', '', user);
  assert.deepEqual([split.reason, ['red', 'blue'].includes(split.value), split.value], ['SPLIT', true, split.variant]);
  const paying = await flags.getNumberDetails('limit', 0, { ...user, user: { plan: 'premium' } });
  assert.deepEqual([paying.value, paying.reason], [50, 'TARGETING_MATCH']);
  const free = await flags.getNumberDetails('limit', 0, user);
  assert.deepEqual([free.value, free.reason, free.variant], [5, 'DEFAULT', 'low']);
  assert.deepEqual(await flags.getObjectValue('theme', {}, user), { dark: true, name: null });
  assert.deepEqual(await flags.getBooleanValue('young', false, { ...user, joined: new Date('2026-01-01') }), true);
  const off = await flags.getBooleanDetails('off', true, user);
  assert.deepEqual([off.value, off.reason, off.errorCode], [true, 'DISABLED', undefined]);
});

test('what cannot be answered says why, and gives the caller\'s default', async () => {
  const flags = await client({ state: first, keys });
  const code = async (method, flag, fallback, context = user) => {
    const details = await flags[method](flag, fallback, context);
    assert.equal(details.value, fallback);
    return details.errorCode;
  };
  assert.equal(await code('getStringDetails', 'nope', 'x'), 'FLAG_NOT_FOUND');
  assert.equal(await code('getStringDetails', 'on', 'x'), 'TYPE_MISMATCH');
  assert.equal(await code('getBooleanDetails', 'limit', true), 'TYPE_MISMATCH');
  assert.equal(await code('getStringDetails', 'split', 'x', { targetingKey: 'x'.repeat(101) }), 'INVALID_CONTEXT');
  assert.equal(await code('getStringDetails', 'split', 'x', {}), 'TARGETING_KEY_MISSING');
});

test('a file that nobody trusted signed is refused', async () => {
  await assert.rejects(client({ state: first, keys: { k1: golden().keys.fuzz } }), /not signed by a key that is trusted/);
  await assert.rejects(client({ state: first.with(first.length - 3, first[first.length - 3] ^ 1), keys }), /damaged/);
});

test('polling learns of a change and of what it touches, and asks only for what is new', async () => {
  let version = 1;
  const house = await serve(({ ifNoneMatch }) => (ifNoneMatch === `"${version}"` ? { status: 304 } : { etag: `"${version}"`, body: version === 1 ? first : second }));
  const flags = await client({ poll: { url: house.url + '/state', intervalMs: 20 }, keys });
  await until(() => house.requests.filter(r => r.ifNoneMatch === '"1"').length > 1, 'a conditional request');
  const changed = event(flags, ProviderEvents.ConfigurationChanged);
  version = 2;
  assert.deepEqual((await changed).flagsChanged.sort(), ['after', 'limit']);
  assert.equal(await flags.getNumberValue('limit', 0, user), 50);
  // An older state is not taken.
  version = 1;
  await until(() => flags.provider.core.client.lastProblem?.reason === 'STATE_OLDER', 'an older state is refused');
  assert.equal(await flags.getNumberValue('limit', 0, user), 50);
  await flags.provider.onClose();
  await house.close();
});

test('a server that fails makes the state stale, never lost; when it is back all is fresh', async () => {
  let works = true;
  const house = await serve(() => (works ? { body: first } : { status: 500 }));
  const flags = await client({ poll: { url: house.url, intervalMs: 10 }, staleAfterMs: 100, keys });
  assert.equal(flags.providerStatus, ProviderStatus.READY);
  works = false;
  assert.match((await event(flags, ProviderEvents.Stale)).message, /status 500/);
  assert.equal(flags.providerStatus, ProviderStatus.STALE);
  const on = await flags.getBooleanDetails('on', false, user);
  assert.deepEqual([on.value, on.reason, on.flagMetadata['busker.reason']], [true, 'STALE', 'STATIC']);
  // A handler of a state that the provider is in already runs at once, so it is added after the server works again.
  works = true;
  await until(() => flags.providerStatus === ProviderStatus.READY, 'ready again');
  assert.equal((await flags.getBooleanDetails('on', false, user)).reason, 'STATIC');
  await flags.provider.onClose();
  await house.close();
});

test('without its server a client starts from the last good state and says that it is stale; without that it waits', async () => {
  const cache = fileCache(join(folder, 'last.bsk'));
  await client({ state: second, keys, cache });
  const free = createServer().listen(0);
  const { port } = free.address();
  await new Promise(resolve => free.close(resolve));
  const poll = { url: `http://localhost:${port}/state`, intervalMs: 10 };
  const stale = await client({ poll, keys, cache });
  await until(() => stale.providerStatus === ProviderStatus.STALE, 'stale');
  assert.equal(await stale.getNumberValue('limit', 0, user), 50);

  const empty = await client({ poll, keys }, false);
  assert.match((await event(empty, ProviderEvents.Error)).message, /could not be fetched/);
  const details = await empty.getBooleanDetails('on', false, user);
  assert.deepEqual([details.value, details.reason], [false, 'ERROR']);
  const late = createHttp((_, response) => response.end(first)).listen(port);
  await event(empty, ProviderEvents.Ready);
  assert.equal(await empty.getBooleanValue('on', false, user), true);
  await stale.provider.onClose();
  await empty.provider.onClose();
  late.closeAllConnections();
  late.close();
});

test('deltas are taken from the state that is held; one that does not fit costs a whole state', async () => {
  const { keys: trusted, files } = golden();
  let at = 0;
  const house = await serve(({ from }) => ({ body: from === null ? files[at - (at % 2)] : files[at] }));
  const flags = await client({ poll: { url: house.url, intervalMs: 10 }, keys: trusted });
  const held = () => flags.provider.core.client.state.header.version;
  assert.equal(held(), 0);
  at = 1;
  await until(() => held() === 12, 'the delta is taken');
  at = 5; // a delta from a state that is not held
  await until(() => held() === 48, 'the whole state is taken, and then the delta');
  await until(() => held() === 60, 'the delta is taken');
  await flags.provider.onClose();
  await house.close();
});

test('exposures arrive once each, numbered, in batches; loss leaves a gap that can be counted', async () => {
  const house = await serve(() => ({}));
  const flags = await client({ state: first, keys, exposures: { url: house.url + '/exposures', flushMs: 5, capacity: 4, client: 'tests' } });
  for (let i = 0; i < 3; i++) await flags.getStringValue('split', '', user);
  await flags.getNumberValue('limit', 0, user); // nobody was assigned
  await until(() => house.posts.length === 1 && flags.provider.core.exposures.outbox.waiting === 0, 'a batch, acknowledged');
  const [{ body }] = house.posts;
  assert.match(body.sender, /^[0-9a-f]{32}$/);
  assert.equal(body.dropped, '0');
  assert.equal(body.exposures.length, 1);
  const { appliedAtUs, variant, assignment, ...exposure } = body.exposures[0];
  assert.deepEqual(exposure, { flag: 'split', rule: 'test', unit: 'u1', selector: 'targeting_key', segment: '', reason: 'REASON_MATCH', fallthroughs: [], client: 'tests', sequence: '1' });
  assert.ok(Math.abs(Number(appliedAtUs) / 1000 - Date.now()) < 60_000);
  assert.equal(flags.provider.core.exposures.repeated, 2);

  // The server is away: four wait, two are lost and leave their numbers.
  house.server.postStatus = 503;
  for (let i = 2; i <= 7; i++) await flags.getStringValue('split', '', { targetingKey: `u${i}` });
  await until(() => house.posts.some(p => p.status === 503), 'a batch that is refused for now');
  house.server.postStatus = 200;
  await until(() => house.posts.filter(p => p.status === 200).length > 1, 'the batch comes again');
  await until(() => flags.provider.core.exposures.outbox.waiting === 0, 'the batch is acknowledged');
  await flags.getStringValue('split', '', { targetingKey: 'u8' });
  await flags.provider.onClose();
  const taken = house.posts.filter(p => p.status === 200).flatMap(p => p.body.exposures.map(e => Number(e.sequence)));
  assert.deepEqual(taken, [1, 2, 3, 4, 5, 8]);
  assert.equal(house.posts.at(-1).body.dropped, '2');
  await house.close();
});

test('sticky assignments are read, kept and written through the store', async () => {
  const records = new Map();
  const sticky = {
    read: async reads => reads.filter(r => records.has(r.unit)).map(({ unit, materialization }) => ({ unit, materialization, member: true, variants: records.get(unit) })),
    write: async writes => writes.forEach(w => records.set(w.unit, { ...records.get(w.unit), [w.rule]: w.variant })),
  };
  assert.equal(await (await client({ state: first, keys, sticky })).getStringValue('kept', '', user), 'old');
  assert.deepEqual(records.get('u1'), { 'kept/r': 'old' });
  const next = signed(3, flags => { flags.kept.rules[0].assignment.assignments[0].ranges = []; flags.kept.rules[0].assignment.assignments.push({ id: 'n', ranges: [{ upper: 1 }], variant: 'new' }); });
  const flags = await client({ state: next, keys, sticky });
  assert.equal(await flags.getStringValue('kept', '', user), 'old');
  assert.equal(await flags.getStringValue('kept', '', { targetingKey: 'u2' }), 'new');
});

test('hooks see and shape evaluations, and tracked events leave in numbered batches', async () => {
  const house = await serve(() => ({}));
  const flags = await client({ state: first, keys, tracking: { url: house.url + '/track', flushAt: 2 } });
  const seen = [];
  flags.addHooks({ before: () => ({ user: { plan: 'premium' } }), after: (_, details) => void seen.push(details.variant) });
  assert.equal(await flags.getNumberValue('limit', 0, user), 50);
  assert.deepEqual(seen, ['high']);
  flags.track('played', user, { value: 3.5, track: 't1' });
  flags.track('liked', user);
  await until(() => house.posts.length === 1, 'a batch');
  const [played, liked] = house.posts[0].body.events;
  assert.deepEqual([played.name, played.unit, played.value, played.attributes, played.sequence], ['played', 'u1', 3.5, { track: 't1' }, '1']);
  assert.deepEqual([liked.name, liked.sequence], ['liked', '2']);
  await house.close();
});
