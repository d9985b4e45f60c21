-- Dead jobs are looked for by whose they are, in the order of their ids.
drop index storage.job_kind_idx;
create index on storage.job (tenant_id, job_id) where state = 1;
