// Checks a variant's value against the flag's schema and fills missing struct fields with null.
import { type Json, type JsonObject, type ValueSchema } from '../contract/types.js';
import { put } from '../contract/wire.js';
import { compareText } from '../conditions/versions.js';
import { isStruct } from '../resolving/context.js';
import type { Problems } from './problems.js';

const [maxFields, maxDepth] = [64, 8];
const scalars = ['', 'BOOL', 'INT', 'DOUBLE', 'STRING', 'JSON'];

export function checkSchema(schema: ValueSchema | undefined, path: string, problems: Problems, depth = 0): void {
  const type = schema?.type;
  if (depth > maxDepth) problems.add(path, `a schema is at most ${maxDepth} levels deep`);
  else if (!type) problems.add(path, 'the type is missing');
  else if (type.case === 'scalar' && (type.value < 1 || type.value > 5)) problems.add(path, 'not a scalar type');
  else if (type.case === 'list') checkSchema(type.value.element, path + '.element', problems, depth + 1);
  else if (type.case === 'struct') {
    if (type.value.fields.size > maxFields) problems.add(path, `a struct has at most ${maxFields} fields`);
    for (const [name, field] of type.value.fields) checkSchema(field, `${path}.${name}`, problems, depth + 1);
  }
}

export function complete(value: Json | undefined, schema: ValueSchema | undefined, path: string, problems: Problems): Json {
  const type = schema?.type;
  if (value === undefined) problems.add(path, 'the value is missing');
  if (value === undefined || value === null) return null;
  if (type?.case === 'struct') return completeStruct(value, type.value.fields, path, problems);
  if (type?.case === 'list') {
    if (!Array.isArray(value)) return problems.add(path, 'is not a list') ?? null;
    return value.map((item, i) => complete(item, type.value.element, `${path}[${i}]`, problems));
  }
  const scalar = type?.case === 'scalar' ? type.value : 0;
  return conforms(value, scalar) ? value : (problems.add(path, `is not ${scalars[scalar]}`) ?? null);
}

function completeStruct(value: Json, fields: Map<string, ValueSchema>, path: string, problems: Problems): Json {
  if (!isStruct(value)) return problems.add(path, 'is not a struct') ?? null;
  const given = value as JsonObject;
  const whole: JsonObject = {};
  for (const name of Object.keys(given)) {
    if (!fields.has(name)) problems.add(`${path}.${name}`, 'is not in the schema');
  }
  for (const [name, field] of [...fields].sort((a, b) => compareText(a[0], b[0]))) {
    put(whole, name, Object.hasOwn(given, name) ? complete(given[name], field, `${path}.${name}`, problems) : null);
  }
  return whole;
}

function conforms(value: Json, scalar: number): boolean {
  if (scalar === 1) return typeof value === 'boolean';
  if (scalar === 4) return typeof value === 'string';
  if (scalar === 3) return Number.isFinite(value);
  if (scalar === 2) return typeof value === 'number' && Math.floor(value) === value && Math.abs(value) <= 9007199254740992;
  return true;
}
