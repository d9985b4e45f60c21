-- The house's own tables. They belong to no tenant's room: the log is one, and so are its readers.

-- Facts, in the order in which they were appended. The trigger gives the transaction its id before the first position
-- is drawn: readers rely on it to tell a gap that may yet be filled from one that stays (see OutboxReader).
create table storage.outbox (
    position bigint generated always as identity (cache 1) primary key,
    tenant_id uuid not null,
    key text not null,
    kind text not null,
    at timestamptz not null,
    trace text,
    body bytea not null
);

create function storage.assign_transaction_id() returns trigger language plpgsql as $$
begin
    perform pg_current_xact_id();
    return null;
end $$;

create trigger outbox_transaction_id before insert on storage.outbox
    for each statement execute function storage.assign_transaction_id();

-- How far each group of readers has come. The row's lock is the group's turn.
create table storage.cursor (
    consumer text primary key,
    position bigint not null default 0,
    updated_at timestamptz not null default now()
);

-- Facts that a consumer could not digest, and the later ones of the same key that wait behind them.
create table storage.parked (
    consumer text not null,
    position bigint not null,
    tenant_id uuid not null,
    key text not null,
    attempts integer not null,
    error text not null,
    parked_at timestamptz not null,
    primary key (consumer, position)
);
create index on storage.parked (consumer, tenant_id, key);

-- Effects already made, for listeners whose effects are outside their cursor's transaction.
create table storage.inbox (
    consumer text not null,
    position bigint not null,
    at timestamptz not null,
    primary key (consumer, position)
);

-- Mutations already made: the first answer of each request id, in the same commit as its effect.
-- request = the first 16 bytes of SHA-256 over principal, method and request id. answer is null while in flight.
create table storage.request (
    tenant_id uuid not null,
    request uuid not null,
    fingerprint uuid not null,
    at timestamptz not null,
    busy_until timestamptz,
    answer bytea,
    primary key (tenant_id, request)
) with (autovacuum_analyze_scale_factor = 0.02);
create index on storage.request using brin (at);

create table storage.audit (
    tenant_id uuid not null,
    audit_id uuid not null,
    at timestamptz not null,
    principal uuid not null,
    method text not null,
    request_id text not null,
    subject text not null,
    before jsonb,
    after jsonb,
    primary key (tenant_id, audit_id)
);
create index on storage.audit (tenant_id, subject, audit_id);

create table storage.job (
    job_id uuid primary key,
    tenant_id uuid not null,
    kind text not null,
    unique_key text,
    arguments jsonb not null,
    state smallint not null default 0,  -- 0 waiting or running, 1 dead
    due_at timestamptz not null,
    attempts integer not null default 0,
    lease uuid,
    error text,
    created_at timestamptz not null,
    every_ms bigint
);
create index on storage.job (due_at) where state = 0;
create unique index on storage.job (kind, tenant_id, unique_key) where unique_key is not null;
create index on storage.job (kind) where state = 1;
