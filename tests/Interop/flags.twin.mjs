// Answers fuzzed cases with the resolver of sdk/js and compares every byte with what the .NET resolver answered. Runs in Node
// and in browsers.
const bytes = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));

function same(ours, theirs, what) {
  if (ours !== theirs) throw new Error(`${what}\nours:   ${ours}\ntheirs: ${theirs}`);
}

const reasonName = reason => 'REASON_' + reason.replace(/(?<!^)[A-Z]/g, '_$&').toUpperCase();

/** An object as protobuf JSON has it: without what is empty. */
function message(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) =>
    name === 'value' ? value !== undefined : value !== '' && value !== false && value !== undefined && !(Array.isArray(value) && value.length === 0)));
}

const resolutionMessage = r => message({ ...r, reason: reasonName(r.reason), fallthroughs: r.fallthroughs.map(message) });

function stepMessage({ text, outcome, bucket, steps }) {
  return message({ text, outcome, bucket, steps: steps.map(stepMessage) });
}

function traceMessage({ resolution, stateVersion, steps }) {
  return message({ resolution: resolutionMessage(resolution), stateVersion: String(stateVersion).replace(/^0$/, ''), steps: steps.map(stepMessage) });
}

/** Takes lines one after the other; each case must come out the same. */
export class Twin {
  cases = 0;
  files = 0;
  broken = 0;
  traces = 0;
  compared = 0;
  #nowUs = 0;
  #keys;
  #opened;
  #book;
  #callers = new Map();

  /** @param sdk the module of sdk/js; @param seen is told each state that was opened */
  constructor(sdk, seen = () => {}) {
    this.sdk = sdk;
    this.seen = seen;
  }

  async line(text) {
    const line = JSON.parse(text);
    if (line.key) this.#keys = { [line.key_id]: line.key };
    else if (line.file) await this.#open(line);
    else if (line.broken) await this.#refuse(line);
    else this.#answer(line, text);
  }

  async #open({ file, shipped }) {
    this.#opened = await this.sdk.readStateFile(bytes(file), this.#keys, this.#opened);
    this.#book = new this.sdk.FlagBook(this.#opened.state, { shippedEngine: shipped, clock: () => this.#nowUs });
    this.#callers.clear();
    for (const secret of ['app', 'web']) {
      if (this.#opened.state.clients.length) this.#callers.set(secret, await this.sdk.callerOf(this.#book, secret));
    }
    this.files++;
    this.seen(this.#opened.state);
  }

  async #refuse({ broken, message: expected }) {
    const { state } = await this.sdk.readStateFile(bytes(broken), this.#keys);
    let refusal = '';
    try {
      new this.sdk.FlagBook(state);
    } catch (e) {
      refusal = e.reason === 'FLAG_STATE_INVALID' ? e.message : e.stack;
    }
    same(refusal, expected, 'a damaged state');
    this.broken++;
  }

  #answer(line, text) {
    this.#nowUs = line.now_us;
    const caller = line.secret ? this.#callers.get(line.secret) : this.#book.operator(...line.environments);
    // Once more from its text, as the reader of contexts cleans what JSON.parse takes.
    const start = text.indexOf('"context":') + 10;
    const context = this.sdk.parseContext(text.slice(start, text.indexOf(',"sticky":[', start)));
    const memory = () => {
      const known = new this.sdk.StickyMemory();
      for (const record of line.sticky) known.add(stickyRecord(record));
      return known;
    };
    const batch = this.#book.begin(line.all ? undefined : [line.flag], context, caller, memory());
    const answers = () => ({
      expect: batch.answers.map(a => resolutionMessage(this.sdk.resolution(a, context))),
      needed: batch.needed.map(message), writes: batch.writes.map(message), failure: batch.failure ?? '',
    });
    const ours = answers();
    if (line.all) {
      batch.resume(line.resume.map(stickyRecord));
      ours.then = answers();
    }
    if (line.trace) {
      const trace = this.sdk.explain(this.#book, line.flag, context, caller, memory());
      ours.trace = traceMessage(trace);
      ours.text = this.sdk.traceText(trace);
      this.traces++;
    }
    const theirs = Object.fromEntries(Object.keys(ours).map(key => [key, line[key]]));
    const answered = JSON.stringify(ours);
    same(answered, JSON.stringify(theirs), `case ${line.n}: ${text.slice(0, 2000)}`);
    this.compared += answered.length;
    this.cases++;
  }
}

function stickyRecord({ unit = '', materialization = '', member = false, variants = {} }) {
  return { unit, materialization, member, variants };
}
