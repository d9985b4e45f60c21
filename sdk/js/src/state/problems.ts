/** What is wrong with a state, each with its path. */
export interface Violation {
  field: string;
  description: string;
}

/** A refusal: a reason for programs, a sentence for people. */
export class Fault extends Error {
  override readonly name = 'Fault';

  constructor(
    readonly reason: string,
    message: string,
    readonly violations: Violation[] = [],
  ) {
    super(message);
  }
}

export class Problems {
  readonly found: Violation[] = [];

  get any(): boolean {
    return this.found.length > 0;
  }

  add(field: string, description: string): undefined {
    this.found.push({ field, description });
  }

  toFault(): Fault {
    const { found } = this;
    const text = found.slice(0, 5).map(v => `${v.field}: ${v.description}`).join('; ');
    return new Fault('FLAG_STATE_INVALID', text + (found.length > 5 ? `; and ${found.length - 5} more` : ''), found);
  }
}
