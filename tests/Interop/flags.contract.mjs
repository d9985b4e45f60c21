// The .proto files of the flag state, read as text: what fields there are, and which of them a state uses.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../proto/busker/experiments/v1/', import.meta.url));
const camel = name => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** { messages: { "Outer.Inner": [{ number, name, type, oneof, mark }] }, enums: { "Outer.Name": { NAME: 1 } } } */
export function readContract(...files) {
  const contract = { messages: {}, enums: {} };
  for (const file of files) {
    const open = [];
    for (const raw of readFileSync(folder + file, 'utf8').split('\n')) {
      const line = raw.replace(/\/\/.*/, '').trim();
      const names = open.filter(o => o.kind !== 'oneof').map(o => o.name);
      let found;
      if ((found = /^(message|enum|oneof) (\w+) \{(\}?)/.exec(line))) {
        const [, kind, name, closed] = found;
        const full = [...names, name].join('.');
        if (kind === 'message') contract.messages[full] = [];
        if (kind === 'enum') contract.enums[full] = {};
        if (!closed) open.push({ kind, name });
      } else if (line === '}') open.pop();
      else if ((found = /^(\w+) = (\d+);/.exec(line))) contract.enums[names.join('.')][found[1]] = Number(found[2]);
      else if ((found = /^(?:(repeated|optional) )?(map<string, )?([\w.]+)>? (\w+) = (\d+);/.exec(line))) {
        const oneof = open.at(-1).kind === 'oneof' ? camel(open.at(-1).name) : '';
        const mark = found[2] ? '%' : found[1] === 'repeated' ? '*' : found[1] === 'optional' ? '?' : '';
        contract.messages[names.join('.')].push({ number: Number(found[5]), name: camel(found[4]), type: found[3], oneof, mark });
      }
    }
  }
  for (const [message, fields] of Object.entries(contract.messages)) {
    for (const field of fields) field.type = resolve(contract, message, field.type);
  }
  return contract;
}

// A type's full name, as seen from within a message.
function resolve({ messages, enums }, from, type) {
  if (type.startsWith('google.protobuf.')) return type.slice('google.protobuf.'.length);
  for (let scope = from.split('.'); ; scope.pop()) {
    const full = [...scope, type].join('.');
    if (full in messages || full in enums) return full;
    if (scope.length === 0) return type;
  }
}

/** The messages that these are made of. */
export function reachable({ messages }, ...roots) {
  const found = new Set();
  const visit = name => {
    if (found.has(name) || !(name in messages)) return;
    found.add(name);
    messages[name].forEach(field => visit(field.type));
  };
  roots.forEach(visit);
  return found;
}

/** Notes "Message.field" and "Enum.VALUE" of all that a decoded message says. */
export function note(contract, name, message, seen) {
  for (const { name: field, type, oneof, mark } of contract.messages[name]) {
    const value = oneof ? (message[oneof]?.case === field ? message[oneof].value : undefined) : message[field];
    const values = value === undefined ? [] : mark === '*' ? value : mark === '%' ? [...value.values()] : [value];
    for (const item of values) {
      if (!oneof && !mark && (item === '' || item === 0 || item === false || item?.length === 0)) continue;
      seen.add(`${name}.${field}`);
      if (type in contract.messages) note(contract, type, item, seen);
      if (type in contract.enums) seen.add(`${type}.${Object.entries(contract.enums[type]).find(([, number]) => number === item)[0]}`);
    }
  }
}
