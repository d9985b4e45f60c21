-- A listener's counts stand in the listener's own row, with a version that every change of anything about the listener moves:
-- one guarded update writes a consumption, and a host that remembers a book learns in the same statement whether it still holds.
-- counts: an array of {feature, window, start_us, end_us, used, marks}; times in microseconds since 1970, marks base64.
alter table entitlements.listener add column version bigint not null default 0, add column counts jsonb not null default '[]';
alter table entitlements.listener set (fillfactor = 60);

update entitlements.listener l set counts = c.counts
from (
    select tenant_id, listener_id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object('feature', feature, 'window', window_rule,
        'start_us', (extract(epoch from started_at) * 1000000)::bigint, 'end_us', (extract(epoch from ends_at) * 1000000)::bigint,
        'used', used, 'marks', translate(encode(marks, 'base64'), E'\n', '')))) as counts
    from entitlements.counter group by tenant_id, listener_id) c
where l.tenant_id = c.tenant_id and l.listener_id = c.listener_id;

drop table entitlements.counter;
