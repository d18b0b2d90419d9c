-- Which history this database tells, so that a standby that took over, or a backup that was restored, is noticed before
-- anything is printed: attempts that were on record may be missing in it.

CREATE TABLE kitchen_history (
    id              boolean PRIMARY KEY DEFAULT true CHECK (id),
    system          bigint  NOT NULL,
    timeline        bigint  NOT NULL,
    tables          bigint  NOT NULL,
    is_replicated   boolean NOT NULL DEFAULT false,   -- every commit waits until a standby has it
    in_doubt_up_to  bigint  NOT NULL DEFAULT 0,       -- tickets up to this one may have had attempts that are not on record
    changed_at      timestamptz,
    change          text CHECK (change IN ('complete', 'doubtful', 'restored')),
    copies_in_doubt bigint  NOT NULL DEFAULT 0
);

-- The timeline is that of the WAL being written now: pg_control_checkpoint() has it only once the checkpoint after a
-- promotion is through, which may take minutes. Fails on a standby, as it should.
CREATE FUNCTION kitchen_history_now(OUT system bigint, OUT timeline bigint, OUT tables bigint) LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT (SELECT c.system_identifier FROM pg_control_system() c),
           ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint,
           'public.print_attempts'::regclass::oid::bigint
$$;
REVOKE ALL ON FUNCTION kitchen_history_now() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_history_now() TO kitchen_service;

-- On which timeline a ticket was submitted: one of the present timeline cannot have had an attempt on an earlier one. Null
-- for those that were there before; the default is set afterwards, else every ticket would be rewritten.
ALTER TABLE kitchen_tickets ADD COLUMN timeline bigint;
ALTER TABLE kitchen_tickets ALTER COLUMN timeline
    SET DEFAULT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint;

INSERT INTO kitchen_history (system, timeline, tables) SELECT n.system, n.timeline, n.tables FROM kitchen_history_now() n;

GRANT SELECT, UPDATE (system, timeline, tables, is_replicated, in_doubt_up_to, changed_at, change, copies_in_doubt)
    ON kitchen_history TO kitchen_service;
