import { expect, test } from 'vitest';
import { byMethod, parseMetrics, total } from './metrics';

const text = `# HELP x y
# TYPE rpc_server_call_duration_seconds histogram
rpc_server_call_duration_seconds_sum{rpc_method="/a.B/C",rpc_response_status_code="0"} 0.5
rpc_server_call_duration_seconds_count{rpc_method="/a.B/C",rpc_response_status_code="0"} 4
rpc_server_call_duration_seconds_count{rpc_method="/a.B/C",rpc_response_status_code="5"} 1
plain 3
odd{text="a \\"quoted\\" word"} 1
not a sample at all`;

test('samples are read with their labels, and what is none is left out', () => {
  const samples = parseMetrics(text);
  expect(samples).toHaveLength(5);
  expect(total(samples, 'plain')).toBe(3);
  expect(samples.at(-1)!.labels.text).toContain('quoted');
});

test('methods show calls, refusals and mean time', () => {
  expect(byMethod(parseMetrics(text))).toEqual([expect.objectContaining({ method: '/a.B/C', calls: 5, errors: 1, meanMs: 100 })]);
});
