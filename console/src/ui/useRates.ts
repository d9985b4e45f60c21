import { useEffect, useRef, useState } from 'react';
import { fetchMetrics, type Sample } from '../health/metrics';

const stepMs = 1000;
const kept = 90;

export interface Rates { history: number[][]; samples: Sample[]; error?: unknown }

/** Per-second rates of counters, from `/metrics` once a second; a restart of the host shows as a pause, not as a negative rate. */
export function useRates(counters: (samples: Sample[]) => number[]): Rates {
  const [rates, setRates] = useState<Rates>({ history: [], samples: [] });
  const read = useRef(counters);
  read.current = counters;

  useEffect(() => {
    const abort = new AbortController();
    let before: { at: number; values: number[] } | undefined;
    const step = async (): Promise<void> => {
      try {
        const samples = await fetchMetrics(abort.signal);
        const now = { at: performance.now(), values: read.current(samples) };
        if (before) {
          const seconds = (now.at - before.at) / 1000;
          const row = now.values.map((v, i) => Math.max(0, (v - (before!.values[i] ?? 0)) / seconds));
          setRates((old) => ({ history: [...old.history, row].slice(-kept), samples }));
        }
        before = now;
      } catch (error) {
        if (!abort.signal.aborted) setRates((old) => ({ ...old, error }));
      }
    };
    void step();
    const timer = setInterval(() => void step(), stepMs);
    return () => { abort.abort(); clearInterval(timer); };
  }, []);

  return rates;
}
