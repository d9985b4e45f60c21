// Reads protobuf by the table of fields. Unknown fields are skipped; what misses a required part is refused when the state
// is built.
import { layout } from './tables.js';
import type { Int64, Json, JsonObject } from './types.js';

interface Field {
  name: string;
  type: string;
  oneof: string;
  mark: string;
}

interface Table {
  fields: Field[];
  repeated: string[];
  defaults: Record<string, unknown>;
}

type Message = Record<string, unknown>;

const zero: Record<string, unknown> = { string: '', bool: false, enum: 0, uint32: 0, uint64: 0, int64: 0, sint64: 0, double: 0, bytes: new Uint8Array(0) };
const maxDepth = 100;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const tables = new Map<string, Table>();

for (const line of layout.trim().split('\n')) {
  const colon = line.indexOf(':');
  const table: Table = { fields: [], repeated: [], defaults: {} };
  tables.set(line.slice(0, colon), table);
  for (const text of line.slice(colon + 1).split(',')) {
    const [path, typed] = text.trim().split(' ');
    if (!path || !typed) continue;
    const dot = path.indexOf('.');
    const mark = /[*?%]$/.test(typed) ? typed.slice(-1) : '';
    const field = { name: path.slice(dot + 1), oneof: path.slice(0, Math.max(0, dot)), type: mark ? typed.slice(0, -1) : typed, mark };
    table.fields.push(field);
    if (mark === '*' || mark === '%') table.repeated.push(field.name + mark);
    else if (!field.oneof && !mark && field.type in zero) table.defaults[field.name] = zero[field.type];
  }
}

// google.protobuf.Value, Struct and ListValue become what they stand for.
const plain: Record<string, (message: Message) => Json | undefined> = {
  Value: ({ kind }) => {
    const set = kind as { case: string; value: Json } | undefined;
    return set?.case === 'null' ? null : set?.value;
  },
  Struct: ({ fields }) => {
    const object: JsonObject = {};
    for (const [key, value] of fields as Map<string, Json>) put(object, key, value);
    return object;
  },
  ListValue: ({ values }) => (values as (Json | undefined)[]).map(value => value ?? null),
};

/** Sets a key that may be "__proto__". */
export function put(object: JsonObject, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}

/** The message of this name. Throws when the bytes are no message. */
export function decode<T>(name: string, bytes: Uint8Array): T {
  return new Wire(bytes).message(name, bytes.length, 0) as T;
}

export class Wire {
  at = 0;
  private _low = 0;
  private _high = 0;
  private readonly _view: DataView;

  constructor(private readonly _bytes: Uint8Array) {
    this._view = new DataView(_bytes.buffer, _bytes.byteOffset, _bytes.byteLength);
  }

  message(name: string, end: number, depth: number): unknown {
    if (depth > maxDepth) throw new RangeError('messages are nested too deep');
    const table = tables.get(name)!;
    const message: Message = { ...table.defaults };
    for (const many of table.repeated) message[many.slice(0, -1)] = many.endsWith('%') ? new Map() : [];
    while (this.at < end) {
      const tag = this.uint32();
      const field = table.fields[(tag >>> 3) - 1];
      if (field) this._field(message, field, tag & 7, end, depth);
      else this.skip(tag & 7, end);
    }
    return name in plain ? plain[name]!(message) : message;
  }

  /** The bytes of the next length-delimited field. */
  slice(end: number): Uint8Array {
    const last = this._end(end);
    const from = this.at;
    this.at = last;
    return this._bytes.subarray(from, last);
  }

  uint32(): number {
    this._varint();
    return this._low;
  }

  skip(wireType: number, end: number): void {
    if (wireType === 0) this._varint();
    else if (wireType === 1) this._move(8, end);
    else if (wireType === 2) this.slice(end);
    else if (wireType === 5) this._move(4, end);
    else throw new RangeError(`wire type ${wireType}`);
  }

  private _field(message: Message, field: Field, wireType: number, end: number, depth: number): void {
    const { name, type, oneof, mark } = field;
    if (mark === '*' && wireType === 2 && type !== 'string' && type !== 'bytes' && type in zero) {
      const last = this._end(end);
      while (this.at < last) (message[name] as unknown[]).push(this._scalar(type, last));
    } else if (mark === '%') {
      const [key, value] = this._entry(type, this._end(end), depth);
      (message[name] as Map<string, unknown>).set(key, value);
    } else {
      const value = type in zero ? this._scalar(type, end) : this.message(type, this._end(end), depth + 1);
      if (mark === '*') (message[name] as unknown[]).push(value);
      else if (oneof) message[oneof] = { case: name, value };
      else message[name] = value;
    }
  }

  private _scalar(type: string, end: number): unknown {
    switch (type) {
      case 'string': {
        const bytes = this.slice(end);
        return bytes.length < 32 ? short(bytes) : utf8.decode(bytes);
      }
      case 'bytes':
        return this.slice(end);
      case 'double':
        this._move(8, end);
        return this._view.getFloat64(this.at - 8, true);
      case 'bool':
        this._varint();
        return (this._low | this._high) !== 0;
      case 'enum':
        this._varint();
        return this._low | 0;
      case 'uint32':
        return this.uint32();
      default:
        this._varint();
        return this._int64(type);
    }
  }

  private _int64(type: string): Int64 {
    let { _low: low, _high: high } = this;
    if (type === 'sint64') {
      const sign = -(low & 1);
      [low, high] = [(((low >>> 1) | (high << 31)) ^ sign) >>> 0, ((high >>> 1) ^ sign) >>> 0];
    }
    const top = type === 'uint64' ? high : high | 0;
    const value = top * 4294967296 + low;
    return Number.isSafeInteger(value) ? value : BigInt(top) * 4294967296n + BigInt(low);
  }

  private _varint(): void {
    this._low = this._high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this._bytes[this.at++];
      if (byte === undefined) throw new RangeError('a number is cut short');
      const bits = byte & 127;
      if (shift < 32) this._low = (this._low | (bits << shift)) >>> 0;
      if (shift === 28) this._high = bits >>> 4;
      else if (shift > 28) this._high = (this._high | (bits << (shift - 32))) >>> 0;
      if (byte < 128) return;
    }
    throw new RangeError('a number is too long');
  }

  private _end(limit: number): number {
    const length = this.uint32();
    if (length > limit - this.at) throw new RangeError('a field is cut short');
    return this.at + length;
  }

  private _move(count: number, end: number): void {
    if (count > end - this.at) throw new RangeError('a field is cut short');
    this.at += count;
  }

  private _entry(type: string, end: number, depth: number): [string, unknown] {
    let key = '';
    let value: unknown = type === 'Value' ? null : this.message(type, this.at, depth);
    while (this.at < end) {
      const tag = this.uint32();
      if (tag === 10) key = this._scalar('string', end) as string;
      else if (tag === 18) value = this.message(type, this._end(end), depth + 1) ?? null;
      else this.skip(tag & 7, end);
    }
    return [key, value];
  }
}

function short(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    if (byte > 127) return utf8.decode(bytes);
    text += String.fromCharCode(byte);
  }
  return text;
}
