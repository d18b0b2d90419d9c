-- The record of events is append-only for everybody, its owner included, and yet nobody keeps it for ever: what is older
-- than somebody asks for goes through one function, which leaves the stories of tickets that are still there.

CREATE FUNCTION kitchen_guard_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('kitchen.prunes_events', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'KP003',
        HINT = 'kitchen_prune_events() deletes what is old.';
END $$;
DROP TRIGGER events_are_never_rewritten ON print_events;
CREATE TRIGGER events_are_never_rewritten BEFORE UPDATE OR DELETE ON print_events
    FOR EACH ROW EXECUTE FUNCTION kitchen_guard_events();

CREATE FUNCTION kitchen_prune_events(before timestamptz, events_max integer DEFAULT 10000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    keep interval;
    gone integer;
BEGIN
    SELECT s.retention INTO keep FROM kitchen_settings s;
    IF before IS NULL OR before > now() - keep THEN
        RAISE EXCEPTION 'everything of the last % is kept: prune before % or earlier', keep, now() - keep
            USING ERRCODE = '22023', HINT = 'kitchen_settings.retention says how long.';
    END IF;
    PERFORM set_config('kitchen.prunes_events', 'yes', true);
    WITH old AS (
        SELECT e.id FROM print_events e
         WHERE e.at < before AND NOT EXISTS (SELECT FROM kitchen_tickets t WHERE t.id = e.ticket_id)
         ORDER BY e.id LIMIT events_max FOR UPDATE SKIP LOCKED)
    DELETE FROM print_events e USING old WHERE e.id = old.id;
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM set_config('kitchen.prunes_events', 'no', true);
    IF gone > 0 THEN
        INSERT INTO print_events (event, detail)
        VALUES ('pruned', jsonb_build_object('before', before, 'events', gone));
    END IF;
    RETURN gone;
END $$;
COMMENT ON FUNCTION kitchen_prune_events(timestamptz, integer) IS
'Deletes events older than that moment, but for those of tickets that are still there; returns how many went, and leaves one
that says so. Works in batches: call it, committing each time, until it returns 0; prune the tickets first.
Error: 22023 a moment younger than kitchen_settings.retention.';

REVOKE ALL ON FUNCTION kitchen_guard_events(), kitchen_prune_events(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_prune_events(timestamptz, integer) TO kitchen_operator;
