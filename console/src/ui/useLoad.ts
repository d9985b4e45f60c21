import { useCallback, useEffect, useRef, useState } from 'react';
import { isSignedOut } from '../session';

export type Load<T> =
  | { state: 'loading' }
  | { state: 'failed'; error: unknown }
  | { state: 'ready'; value: T; stale?: unknown };

const failedMs = 3000;

/** Loads once, and again every `everyMs` if given, or soon after a failure; a failed refresh keeps the last value and says so. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, deps: unknown[], everyMs?: number): [Load<T>, () => void] {
  const [result, setResult] = useState<Load<T>>({ state: 'loading' });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async (): Promise<void> => {
      let next = everyMs;
      try {
        const value = await latest.current(abort.signal);
        if (!abort.signal.aborted) setResult({ state: 'ready', value });
      } catch (error) {
        if (abort.signal.aborted) return;
        next ??= isSignedOut(error) ? undefined : failedMs;
        setResult((old) => (old.state === 'ready' ? { ...old, stale: error } : { state: 'failed', error }));
      }
      if (next && !abort.signal.aborted) timer = setTimeout(() => void run(), next);
    };
    void run();
    return () => { abort.abort(); clearTimeout(timer); };
  }, [round, everyMs, ...deps]);

  return [result, useCallback(() => setRound((n) => n + 1), [])];
}

/** Follows a server stream; after a break it waits (1 s, doubling to 15 s) and follows again. */
export function useStream<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>, onItem: (item: T) => void, deps: unknown[],
): { live: boolean; error?: unknown } {
  const [status, setStatus] = useState<{ live: boolean; error?: unknown }>({ live: false });
  const handler = useRef(onItem);
  handler.current = onItem;

  useEffect(() => {
    const abort = new AbortController();
    const follow = async (): Promise<void> => {
      for (let waitMs = 1000; !abort.signal.aborted; waitMs = Math.min(waitMs * 2, 15_000)) {
        try {
          for await (const item of open(abort.signal)) {
            waitMs = 1000;
            setStatus((old) => (old.live ? old : { live: true }));
            handler.current(item);
          }
        } catch (error) {
          if (!abort.signal.aborted) setStatus({ live: false, error });
        }
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    };
    void follow();
    return () => abort.abort();
  }, deps);

  return status;
}
