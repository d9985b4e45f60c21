import { useState } from 'react';
import { Events, type Pulse } from '../gen/busker/events/v1/events_pb';
import { total, type Sample } from '../health/metrics';
import { client } from '../session';
import { Badge, Card, compact, Empty, Failure, Figure, Live, Page } from '../ui/Parts';
import { Sparkline } from '../ui/Sparkline';
import { useStream } from '../ui/useLoad';
import { useRates } from '../ui/useRates';

const calls = 'rpc_server_call_duration_seconds_count';
const consumptions = 'busker_entitlements_consumptions_total';
const events = client(Events);
const lines: { label: string; tone: 'accent' | 'good' | 'warn'; of: (s: Sample[]) => number }[] = [
  { label: 'Entitlements resolved', tone: 'good', of: (s) => total(s, calls, { rpc_method: '/busker.entitlements.v1.Entitlements/ResolveEntitlements' }) },
  { label: 'Caps consumed', tone: 'accent', of: (s) => total(s, consumptions) },
  { label: 'Capped or switched', tone: 'warn', of: (s) => total(s, consumptions, { outcome: 'capped' }) + total(s, consumptions, { outcome: 'switched' }) },
  { label: 'All calls', tone: 'good', of: (s) => total(s, calls) },
];

/** The house at a glance: what it answers per second, and what its rooms tell. */
export function OverviewPage() {
  const rates = useRates((samples) => lines.map((l) => l.of(samples)));
  const [pulses, setPulses] = useState<Pulse[]>([]);
  const stream = useStream((signal) => events.watchPulse({ intervalMs: 1000 }, { signal }), (pulse) => setPulses((old) => [...old, pulse].slice(-90)), []);
  const now = rates.history.at(-1) ?? [];
  const told = pulses.map((p) => p.counts.reduce((n, c) => n + Number(c.count), 0));
  const kinds = new Map<string, number>();
  for (const p of pulses) for (const c of p.counts) kinds.set(c.kind, (kinds.get(c.kind) ?? 0) + Number(c.count));

  return (
    <Page title="Overview" lead="What this house answers and tells, second by second." actions={<Live on={stream.live} />}>
      {stream.error !== undefined && !stream.live && <Failure error={stream.error} />}
      <div className="grid">
        {lines.map((line, i) => (
          <Card key={line.label}>
            <Figure label={line.label} value={compact(Math.round(now[i] ?? 0))} unit="per second" />
            <Sparkline values={rates.history.map((row) => row[i] ?? 0)} label={line.label} tone={line.tone} />
          </Card>))}
      </div>
      <div className="two">
        <Card title="Facts flowing" aside={<a href="#/facts">Watch them</a>}>
          <Figure label="Facts per second" value={compact(told.at(-1) ?? 0)} />
          <Sparkline values={told} label="Facts per second" />
        </Card>
        <Card title="By kind, last 90 seconds">
          {kinds.size === 0 ? <Empty title="Quiet">Run <code>./busker demo</code> to fill the house with listeners.</Empty> :
            <table><tbody>{[...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => (
              <tr key={kind}><th>{kind.split('.').at(-1)}<small>{kind}</small></th><td className="number"><Badge>{compact(count)}</Badge></td></tr>))}</tbody></table>}
        </Card>
      </div>
    </Page>
  );
}
