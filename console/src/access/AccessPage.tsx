import { useState } from 'react';
import { Environment, Role, Tenancy, type Key } from '../gen/busker/tenancy/v1/tenancy_pb';
import { client } from '../session';
import { Badge, Card, clockTime, Empty, Failure, Loaded, Page } from '../ui/Parts';
import { useLoad } from '../ui/useLoad';

const tenancy = client(Tenancy);
const roles = [Role.ANALYST, Role.SERVICE, Role.DEVELOPER, Role.OWNER];
const roleName = (role: Role): string => (Role[role] ?? '').toLowerCase();

/** Keys, members and who changed what. */
export function AccessPage() {
  const [tenant, retryTenant] = useLoad((signal) => tenancy.getTenant({}, { signal }), []);
  const [keys, retryKeys] = useLoad((signal) => tenancy.listKeys({}, { signal }), []);
  const [members, retryMembers] = useLoad((signal) => tenancy.listMembers({}, { signal }), []);
  const [audit, retryAudit] = useLoad((signal) => tenancy.searchAudit({ page: { pageSize: 30 } }, { signal }), [], 5000);
  const changed = (): void => { retryKeys(); retryMembers(); retryAudit(); };

  return (
    <Page title="Access" lead={tenant.state === 'ready' ? `Tenant ${tenant.value.name} · ${tenant.value.tenantId}` : 'Keys, members and the audit log of this tenant.'}>
      {tenant.state === 'failed' && <Failure error={tenant.error} retry={retryTenant} />}
      <Card title="API keys">
        <NewKey made={changed} />
        <Loaded load={keys} retry={retryKeys}>{({ keys }) => (
          <table>
            <thead><tr><th>Name</th><th>Secret</th><th>World</th><th>Role</th><th>Last used</th><th /></tr></thead>
            <tbody>{keys.map((key) => <KeyRow key={key.keyId} of={key} changed={changed} />)}</tbody>
          </table>)}</Loaded>
      </Card>
      <div className="two">
        <Card title="Members">
          <Loaded load={members} retry={retryMembers}>{({ members }) => members.length === 0
            ? <Empty title="No members yet">Add people through the API: <code>Tenancy/AddMember</code>.</Empty>
            : <table><tbody>{members.map((m) => <tr key={m.memberId}><th>{m.email}</th><td><Badge>{roleName(m.role)}</Badge></td></tr>)}</tbody></table>}</Loaded>
        </Card>
        <Card title="Latest changes">
          <Loaded load={audit} retry={retryAudit}>{({ entries }) => entries.length === 0 ? <Empty title="Nothing was changed yet" /> :
            <div className="scroll"><table><tbody>{entries.map((e) => (
              <tr key={e.auditId}><td>{e.time ? clockTime(e.time.seconds) : ''}</td><th>{e.method.split('.').at(-1)}<small>{e.subject}</small></th></tr>))}</tbody></table></div>}</Loaded>
        </Card>
      </div>
    </Page>
  );
}

function KeyRow({ of: key, changed }: { of: Key; changed: () => void }) {
  const [sure, setSure] = useState(false);
  const [error, setError] = useState<unknown>();
  const revoke = async (): Promise<void> => {
    try { await tenancy.revokeKey({ requestId: crypto.randomUUID(), keyId: key.keyId }); changed(); } catch (e) { setError(e); }
  };
  return (
    <tr>
      <th>{key.name}<small>{key.keyId}</small></th>
      <td><code>{key.hint}</code></td>
      <td><Badge tone={key.environment === Environment.LIVE ? 'warn' : 'mute'}>{key.environment === Environment.LIVE ? 'live' : 'test'}</Badge></td>
      <td>{roleName(key.role)}</td>
      <td>{key.lastUseTime ? clockTime(key.lastUseTime.seconds) : 'never'}</td>
      <td className="number">
        {key.revokeTime ? <Badge tone="bad">revoked</Badge>
          : sure ? <><button onClick={() => void revoke()}>Revoke for good</button> <button onClick={() => setSure(false)}>Keep</button></>
          : <button onClick={() => setSure(true)} aria-label={`Revoke ${key.name}`}>Revoke</button>}
        {error !== undefined && <Failure error={error} />}
      </td>
    </tr>
  );
}

function NewKey({ made }: { made: () => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState(Role.SERVICE);
  const [secret, setSecret] = useState('');
  const [error, setError] = useState<unknown>();
  const create = async (): Promise<void> => {
    setError(undefined);
    try {
      const answer = await tenancy.createKey({ requestId: crypto.randomUUID(), name, role, environment: Environment.TEST });
      setSecret(answer.secret);
      setName('');
      made();
    } catch (e) { setError(e); }
  };
  return (
    <>
      <form className="row" onSubmit={(e) => { e.preventDefault(); void create(); }}>
        <label>Name<input value={name} onChange={(e) => setName(e.target.value)} maxLength={100} /></label>
        <label>Role<select value={role} onChange={(e) => setRole(Number(e.target.value))}>{roles.map((r) => <option key={r} value={r}>{roleName(r)}</option>)}</select></label>
        <button className="primary" disabled={name.trim() === ''}>Create a test key</button>
      </form>
      {secret && <div role="status">Copy it now; it is not shown again.<code className="secret" data-testid="secret">{secret}</code></div>}
      {error !== undefined && <Failure error={error} />}
    </>
  );
}
