import { useState } from 'react';
import { Events, type Fact } from '../gen/busker/events/v1/events_pb';
import { client } from '../session';
import { Badge, Card, clockTime, Empty, Live, Page } from '../ui/Parts';
import { useStream } from '../ui/useLoad';
import { Failure } from '../ui/Parts';

const rowsMax = 200;
const events = client(Events);

/** The log as it grows: a sample of the newest facts of each half second, filtered in the page. */
export function FactsPage() {
  const [facts, setFacts] = useState<Fact[]>([]);
  const [paused, setPaused] = useState(false);
  const [filter, setFilter] = useState('');
  const [open, setOpen] = useState<bigint>();

  const stream = useStream(
    (signal) => events.watchPulse({ intervalMs: 500, sampleSize: 30 }, { signal }),
    (pulse) => { if (!paused) setFacts((old) => [...pulse.sample.toReversed(), ...old].slice(0, rowsMax)); },
    [],
  );
  const shown = facts.filter((f) => `${f.kind} ${f.key} ${JSON.stringify(f.body ?? {})}`.toLowerCase().includes(filter.toLowerCase()));

  return (
    <Page title="Facts" lead="What the rooms told, in the order it became visible. Select a row to read the whole fact."
      actions={<><Live on={stream.live} />
        <input data-filter placeholder="Filter ( / )" aria-label="Filter facts" value={filter} onChange={(e) => setFilter(e.target.value)} />
        <button aria-pressed={paused} onClick={() => setPaused(!paused)}>{paused ? 'Resume' : 'Pause'}</button></>}>
      {stream.error !== undefined && !stream.live && <Failure error={stream.error} />}
      <Card>
        {shown.length === 0
          ? <Empty title={facts.length ? 'No fact matches the filter' : 'No facts yet'}>
              {facts.length ? 'Change or clear the filter.' : <>Run <code>./busker demo</code> to see plays, caps and plans told here.</>}
            </Empty>
          : <div className="scroll"><table>
              <thead><tr><th>Time</th><th>Kind</th><th>Key</th><th>Fact</th></tr></thead>
              <tbody>{shown.map((f) => (
                <tr key={String(f.position)} tabIndex={0} onClick={() => setOpen(f.position)} onKeyDown={(e) => e.key === 'Enter' && setOpen(f.position)}>
                  <td>{f.recordTime ? clockTime(f.recordTime.seconds) : ''}<small>{String(f.position)}</small></td>
                  <td><Badge>{f.kind.split('.').at(-1)}</Badge></td>
                  <td className="nowrap"><code>{f.key}</code></td>
                  <td>{open === f.position ? <pre>{JSON.stringify(f.body, null, 2)}</pre> : <code>{brief(f)}</code>}</td>
                </tr>
              ))}</tbody>
            </table></div>}
      </Card>
    </Page>
  );
}

const brief = (fact: Fact): string => Object.entries(fact.body ?? {}).slice(0, 4)
  .map(([name, value]) => `${name}: ${typeof value === 'object' ? '…' : String(value)}`).join('  ');
