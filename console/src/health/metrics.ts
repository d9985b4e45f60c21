/** One sample of Prometheus text. */
export interface Sample { name: string; labels: Record<string, string>; value: number }

/** Reads Prometheus text; lines it does not understand are left out. */
export function parseMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    const value = Number(match?.[3]);
    if (!match || Number.isNaN(value)) continue;
    const labels: Record<string, string> = {};
    for (const [, key, text] of (match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) labels[key!] = text!;
    samples.push({ name: match[1]!, labels, value });
  }
  return samples;
}

export async function fetchMetrics(signal: AbortSignal): Promise<Sample[]> {
  const answer = await fetch('/metrics', { signal });
  if (!answer.ok) throw new Error(`/metrics answered ${answer.status}`);
  return parseMetrics(await answer.text());
}

/** Sum of a counter over the samples that match. */
export const total = (samples: Sample[], name: string, where: Record<string, string> = {}): number =>
  samples.filter((s) => s.name === name && Object.entries(where).every(([k, v]) => s.labels[k] === v)).reduce((sum, s) => sum + s.value, 0);

export interface MethodRow { method: string; calls: number; errors: number; meanMs: number }

/** OK, and a caller that left: what every watched stream ends with. */
const fine = ['0', '1'];

/** Calls, refusals and mean time by method, busiest first. */
export function byMethod(samples: Sample[]): MethodRow[] {
  const rows = new Map<string, MethodRow & { seconds: number }>();
  for (const { name, labels, value } of samples) {
    const method = labels.rpc_method;
    if (!method || !name.startsWith('rpc_server_call_duration_seconds_')) continue;
    const row = rows.get(method) ?? { method, calls: 0, errors: 0, meanMs: 0, seconds: 0 };
    rows.set(method, row);
    if (name.endsWith('_count')) {
      row.calls += value;
      if (!fine.includes(labels.rpc_response_status_code ?? '')) row.errors += value;
    } else if (name.endsWith('_sum')) row.seconds += value;
  }
  return [...rows.values()].map((r) => ({ ...r, meanMs: r.calls ? (r.seconds / r.calls) * 1000 : 0 })).sort((a, b) => b.calls - a.calls);
}
