import { useState } from 'react';
import { Entitlements } from '../gen/busker/entitlements/v1/entitlements_pb';
import { Events, type Fact } from '../gen/busker/events/v1/events_pb';
import { total } from '../health/metrics';
import { client } from '../session';
import { Badge, Card, clockTime, compact, Empty, Failure, Figure, Live, Loaded, Page } from '../ui/Parts';
import { Sparkline } from '../ui/Sparkline';
import { useLoad, useStream } from '../ui/useLoad';
import { useRates } from '../ui/useRates';

const outcomes = ['admitted', 'capped', 'switched'] as const;
const counter = 'busker_entitlements_consumptions_total';
const exhausted = 'busker.entitlements.v1.CapExhausted';
const entitlements = client(Entitlements);
const events = client(Events);

/** Caps as they are consumed: rates by outcome, who has just used one up, and one listener's balances. */
export function CapsPage() {
  const rates = useRates((samples) => outcomes.map((o) => total(samples, counter, { outcome: o })));
  const [spent, setSpent] = useState<Fact[]>([]);
  const stream = useStream((signal) => events.watchPulse({ intervalMs: 500, sampleSize: 50 }, { signal }), (pulse) =>
    setSpent((old) => [...pulse.sample.filter((f) => f.kind === exhausted).toReversed(), ...old].slice(0, 60)), []);
  const now = rates.history.at(-1) ?? [0, 0, 0];
  const tones = ['good', 'warn', 'accent'] as const;

  return (
    <Page title="Caps" lead="Every consumption is checked and counted in one durable step. Being capped is an answer, not an error." actions={<Live on={stream.live} />}>
      {stream.error !== undefined && !stream.live && <Failure error={stream.error} />}
      <div className="grid">
        {outcomes.map((o, i) => (
          <Card key={o}>
            <Figure label={`${o[0]!.toUpperCase()}${o.slice(1)}`} value={compact(Math.round(now[i] ?? 0))} unit="per second" />
            <Sparkline values={rates.history.map((row) => row[i] ?? 0)} label={o} tone={tones[i]!} />
          </Card>))}
      </div>
      <div className="two">
        <Card title="Just used up">
          {spent.length === 0 ? <Empty title="Nobody has used up a cap yet">They appear the moment the last of a cap is consumed.</Empty> :
            <div className="scroll"><table>
              <thead><tr><th>Time</th><th>Listener</th><th>Feature</th><th>Then</th></tr></thead>
              <tbody>{spent.map((f) => {
                const body = (f.body ?? {}) as Record<string, string>;
                return <tr key={String(f.position)}>
                  <td>{f.recordTime ? clockTime(f.recordTime.seconds) : ''}</td><td><code>{body.listenerId}</code></td><td>{body.feature}</td>
                  <td>{body.variant ? <Badge tone="warn">{body.variant}</Badge> : <Badge tone="bad">refused</Badge>}</td>
                </tr>;
              })}</tbody>
            </table></div>}
        </Card>
        <ListenerCard />
      </div>
    </Page>
  );
}

function ListenerCard() {
  const [listener, setListener] = useState('ann');
  const [asked, setAsked] = useState('ann');
  const [load, retry] = useLoad((signal) => entitlements.getCapBalance({ listenerId: asked }, { signal }), [asked], 2000);
  return (
    <Card title="One listener" aside={
      <form className="row" onSubmit={(e) => { e.preventDefault(); setAsked(listener.trim()); }}>
        <input data-filter aria-label="Listener id" value={listener} onChange={(e) => setListener(e.target.value)} />
        <button disabled={listener.trim() === ''}>Show</button>
      </form>}>
        <Loaded load={load} retry={retry} none={<Empty title={`There is no listener ${asked}`}>Give one a plan: <code>Entitlements/SetListenerPlan</code>.</Empty>}>{({ balances }) => balances.length === 0
          ? <Empty title="This listener has no caps" />
          : <table>
              <thead><tr><th>Feature</th><th>Used</th><th className="number">Left</th></tr></thead>
              <tbody>{balances.map((b) => {
                const share = b.unlimited || b.limit === 0n ? 0 : Number(b.used) / Number(b.limit);
                return <tr key={b.feature}>
                  <th>{b.feature}<small>{b.rule}{b.variant && ` · now ${b.variant}`}</small></th>
                  <td><div className={`bar ${share >= 1 ? 'bad' : share > 0.8 ? 'warn' : ''}`} role="meter" aria-label={`${b.feature} used`}
                    aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100}><i style={{ width: `${Math.min(100, share * 100)}%` }} /></div></td>
                  <td className="number">{b.unlimited ? 'unlimited' : `${compact(Number(b.remaining))} of ${compact(Number(b.limit))}`}</td>
                </tr>;
              })}</tbody>
            </table>}</Loaded>
    </Card>
  );
}
