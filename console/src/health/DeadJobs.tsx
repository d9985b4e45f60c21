import { useState } from 'react';
import { Operations, type DeadJob } from '../gen/busker/operations/v1/operations_pb';
import { client } from '../session';
import { Badge, Card, clockTime, Empty, Failure, Loaded } from '../ui/Parts';
import { useLoad } from '../ui/useLoad';

const operations = client(Operations);

/** Jobs that failed for good, with why; each can be run again or given up. */
export function DeadJobs() {
  const [load, retry] = useLoad((signal) => operations.listDeadJobs({}, { signal }), [], 5000);
  return (
    <Card title="Dead jobs" aside={load.state === 'ready' && load.value.jobs.length > 0 && <Badge tone="bad">{load.value.jobs.length}{load.value.nextPageToken && '+'}</Badge>}>
      <Loaded load={load} retry={retry}>{({ jobs }) => jobs.length === 0
        ? <Empty title="No job is dead">A job that fails on its last try waits here for you.</Empty>
        : <div className="scroll"><table>
            <thead><tr><th>Job</th><th>Why</th><th className="number">Tries</th><th>Died</th><th /></tr></thead>
            <tbody>{jobs.map((job) => <Row key={job.jobId} of={job} changed={retry} />)}</tbody>
          </table></div>}</Loaded>
    </Card>
  );
}

function Row({ of: job, changed }: { of: DeadJob; changed: () => void }) {
  const [sure, setSure] = useState(false);
  const [error, setError] = useState<unknown>();
  const act = async (does: Promise<unknown>): Promise<void> => {
    try { await does; changed(); } catch (e) { setError(e); }
  };
  const named = () => ({ requestId: crypto.randomUUID(), jobId: job.jobId });
  return (
    <tr>
      <th>{job.kind}<small>{job.jobId}</small></th>
      <td className="wrap">{job.error}{error !== undefined && <Failure error={error} />}</td>
      <td className="number">{job.attempts}</td>
      <td>{job.deathTime ? clockTime(job.deathTime.seconds) : ''}</td>
      <td className="number">{sure
        ? <><button onClick={() => void act(operations.dropDeadJob(named()))}>Give up for good</button> <button onClick={() => setSure(false)}>Keep</button></>
        : <><button className="primary" onClick={() => void act(operations.rerunDeadJob(named()))} aria-label={`Run ${job.kind} again`}>Run again</button> <button onClick={() => setSure(true)} aria-label={`Give up ${job.kind}`}>Give up</button></>}</td>
    </tr>
  );
}
