// Does a regex match anywhere in the text? It is a nondeterministic automaton (Thompson's construction) whose sets of places
// are made into states of a deterministic one as they are met, and kept up to a bound; beyond it the places are stepped one
// character at a time. So the cost is at most length × size of the regex, whatever both are.
import { type CharSet, holds } from './charSet.js';
import type { PatternNode } from './patternSyntax.js';

const enum Op {
  Set,
  Split,
  Start,
  End,
  Match,
}

/** Cells of kept states: transitions and places. */
const maxCells = 1 << 18;

interface State {
  at: number[];
  matches: boolean;
  matchesAtEnd: boolean;
  next: (State | undefined)[];
}

export class Pattern {
  private readonly _op: Op[] = [];
  private readonly _x: number[] = [];
  private readonly _y: number[] = [];
  private readonly _edges: number[];
  private readonly _classes: number[] = [];
  private readonly _sets: boolean[][];
  private readonly _ascii: number[] = [];
  private readonly _states = new Map<string, State>();
  private readonly _start: State;
  private readonly _classCount: number;
  private _cells = 0;

  // The set of places that is being made.
  private readonly _marks: Int32Array;
  private readonly _open: number[] = [];
  private _found: number[] = [];
  private _matches = false;
  private _round = 0;

  constructor(root: PatternNode, sets: CharSet[]) {
    this._emit(root);
    this._put(Op.Match, 0, 0);
    this._marks = new Int32Array(this._op.length);
    this._edges = [...new Set([0, ...sets.flatMap(set => set.map((edge, i) => edge + (i & 1)))])].sort((a, b) => a - b);
    const signatures = new Map<string, number>();
    for (const edge of this._edges) {
      const signature = sets.map(set => (holds(set, edge) ? '1' : '0')).join('');
      if (!signatures.has(signature)) signatures.set(signature, signatures.size);
      this._classes.push(signatures.get(signature)!);
    }
    this._classCount = signatures.size;
    this._sets = sets.map((_, k) => [...signatures.keys()].map(signature => signature[k] === '1'));
    for (let c = 0; c < 128; c++) this._ascii.push(this._search(c));
    this._begin();
    this._add(0, true, false);
    this._start = this._made(true);
  }

  test(text: string): boolean {
    let state = this._start;
    for (let i = 0; i < text.length && !state.matches; i++) {
      const c = this._classOf(text.charCodeAt(i));
      const next: State | undefined = state.next[c] ?? this._grow(state, c);
      if (!next) return this._stepThrough(state.at, text, i);
      state = next;
      if (state.at.length === 0) return state.matches;
    }
    return state.matches || state.matchesAtEnd;
  }

  private _classOf(c: number): number {
    return c < 128 ? this._ascii[c]! : this._search(c);
  }

  private _search(c: number): number {
    let [low, high] = [0, this._edges.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this._edges[middle]! <= c) low = middle;
      else high = middle;
    }
    return this._classes[low]!;
  }

  private _grow(from: State, c: number): State | undefined {
    if (this._cells > maxCells) return undefined;
    this._step(from.at, c);
    return (from.next[c] = this._made(false));
  }

  private _made(atStart: boolean): State {
    const at = this._found.slice().sort((a, b) => a - b);
    const matches = this._matches;
    const key = matches + at.join();
    const known = atStart ? undefined : this._states.get(key);
    if (known) return known;
    const state = { at, matches, matchesAtEnd: this._endsHere(at, atStart), next: [] };
    if (!atStart) this._states.set(key, state);
    this._cells += this._classCount + at.length + 16;
    return state;
  }

  private _stepThrough(from: number[], text: string, start: number): boolean {
    let at = from;
    for (let i = start; i < text.length; i++) {
      this._step(at, this._classOf(text.charCodeAt(i)));
      if (this._matches) return true;
      at = this._found;
    }
    return this._endsHere(at, start === text.length && start === 0);
  }

  private _begin(): void {
    this._found = [];
    this._matches = false;
    this._round++;
  }

  // Takes a character from each place; a match may also begin after it.
  private _step(from: number[], c: number): void {
    this._begin();
    for (const pc of from) {
      if (this._op[pc] === Op.Set && this._sets[this._x[pc]!]![c]) this._add(pc + 1, false, false);
    }
    this._add(0, false, false);
  }

  private _endsHere(from: number[], atStart: boolean): boolean {
    this._begin();
    for (const pc of from) {
      if (this._op[pc] === Op.End) this._add(pc, atStart, true);
    }
    return this._matches;
  }

  // What can be reached without taking a character.
  private _add(from: number, atStart: boolean, atEnd: boolean): void {
    this._open.push(from);
    for (let pc = this._open.pop(); pc !== undefined; pc = this._open.pop()) {
      if (this._marks[pc] === this._round) continue;
      this._marks[pc] = this._round;
      const op = this._op[pc]!;
      if (op === Op.Match) this._matches = true;
      else if (op === Op.Set || (op === Op.End && !atEnd)) this._found.push(pc);
      else if (op === Op.Split) this._open.push(this._y[pc]!, this._x[pc]!);
      else if (op === Op.End || atStart) this._open.push(pc + 1);
    }
  }

  private _put(op: Op, x: number, y: number, at = this._op.length): number {
    this._op[at] = op;
    this._x[at] = x;
    this._y[at] = y;
    return at;
  }

  private _emit(node: PatternNode): void {
    if (node.kind === 'set') this._put(Op.Set, node.set, 0);
    else if (node.kind === 'sequence') for (const part of node.parts) this._emit(part);
    else if (node.kind === 'alternatives') this._emitAlternatives(node.parts);
    else if (node.kind === 'repeat') this._emitRepeat(node.part, node.min, node.max);
    else this._put(node.kind === 'start' ? Op.Start : Op.End, 0, 0);
  }

  private _emitAlternatives(parts: PatternNode[]): void {
    const jumps: number[] = [];
    for (const part of parts.slice(0, -1)) {
      const split = this._put(Op.Split, 0, 0);
      this._emit(part);
      jumps.push(this._put(Op.Split, 0, 0));
      this._put(Op.Split, split + 1, this._op.length, split);
    }
    this._emit(parts[parts.length - 1]!);
    for (const jump of jumps) this._put(Op.Split, this._op.length, this._op.length, jump);
  }

  // x{2,4} is x x (x (x)?)?; x{2,} is x x+.
  private _emitRepeat(part: PatternNode, min: number, max: number): void {
    let copy = 0;
    for (let i = 0; i < min; i++) {
      copy = this._op.length;
      this._emit(part);
    }
    if (max < 0 && min > 0) {
      this._put(Op.Split, copy, this._op.length + 1);
      return;
    }
    const splits: number[] = [];
    for (let i = min; i < (max < 0 ? 1 : max); i++) {
      splits.push(this._put(Op.Split, 0, 0));
      this._emit(part);
    }
    if (max < 0) this._put(Op.Split, splits[0]!, splits[0]!);
    for (const split of splits) this._put(Op.Split, split + 1, this._op.length, split);
  }
}
