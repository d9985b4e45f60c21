// What is known of the caller's user: a plain object. undefined is missing; functions and symbols are not there.
import { wellFormed } from '../hashing/utf8.js';

export type Attributes = { readonly [key: string]: unknown };

/** The attribute that holds the unit unless a rule says otherwise. */
export const targetingKey = 'targeting_key';

/** As an attribute in targeting: the time of the resolve in seconds. */
export const now = '$now';

const maxDepth = 16;
const { hasOwnProperty } = Object.prototype;

/** A context from JSON text; lone surrogates become U+FFFD, as in every other language. Throws when it is no JSON object. */
export function parseContext(json: string): Attributes {
  const value: unknown = cleaned(JSON.parse(json), 1);
  if (!isStruct(value)) throw new TypeError('the context must be a JSON object');
  return value;
}

export function isStruct(value: unknown): value is Attributes {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A dotted path into a context. */
export class AttributePath {
  private readonly _first: string;
  private readonly _rest: string[];

  constructor(readonly path: string) {
    const [first, ...rest] = path.split('.');
    this._first = first!;
    this._rest = rest;
  }

  read(context: Attributes): unknown {
    let value = own(context, this._first);
    for (const step of this._rest) value = isStruct(value) ? own(value, step) : undefined;
    return value;
  }
}

function own(object: Attributes, key: string): unknown {
  const value = object[key];
  return value !== undefined && hasOwnProperty.call(object, key) && typeof value !== 'function' && typeof value !== 'symbol' ? value : undefined;
}

function cleaned(value: unknown, depth: number): unknown {
  if (depth > maxDepth + 1) throw new RangeError(`the context is nested more than ${maxDepth} deep`);
  if (typeof value === 'string') return wellFormed(value);
  if (Array.isArray(value)) return value.map(item => cleaned(item, depth + 1));
  if (!isStruct(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [wellFormed(key), cleaned(item, depth + 1)]);
  return Object.fromEntries(entries);
}
