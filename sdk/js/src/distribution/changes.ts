import { Wire } from '../contract/wire.js';
import { flagUses } from '../state/flagCycles.js';
import type { OpenedState } from './stateFile.js';

const flagField = 3;
const versionField = 2;

/** The flags that may answer differently: changed, added, removed, or dependent on such a flag. */
export function changedFlags(before: OpenedState | undefined, after: OpenedState): string[] {
  const [old, fresh] = [before && parts(before), parts(after)];
  const names = new Set([...(old?.flags.keys() ?? []), ...fresh.flags.keys()]);
  // Segments, lists and the rest are shared: then every flag may differ.
  if (!old || old.rest !== fresh.rest) return [...names];
  const changed = new Set([...names].filter(name => old.flags.get(name) !== fresh.flags.get(name)));
  const uses = [...flagUses(after.state)];
  for (let size = -1; size !== changed.size; ) {
    size = changed.size;
    for (const [flag, others] of uses) {
      if ([...others].some(other => changed.has(other))) changed.add(flag);
    }
  }
  return [...changed];
}

// Each flag's bytes by its name, and those of everything else but the version.
function parts({ bytes, state }: OpenedState): { flags: Map<string, string>; rest: string } {
  const flags = new Map<string, string>();
  const wire = new Wire(bytes);
  let rest = '';
  let index = 0;
  while (wire.at < bytes.length) {
    const start = wire.at;
    const tag = wire.uint32();
    wire.skip(tag & 7, bytes.length);
    const text = latin1(bytes.subarray(start, wire.at));
    if (tag >>> 3 === flagField) flags.set(state.flags[index++]!.name, text);
    else if (tag >>> 3 !== versionField) rest += text;
  }
  return { flags, rest };
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}
