import type { ReactNode } from 'react';
import { isNotFound, isSignedOut, sentence } from '../session';
import type { Load } from './useLoad';

export function Page({ title, lead, actions, children }: { title: string; lead: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <>
      <header className="page-head">
        <div>
          <h1 tabIndex={-1} id="page-title">{title}</h1>
          <p className="lead">{lead}</p>
        </div>
        {actions && <div className="actions">{actions}</div>}
      </header>
      {children}
    </>
  );
}

export function Card({ title, aside, children }: { title?: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      {title && <div className="card-head"><h2>{title}</h2>{aside}</div>}
      {children}
    </section>
  );
}

export function Figure({ label, value, unit, tone }: { label: string; value: string; unit?: string; tone?: 'good' | 'warn' | 'bad' }) {
  return (
    <div className={`figure ${tone ?? ''}`}>
      <span className="figure-label">{label}</span>
      <span className="figure-value">{value}{unit && <small> {unit}</small>}</span>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty" role="status">
      <svg width="44" height="44" viewBox="0 0 44 44" aria-hidden="true">
        <circle cx="22" cy="22" r="20" fill="none" stroke="currentColor" strokeDasharray="4 5" />
        <path d="M17 29V15l11-2v13" fill="none" stroke="currentColor" strokeWidth="2" />
      </svg>
      <strong>{title}</strong>
      <div>{children}</div>
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div className="failure" role="alert">
      <strong>{sentence(error)}</strong>
      {isSignedOut(error) ? <a className="button" href="#/sign-in">Sign in</a> : retry && <button onClick={retry}>Try again</button>}
    </div>
  );
}

/** Shows what a load came to: a placeholder, the failure with a way out, what to say when it is not there, or the content (marked when it is stale). */
export function Loaded<T>({ load, retry, none, children }: { load: Load<T>; retry: () => void; none?: ReactNode; children: (value: T) => ReactNode }) {
  if (load.state === 'loading') return <div className="skeleton" role="status" aria-label="Loading"><i /><i /><i /></div>;
  if (load.state === 'failed' && none && isNotFound(load.error)) return none;
  if (load.state === 'failed') return <Failure error={load.error} retry={retry} />;
  return (
    <>
      {load.stale !== undefined && <div className="stale" role="status">Showing the last answer. {sentence(load.stale)}</div>}
      {children(load.value)}
    </>
  );
}

export const Badge = ({ tone, children }: { tone?: 'good' | 'warn' | 'bad' | 'mute'; children: ReactNode }) =>
  <span className={`badge ${tone ?? ''}`}>{children}</span>;

export const Live = ({ on }: { on: boolean }) =>
  <span className={`live ${on ? 'on' : ''}`} role="status">{on ? 'Live' : 'Connecting'}</span>;

const unitsOf = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
export const compact = (n: number): string => unitsOf.format(n);

const timeOf = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
export const clockTime = (seconds: bigint | number, nanos = 0): string => timeOf.format(new Date(Number(seconds) * 1000 + nanos / 1e6));
