// State files: "BSK1", then a StateFile with a signed header over a gzip payload. The signature covers the header, the
// header holds the digests of payload and state, so nothing can be exchanged unnoticed.
import type { FlagState, StateDelta, StateFile, StateHeader } from '../contract/types.js';
import { decode } from '../contract/wire.js';
import { utf8 } from '../hashing/utf8.js';
import { Fault } from '../state/problems.js';

/** A state inflates to at most this. */
export const maxStateBytes = 256 * 1024 * 1024;

/** Trusted signers by key id: ECDSA P-256 public keys as WebCrypto keys, JSON Web Keys, or SPKI in PEM or bytes. */
export type TrustedKeys = Readonly<Record<string, CryptoKey | JsonWebKey | string | Uint8Array>>;

/** A state with the header it came with and its serialised bytes, from which deltas start. */
export interface OpenedState {
  readonly state: FlagState;
  readonly header: StateHeader;
  readonly bytes: Uint8Array;
  readonly isVerified: boolean;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };

/** Opens a file. With `keys` an unsigned or wrongly signed file is refused. A delta needs its base. Throws a Fault. */
export async function readStateFile(file: Uint8Array, keys?: TrustedKeys, from?: OpenedState): Promise<OpenedState> {
  if (file.length < 4 || String.fromCharCode(...file.subarray(0, 4)) !== 'BSK1') throw damaged('it does not start with BSK1');
  if (!globalThis.crypto?.subtle) throw new Fault('NO_WEBCRYPTO', 'state files need WebCrypto, which a page has only over https');
  try {
    const envelope = decode<StateFile>('StateFile', file.subarray(4));
    const header = decode<StateHeader>('StateHeader', envelope.header);
    if (keys && !(await isSigned(envelope, header, keys))) {
      throw new Fault('STATE_FILE_UNSIGNED', `the state file is not signed by a key that is trusted (key id "${header.keyId}")`);
    }
    const size = Number(header.stateBytes);
    if (size > maxStateBytes) throw damaged(`it says it inflates to ${header.stateBytes} bytes`);
    if (!(await hasDigest(envelope.payload, header.payloadSha256))) throw damaged('its payload is damaged');
    const isDelta = header.baseSha256.length > 0;
    let bytes = await inflate(envelope.payload, size * (isDelta ? 2 : 1) + 4096);
    if (isDelta) {
      if (!from || !equal(from.header.stateSha256, header.baseSha256)) throw new Fault('STATE_DELTA_BASE', 'the delta starts from another state');
      bytes = applyDelta(from.bytes, decode<StateDelta>('StateDelta', bytes), size);
    }
    if (!(await hasDigest(bytes, header.stateSha256))) throw damaged('its state is damaged');
    return { state: decode<FlagState>('FlagState', bytes), header, bytes, isVerified: keys !== undefined };
  } catch (e) {
    throw e instanceof Fault ? e : damaged((e as Error).message);
  }
}

/** The digest of a state as lower-case hex; the name of what is held. */
export function stateName({ stateSha256 }: StateHeader): string {
  return [...stateSha256].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

async function isSigned(file: StateFile, header: StateHeader, keys: TrustedKeys): Promise<boolean> {
  if (!Object.hasOwn(keys, header.keyId)) return false;
  const key = await imported(keys[header.keyId]!);
  const domain = utf8('busker flag state\n');
  const signed = new Uint8Array(domain.length + file.header.length);
  signed.set(domain);
  signed.set(file.header, domain.length);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, plain(file.signature), signed);
}

function imported(key: TrustedKeys[string]): Promise<CryptoKey> | CryptoKey {
  if (key instanceof CryptoKey) return key;
  if (typeof key === 'string') {
    const text = atob(key.replace(/-----[^-]+-----|\s/g, ''));
    return crypto.subtle.importKey('spki', Uint8Array.from(text, c => c.charCodeAt(0)), algorithm, false, ['verify']);
  }
  if (key instanceof Uint8Array) return crypto.subtle.importKey('spki', plain(key), algorithm, false, ['verify']);
  return crypto.subtle.importKey('jwk', key, algorithm, false, ['verify']);
}

async function hasDigest(bytes: Uint8Array, digest: Uint8Array): Promise<boolean> {
  return equal(new Uint8Array(await crypto.subtle.digest('SHA-256', plain(bytes))), digest);
}

async function inflate(payload: Uint8Array, limit: number): Promise<Uint8Array> {
  const reader = new Blob([plain(payload)]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.length;
    if (length > limit) {
      await reader.cancel();
      throw damaged('it inflates to more than its header says');
    }
    chunks.push(read.value);
  }
  return joined(chunks, length);
}

function applyDelta(from: Uint8Array, { pieces }: StateDelta, limit: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (const { kind } of pieces) {
    let chunk = kind?.case === 'insert' ? kind.value : new Uint8Array(0);
    if (kind?.case === 'copy') {
      const [offset, length] = [Number(kind.value.offset), Number(kind.value.length)];
      if (offset > from.length || length > from.length - offset) throw damaged('the delta copies from outside its base');
      chunk = from.subarray(offset, offset + length);
    }
    total += chunk.length;
    if (total > limit) throw damaged('the delta grows beyond what its header says');
    chunks.push(chunk);
  }
  return joined(chunks, total);
}

function joined(chunks: Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

// WebCrypto does not take memory that is shared.
function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

function damaged(why: string): Fault {
  return new Fault('STATE_FILE_DAMAGED', `the state file cannot be read: ${why}`);
}
