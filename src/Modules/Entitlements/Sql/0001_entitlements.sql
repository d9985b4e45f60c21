create schema entitlements;

-- One row for each listener; its lock guards everything below.
create table entitlements.listener (
    tenant_id uuid not null,
    listener_id text not null,
    created_at timestamptz not null,
    primary key (tenant_id, listener_id)
);

-- What a listener holds from a moment on. Append-only: what never came to hold is marked superseded.
create table entitlements.assignment (
    tenant_id uuid not null,
    listener_id text not null,
    effective_at timestamptz not null,
    assignment_id uuid not null,
    plan text not null,
    add_ons text[] not null,
    market text not null,
    time_zone text not null,
    billing_anchor_at timestamptz not null,
    clock_since timestamptz not null,   -- from when zone and anchor are these
    created_at timestamptz not null,
    superseded_at timestamptz,
    primary key (tenant_id, listener_id, effective_at, assignment_id)
);

-- What was consumed of a cap in the present window of one rule. Narrow and updated in place: no other index, room on the page.
create table entitlements.counter (
    tenant_id uuid not null,
    listener_id text not null,
    feature text not null,
    window_rule text not null,          -- rh1: rolling hour; bM1: billing month
    started_at timestamptz not null,
    ends_at timestamptz not null,
    used bigint not null check (used >= 0),
    marks bytea,                        -- rolling windows: pairs of 64-bit numbers, milliseconds since 1970 and amount
    primary key (tenant_id, listener_id, feature, window_rule)
) with (fillfactor = 70);

-- More of a cap than the plan gives, consumed once.
create table entitlements.allowance (
    tenant_id uuid not null,
    listener_id text not null,
    allowance_id uuid not null,
    feature text not null,
    amount bigint not null,
    used bigint not null,
    priority integer not null,
    promotional boolean not null,
    effective_at timestamptz not null,
    expires_at timestamptz,
    created_at timestamptz not null,
    primary key (tenant_id, listener_id, allowance_id),
    check (used between 0 and amount)
);
