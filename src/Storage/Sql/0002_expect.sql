-- Ends a transaction whose guarded statement touched another number of rows than it should: somebody else wrote in between.
create function storage.expect(wanted bigint, touched bigint) returns void language plpgsql as $$
begin
    if touched <> wanted then
        raise exception 'of % guarded rows % were as expected', wanted, touched using errcode = 'serialization_failure';
    end if;
end $$;
