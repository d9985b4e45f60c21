// Reads the regex subset that means the same in every language: classes are ASCII, "." stops at JavaScript's line ends, "$"
// is the very end. The size is bounded: the steps there are when every count is written out.
import { type CharSet, digits, inverted, lineEnds, range, spaces, union, words } from './charSet.js';

export type PatternNode =
  | { kind: 'set'; set: number }
  | { kind: 'start' | 'end' }
  | { kind: 'sequence' | 'alternatives'; parts: PatternNode[] }
  | { kind: 'repeat'; part: PatternNode; min: number; max: number };

const [maxLength, maxCount, maxSteps] = [1000, 1000, 2000];
const escapes: Record<string, CharSet> = {
  d: digits, w: words, s: spaces, t: [9, 9], n: [10, 10], r: [13, 13], f: [12, 12], v: [11, 11],
};

/** The pattern, or why it is refused. */
export function readPattern(source: string, ignoreCase: boolean): { root: PatternNode; sets: CharSet[] } | string {
  if (source.length > maxLength) return `a regex is at most ${maxLength} characters`;
  const syntax = new Syntax(source, ignoreCase);
  try {
    const root = syntax.alternatives();
    if (syntax.at < source.length) throw new SyntaxError('")" closes nothing');
    const count = steps(root);
    return count > maxSteps ? `has ${count} steps when its counts are written out, at most ${maxSteps}` : { root, sets: syntax.sets };
  } catch (e) {
    if (e instanceof SyntaxError) return `${e.message} (at character ${syntax.at + 1})`;
    throw e;
  }
}

// At least one for each piece, so that counts of nothing count too. Bounded, as in languages with smaller numbers.
function steps(node: PatternNode): number {
  if ('parts' in node) return Math.min(Math.max(node.parts.reduce((sum, part) => sum + steps(part), 0), 1), 0x7fffffff);
  return node.kind === 'repeat' ? Math.min(steps(node.part) * Math.max(1, node.min, node.max), 0x7fffffff) : 1;
}

class Syntax {
  at = 0;
  readonly sets: CharSet[] = [];

  constructor(
    private readonly _source: string,
    private readonly _ignoreCase: boolean,
  ) {}

  alternatives(): PatternNode {
    const parts = [this._sequence()];
    while (this._peek === '|') {
      this.at++;
      parts.push(this._sequence());
    }
    return { kind: 'alternatives', parts };
  }

  private _sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.at < this._source.length && this._peek !== '|' && this._peek !== ')') parts.push(this._repeated());
    return { kind: 'sequence', parts };
  }

  private _repeated(): PatternNode {
    const part = this._atom();
    const c = this._peek;
    if (part.kind === 'start' || part.kind === 'end') return part;
    let [min, max] = [c === '+' ? 1 : 0, c === '?' ? 1 : -1];
    if (c === '{') [min, max] = this._count();
    else if (c === '*' || c === '+' || c === '?') this.at++;
    else return part;
    if (this._peek === '?') this.at++; // lazy: the same strings match
    return { kind: 'repeat', part, min, max };
  }

  private _atom(): PatternNode {
    const c = this._peek;
    if ('*+?{'.includes(c)) throw new SyntaxError(`"${c}" has nothing to repeat`);
    if ('}]'.includes(c)) throw new SyntaxError(`"${c}" must be escaped`);
    if (c === '(') return this._group();
    if (c === '[') return this._class();
    if (c === '\\') return this._add(this._escape(false));
    this.at++;
    if (c === '^') return { kind: 'start' };
    if (c === '$') return { kind: 'end' };
    return this._add(c === '.' ? inverted(lineEnds) : range(c.charCodeAt(0), c.charCodeAt(0), this._ignoreCase));
  }

  private _group(): PatternNode {
    this.at++;
    if (this._peek === '?') {
      if (this._source[this.at + 1] !== ':') throw new SyntaxError('only ( ) and (?: ) groups are in the common subset');
      this.at += 2;
    }
    const inner = this.alternatives();
    if (this._peek !== ')') throw new SyntaxError('( is not closed');
    this.at++;
    return inner;
  }

  private _count(): [number, number] {
    const end = this._source.indexOf('}', this.at);
    if (end < 0) throw new SyntaxError('{ must be escaped or closed');
    const body = this._source.slice(this.at + 1, end);
    const parts = body.split(',');
    if (parts.length > 2 || parts[0] === '' || parts.some(p => !/^\d{0,4}$/.test(p) || Number(p) > maxCount)) {
      throw new SyntaxError(`{${body}} is not a count of at most ${maxCount}`);
    }
    if (parts[1] && Number(parts[0]) > Number(parts[1])) throw new SyntaxError(`{${body}} runs backwards`);
    this.at = end + 1;
    return [Number(parts[0]), parts[1] === '' ? -1 : Number(parts[parts.length - 1])];
  }

  private _class(): PatternNode {
    this.at++;
    const source = this._source;
    const invert = this._peek === '^';
    if (invert) this.at++;
    const start = this.at;
    let set: CharSet = [];
    while (this.at < source.length && this._peek !== ']') {
      if (this._peek === '[') throw new SyntaxError('"[" inside [ ] must be escaped');
      if (this._peek === '\\') {
        set = union(set, this._escape(true));
        continue;
      }
      const ranged = this.at + 2 < source.length && source[this.at + 1] === '-' && source[this.at + 2] !== ']' && source[this.at + 2] !== '\\';
      const first = source.charCodeAt(this.at);
      const last = ranged ? source.charCodeAt(this.at + 2) : first;
      if (first > last) throw new SyntaxError('a range in [ ] runs backwards');
      set = union(set, range(first, last, this._ignoreCase));
      this.at += ranged ? 3 : 1;
    }
    if (this.at === source.length) throw new SyntaxError('[ is not closed');
    if (this.at === start) throw new SyntaxError('[ ] is empty');
    this.at++;
    return this._add(invert ? inverted(set) : set);
  }

  private _escape(inClass: boolean): CharSet {
    if (this.at + 1 === this._source.length) throw new SyntaxError('a lone backslash ends the regex');
    const c = this._source[this.at + 1]!;
    let set: CharSet | undefined = escapes[c];
    if ('DWS'.includes(c)) set = inClass ? undefined : inverted(escapes[c.toLowerCase()]!);
    else if (!/[0-9A-Za-z]/.test(c)) set = [c.charCodeAt(0), c.charCodeAt(0)];
    if (!set) throw new SyntaxError(`\\${c} is not in the common subset${inClass ? ' inside [ ]' : ''}`);
    this.at += 2;
    return set;
  }

  private get _peek(): string {
    return this.at < this._source.length ? this._source[this.at]! : '\0';
  }

  private _add(set: CharSet): PatternNode {
    this.sets.push(set);
    return { kind: 'set', set: this.sets.length - 1 };
  }
}
