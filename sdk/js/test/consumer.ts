// A program that uses the package by its types alone; it is compiled, never run.
import { type Answer, type Attributes, type BookOptions, Caller, Fault, FlagBook, type OpenedState, type Trace, callerOf, explain, parseContext, readStateFile, resolution, traceText } from '@busker/flags';
import { BuskerServerProvider, type StickyStore, fileCache } from '@busker/flags/server';
import { StickyStorage, browserCache } from '@busker/flags/storage';
import { BuskerWebProvider } from '@busker/flags/web';
import { OpenFeature } from '@openfeature/server-sdk';
import { OpenFeature as OpenFeatureWeb } from '@openfeature/web-sdk';

export async function use(file: Uint8Array, store: StickyStore, key: CryptoKey): Promise<string> {
  const opened: OpenedState = await readStateFile(file, { k1: key });
  const options: BookOptions = { shippedEngine: false };
  const book = new FlagBook(opened.state, options);
  const context: Attributes = parseContext('{"targeting_key":"u1"}');
  const caller: Caller = await callerOf(book, 'secret');
  const answer: Answer = book.resolve('flag', context, caller);
  const batch = book.begin(['flag'], context, caller);
  batch.resume(batch.needed.map(n => ({ ...n, member: false, variants: {} })));
  const trace: Trace = explain(book, 'flag', context, caller);
  await OpenFeature.setProviderAndWait(new BuskerServerProvider({ poll: 'https://flags.example/state', cache: fileCache('state'), sticky: store }));
  await OpenFeatureWeb.setProviderAndWait(new BuskerWebProvider({ state: file, cache: browserCache(), sticky: new StickyStorage(localStorage), exposures: { url: '/exposures' } }));
  return answer.variant ? resolution(answer, context).unit : traceText(trace);
}

export const isRefusal = (e: unknown): e is Fault => e instanceof Fault && e.violations.length > 0;
