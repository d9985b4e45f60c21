create schema probe;
create table probe.counter (
    tenant_id uuid not null, name text not null, used bigint not null check (used <> 666),
    primary key (tenant_id, name)
) with (fillfactor = 80);
-- n tells the order of the inserts; where rows lie does not, as each session fills pages of its own.
create table probe.seen (
    tenant_id uuid not null, key text not null, position bigint not null, value bigint not null,
    n bigint generated always as identity
);
