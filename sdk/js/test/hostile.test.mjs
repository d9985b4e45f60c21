// Damaged, lying and hostile bytes and contexts: refused with a reason, in bounded time.
import { Fault, FlagBook, parseContext, readStateFile, resolution } from '@busker/flags';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const golden = readFileSync(fileURLToPath(new URL('../../../tests/Flags.Tests/golden.jsonl', import.meta.url)), 'utf8').trim().split('\n').map(line => JSON.parse(line));
const keys = { [golden[0].key_id]: golden[0].key };
const file = Buffer.from(golden.find(line => line.file).file, 'base64');
const opened = await readStateFile(file, keys);

/** Bytes of a protobuf field that is delimited by its length. */
const field = (number, bytes) => Buffer.concat([Buffer.from([number * 8 + 2]), varint(bytes.length), bytes]);
const varint = value => Buffer.from(value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]);
const sha256 = bytes => createHash('sha256').update(bytes).digest();

/** An unsigned file around a payload, with what its header says of the state. */
function wrap(payload, state, stateBytes = state.length, base) {
  const header = Buffer.concat([field(4, sha256(state)), field(5, sha256(payload)), ...(base ? [field(6, base)] : []), Buffer.from([72]), varint(stateBytes)]);
  return Buffer.concat([Buffer.from('BSK1'), field(1, header), field(3, payload)]);
}

const reason = async (bytes, trusted, from) => readStateFile(bytes, trusted, from).then(() => 'taken', e => (e instanceof Fault ? e.reason : `not a refusal: ${e.stack}`));

test('a file that was cut or changed anywhere is refused', async () => {
  for (let at = 0; at < file.length; at += 7) {
    assert.match(await reason(file.subarray(0, at), keys), /^STATE_FILE_/);
    assert.match(await reason(file.with(at, file[at] ^ (1 << at % 8)), keys), /^STATE_FILE_/, `byte ${at}`);
  }
});

test('a file made here is read; one that lies about its size or its base is not', async () => {
  const state = Buffer.from(opened.bytes);
  assert.equal(await reason(wrap(gzipSync(state), state)), 'taken');
  const bomb = Buffer.alloc(50_000_000);
  assert.match(await readStateFile(wrap(gzipSync(bomb), bomb, 100)).catch(e => e.message), /inflates to more than its header says/);
  assert.match(await readStateFile(wrap(gzipSync(state), state, 1e10)).catch(e => e.message), /it says it inflates to 10000000000 bytes/);
  const copy = (offset, length) => field(1, field(1, Buffer.concat([Buffer.from([8]), varint(offset), Buffer.from([16]), varint(length)])));
  const delta = pieces => wrap(gzipSync(pieces), state, state.length, sha256(state));
  assert.equal(await reason(delta(copy(0, state.length)), undefined, opened), 'taken');
  assert.equal(await reason(delta(copy(0, state.length))), 'STATE_DELTA_BASE');
  assert.match(await readStateFile(delta(copy(5, state.length)), undefined, opened).catch(e => e.message), /copies from outside its base/);
  assert.match(await readStateFile(delta(Buffer.concat(Array(1000).fill(copy(0, state.length)))), undefined, opened).catch(e => e.message), /grows beyond/);
});

test('any bytes at all are a state or are refused', async () => {
  let random = 1;
  const next = () => (random = Math.imul(random, 48271) >>> 0) >>> 8;
  const outcomes = new Set();
  for (let n = 0; n < 1000; n++) {
    const state = Buffer.from(opened.bytes);
    for (let k = 0; k < 2; k++) state[next() % state.length] = next();
    const outcome = await readStateFile(wrap(gzipSync(state, { level: 1 }), state)).then(read => new FlagBook(read.state)).then(() => 'taken', e => (e instanceof Fault ? e.reason : e.stack));
    outcomes.add(outcome);
  }
  assert.deepEqual([...outcomes].sort(), ['FLAG_STATE_INVALID', 'STATE_FILE_DAMAGED', 'taken']);
  const deep = Array.from({ length: 50_000 }).reduce(bytes => (bytes.length < 60_000 ? field(3, bytes) : bytes), Buffer.alloc(0));
  assert.equal(await reason(wrap(gzipSync(field(4, field(2, deep))), field(4, field(2, deep)))), 'STATE_FILE_DAMAGED');
});

test('a context may be deep, huge or named like a prototype, and costs little', () => {
  assert.throws(() => parseContext('{"a":'.repeat(17) + '1' + '}'.repeat(17)), /nested more than 16 deep/);
  assert.throws(() => parseContext('[1]'), /must be a JSON object/);
  assert.deepEqual(parseContext('{"a\\ud800":"\\udc00x"}'), { 'a\ufffd': '\ufffdx' });
  const state = { ...opened.state, flags: [flagOn('constructor'), flagOn('__proto__.x', 'p'), flagOn('toString', 't')], segments: [], lists: [], clients: [] };
  const book = new FlagBook(state);
  const reasons = context => book.resolveAll(context, book.operator()).map(a => resolution(a, context).reason);
  assert.deepEqual(reasons({}), ['NoMatch', 'NoMatch', 'NoMatch']);
  assert.deepEqual(reasons(parseContext('{"constructor":1,"__proto__":{"x":1},"toString":2}')), ['Match', 'Match', 'Match']);
  const huge = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`a${i}`, 'x'.repeat(10)]));
  const began = performance.now();
  for (let i = 0; i < 1000; i++) reasons(huge);
  assert.ok(performance.now() - began < 1000);
});

// Matches whoever has the attribute.
function flagOn(attribute, name = 'f') {
  const range = { id: 'a', ranges: [{ lower: 0, upper: 1 }], outcome: { case: 'variant', value: 'on' } };
  const rule = {
    name: 'r', enabled: true, kind: 1, environments: [], segment: '', everyone: false, targetingKeySelector: '', fallbackSelectors: [], assignment: { bucketCount: 1, assignments: [range] },
    targeting: { kind: { case: 'criterion', value: { attribute, comparison: 0, predicate: { case: 'presence', value: 1 } } } },
  };
  return { name, state: 1, schema: { type: { case: 'scalar', value: 1 } }, variants: [{ name: 'on', value: true }], rules: [rule], defaultVariant: '', clients: [], prerequisites: [] };
}
