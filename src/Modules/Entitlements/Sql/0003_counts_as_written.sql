-- Counts are only ever written and read whole: kept as they were written, they are not taken apart and put together each time.
alter table entitlements.listener alter column counts drop default;
alter table entitlements.listener alter column counts type json using counts::json;
alter table entitlements.listener alter column counts set default '[]';
