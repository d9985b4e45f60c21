// A flag that depends on itself could never be answered: refused.
import type { Expression, Flag, FlagState } from '../contract/types.js';
import type { Problems } from './problems.js';

/** For each flag, the flags that its prerequisites and targeting name, through segments too. */
export function flagUses(state: FlagState): Map<string, Set<string>> {
  const segments = new Map(state.segments.map(s => [s.name, s]));
  return new Map(state.flags.map(flag => [flag.name, usesOf(flag)]));

  function usesOf(flag: Flag): Set<string> {
    const uses = new Set(flag.prerequisites.map(p => p.flag));
    const seen = new Set<string>();
    const segment = (name: string): void => {
      if (!name || seen.has(name)) return;
      seen.add(name);
      walk(segments.get(name)?.targeting);
    };
    const walk = (e: Expression | undefined): void => {
      const kind = e?.kind;
      if (kind?.case === 'all' || kind?.case === 'any') kind.value.expressions.forEach(walk);
      else if (kind?.case === 'not') walk(kind.value);
      else if (kind?.case === 'flag') uses.add(kind.value.flag);
      else if (kind?.case === 'segment') segment(kind.value);
    };
    for (const rule of flag.rules) {
      walk(rule.targeting);
      segment(rule.segment);
    }
    return uses;
  }
}

export function findCycles(state: FlagState, problems: Problems): void {
  const edges = flagUses(state);
  const done = new Set<string>();
  const visit = (flag: string, way: string[], path: string): void => {
    const at = way.indexOf(flag);
    if (at >= 0) problems.add(path, `depends on itself: ${way.slice(at).join(' → ')} → ${flag}`);
    else if (way.length === 32) problems.add(path, 'depends on a chain of more than 32 flags');
    else if (!done.has(flag)) {
      for (const next of edges.get(flag)!) visit(next, [...way, flag], path);
      done.add(flag);
    }
  };
  state.flags.forEach((flag, i) => visit(flag.name, [], `flags[${i}]`));
}
