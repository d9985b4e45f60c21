create schema probe;
create table probe.counter (
    tenant_id uuid not null, name text not null, used bigint not null check (used <> 666),
    primary key (tenant_id, name)
) with (fillfactor = 80);
create table probe.seen (tenant_id uuid not null, key text not null, position bigint not null, value bigint not null);
