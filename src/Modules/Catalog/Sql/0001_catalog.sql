create schema catalog;

-- One row for each scope that has a catalog. Its lock is the turn to publish.
create table catalog.head (
    tenant_id uuid primary key,
    revision bigint not null
);

create table catalog.draft (
    tenant_id uuid not null,
    draft_id uuid not null,
    state smallint not null,            -- Draft.State
    note text not null,
    base_version integer not null,
    published_version integer not null,
    etag uuid not null,
    document bytea not null,            -- busker.catalog.v1.Document
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (tenant_id, draft_id)
);

-- Append-only, but for the withdrawal of the newest before it takes effect.
create table catalog.version (
    tenant_id uuid not null,
    number integer not null,
    effective_at timestamptz not null,
    published_at timestamptz not null,
    withdrawn_at timestamptz,
    note text not null,
    hash text not null,
    document bytea not null,            -- busker.catalog.v1.Document
    changes bytea not null,             -- busker.catalog.v1.DiffVersionsResponse
    primary key (tenant_id, number)
);
