import { Badge, Card, compact, Empty, Figure, Loaded, Page } from '../ui/Parts';
import { useLoad } from '../ui/useLoad';
import { DeadJobs } from './DeadJobs';
import { byMethod, fetchMetrics, total } from './metrics';

async function fetchHealth(signal: AbortSignal) {
  const [ready, samples] = await Promise.all([fetch('/readyz', { signal }), fetchMetrics(signal)]);
  return { ready: ready.ok, reason: (await ready.text()).trim(), samples };
}

/** Whether this host may be sent calls, and what it has answered since it started. */
export function HealthPage() {
  const [load, retry] = useLoad(fetchHealth, [], 2000);
  return (
    <Page title="Health" lead="This host since its start: whether it is ready, and every method with its calls, refusals and mean time, and jobs that failed for good.">
      <Loaded load={load} retry={retry}>{({ ready, reason, samples }) => {
        const methods = byMethod(samples);
        return <>
          <div className="grid">
            <Card><Figure label="Host" value={ready ? 'Ready' : 'Not ready'} tone={ready ? 'good' : 'bad'} />{!ready && <p>{reason}</p>}</Card>
            <Card><Figure label="Calls inside now" value={compact(total(samples, 'rpc_server_active_calls'))} /></Card>
            <Card><Figure label="Calls answered" value={compact(methods.reduce((n, m) => n + m.calls, 0))} /></Card>
            <Card><Figure label="Job runs" value={compact(total(samples, 'busker_jobs_runs_total'))} /></Card>
          </div>
          <DeadJobs />
          <Card title="Methods">
            {methods.length === 0 ? <Empty title="No calls yet">They appear here as they are answered.</Empty> :
              <div className="scroll"><table>
                <thead><tr><th>Method</th><th className="number">Calls</th><th className="number">Refused</th><th className="number">Mean</th></tr></thead>
                <tbody>{methods.map((m) => (
                  <tr key={m.method}>
                    <th>{m.method.split('/').at(-1)}<small>{m.method.split('/')[1]}</small></th>
                    <td className="number">{compact(m.calls)}</td>
                    <td className="number">{m.errors > 0 ? <Badge tone="warn">{compact(m.errors)}</Badge> : '0'}</td>
                    <td className="number">{m.meanMs.toFixed(1)} ms</td>
                  </tr>))}</tbody>
              </table></div>}
          </Card>
        </>;
      }}</Loaded>
    </Page>
  );
}
