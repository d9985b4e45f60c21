create schema if not exists tenancy;

-- A tenant has two scopes. They are the tenant_id of every row in the rooms; nothing but this table relates them.
create table tenancy.tenant (
    tenant_id uuid primary key,
    test_scope uuid not null unique,
    live_scope uuid not null unique,
    name text not null,
    created_at timestamptz not null
);

-- environment: 1 test, 2 live. role: as in the contract. Hashes are SHA-256 of the whole secret, which is 256 random bits.
create table tenancy.api_key (
    tenant_id uuid not null,
    key_id uuid not null,
    name text not null,
    environment smallint not null,
    role smallint not null,
    hint text not null,
    rate_per_second integer not null,
    rate_burst integer not null,
    secret_hash bytea not null unique,
    previous_hash bytea unique,
    previous_until timestamptz,
    created_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz,
    primary key (tenant_id, key_id)
);

create table tenancy.member (
    tenant_id uuid not null,
    member_id uuid not null,
    email text not null,
    role smallint not null,
    created_at timestamptz not null,
    primary key (tenant_id, member_id),
    unique (tenant_id, email)
);
