create schema bench;
create table bench.cap (
    tenant_id uuid not null, name text not null, used bigint not null, most bigint not null,
    primary key (tenant_id, name)
) with (fillfactor = 70);
