-- What a printer can prove: who says so, and how a person decides about it.

-- No question finds out that a printer is mute: it may be held by another host, or be off. Only a person knows.
UPDATE printers SET level = 'A', level_provenance = 'assumed' WHERE level = 'C' AND level_provenance <> 'pinned';
ALTER TABLE printers
    ADD CONSTRAINT only_a_person_calls_a_printer_mute CHECK (level <> 'C' OR level_provenance = 'pinned'),
    ADD COLUMN pinned_by text;

-- Printers whose level a person decided before they serve anybody are seen too, and who decided.
CREATE OR REPLACE VIEW kitchen_printers AS
SELECT p.address,
       CASE WHEN p.parked THEN 'parked' WHEN NOT k.is_served THEN 'unserved' WHEN NOT k.is_fresh THEN 'unknown'
            WHEN p.state <> 'down' AND p.passed_over_for IS NOT NULL THEN 'passed over' ELSE p.state END AS state,
       CASE WHEN p.parked THEN 'parked' WHEN k.is_fresh AND p.state = 'down' THEN p.state_reason
            WHEN k.is_fresh THEN p.passed_over_for END AS reason,
       CASE WHEN p.parked THEN p.parked_at WHEN k.is_fresh AND (p.state = 'down' OR p.passed_over_for IS NULL)
            THEN p.state_since WHEN k.is_fresh THEN p.passed_over_since END AS since,
       k.is_fresh AND p.passed_over_for IS NOT NULL AS is_passed_over,
       p.parked_by, p.parked_reason, p.level, p.level_provenance,
       w.waiting, w.oldest,
       ARRAY(SELECT DISTINCT upper(btrim(r.station_code)) FROM station_printers r
              WHERE r.is_active AND p.address IN (lower(btrim(r.printer_ip)), lower(btrim(r.printer_ip)) || ':9100')
              ORDER BY 1) AS stations,
       ARRAY(SELECT coalesce(r.station_code, '*') || ' to ' || o.address
               FROM kitchen_redirects r JOIN printers o ON o.id = r.to_printer_id
              WHERE r.printer_id = p.id ORDER BY 1) AS redirects,
       p.pinned_by, p.serial, p.firmware, k.is_served
  FROM printers p
  LEFT JOIN lanes l ON l.printer_id = p.id
 CROSS JOIN LATERAL (
       SELECT EXISTS (SELECT FROM kitchen_replicas r WHERE r.owner = l.owner AND r.until > now()) AS is_served,
              EXISTS (SELECT FROM kitchen_replicas r WHERE r.owner = l.owner AND r.until > now())
              AND coalesce(p.state_epoch = l.epoch, false) AND p.state <> 'unknown' AS is_fresh) AS k
 CROSS JOIN LATERAL (
       SELECT count(*) AS waiting, min(j.created_at) AS oldest
         FROM print_jobs j WHERE j.printer_id = p.id AND j.settled_at IS NULL) AS w;
COMMENT ON VIEW kitchen_printers IS
'Every printer on record: how it stands and why, what waits for it, who parked or redirected it, what it can prove and how
that is known, and whether a running service serves it.';
GRANT SELECT ON kitchen_printers TO kitchen_service;

CREATE FUNCTION kitchen_known_person(person text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF coalesce(btrim(person), '') = '' THEN
        RAISE EXCEPTION 'a decision about a printer needs to know whose it is' USING ERRCODE = '22023';
    END IF;
    RETURN btrim(person);
END $$;

CREATE FUNCTION kitchen_pin_level(address text, level text, pinned_by text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    place  CONSTANT text := kitchen_pin_level.address;
    wanted CONSTANT text := kitchen_pin_level.level;
    person CONSTANT text := kitchen_known_person(kitchen_pin_level.pinned_by);
    before text;
    pinned bigint;
BEGIN
    IF wanted IS NULL OR wanted NOT IN ('A+', 'A', 'B', 'B-', 'C') THEN
        RAISE EXCEPTION 'there is no level %: it is one of A+, A, B, B-, C', coalesce(wanted, 'null') USING ERRCODE = '22023';
    END IF;
    IF place IS NULL OR length(place) > 260 OR place !~ '^\S+:[0-9]{1,5}$' THEN
        RAISE EXCEPTION '% is no printer''s address: write host:port', coalesce(place, 'null') USING ERRCODE = '22023';
    END IF;
    SELECT p.level INTO before FROM printers p WHERE p.address = place FOR UPDATE;
    INSERT INTO printers AS p (address, level, level_provenance, pinned_by) VALUES (place, wanted, 'pinned', person)
        ON CONFLICT (address) DO UPDATE
        SET level = excluded.level, level_provenance = excluded.level_provenance, pinned_by = excluded.pinned_by
        RETURNING p.id INTO pinned;
    INSERT INTO print_events (event, printer_id, detail)
    VALUES ('printer_pinned', pinned,
            jsonb_strip_nulls(jsonb_build_object('by', person, 'level', wanted, 'before', before)));
    RETURN before;
END $$;
COMMENT ON FUNCTION kitchen_pin_level(text, text, text) IS
'Fixes what a printer is taken to be able to prove; no probe touches it any more. The only way to levels that prove nothing,
B- and C: their tickets end PRINTED and unproved. Makes the printer''s row if there is none. Returns the level before, null
for a new printer. Error: 22023 no such level, no address host:port, or nobody named whose decision it is.';

CREATE FUNCTION kitchen_unpin_level(address text, unpinned_by text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    person   CONSTANT text := kitchen_known_person(kitchen_unpin_level.unpinned_by);
    unpinned bigint;
BEGIN
    UPDATE printers p SET level = 'A', level_provenance = 'assumed', pinned_by = NULL
     WHERE p.address = kitchen_unpin_level.address AND p.level_provenance = 'pinned' RETURNING p.id INTO unpinned;
    IF unpinned IS NOT NULL THEN
        INSERT INTO print_events (event, printer_id, detail)
        VALUES ('printer_unpinned', unpinned, jsonb_build_object('by', person));
    END IF;
    RETURN unpinned IS NOT NULL;
END $$;
COMMENT ON FUNCTION kitchen_unpin_level(text, text) IS
'Lets a printer be asked again what it can prove, before its next ticket. Returns false if nothing was pinned there.
Error: 22023 nobody named whose decision it is.';

CREATE FUNCTION kitchen_note_probe(address text, level text, serial text, firmware text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    known printers;
BEGIN
    SELECT * INTO known FROM printers p WHERE p.address = kitchen_note_probe.address FOR UPDATE;
    IF known.id IS NULL THEN
        RETURN 'unknown';
    ELSIF EXISTS (SELECT FROM kitchen_printers k WHERE k.address = known.address AND k.is_served) THEN
        RETURN 'served';
    ELSIF known.level_provenance = 'pinned' THEN
        RETURN 'pinned';
    ELSIF known.level_provenance = 'proven on paper'
          AND (known.serial, known.firmware) IS NOT DISTINCT FROM (kitchen_note_probe.serial, kitchen_note_probe.firmware) THEN
        RETURN 'proven on paper';
    END IF;
    UPDATE printers p
       SET level = kitchen_note_probe.level, level_provenance = 'probed', serial = kitchen_note_probe.serial,
           firmware = kitchen_note_probe.firmware
     WHERE p.id = known.id;
    INSERT INTO print_events (event, printer_id, detail)
    VALUES ('printer_probed', known.id, jsonb_build_object('level', kitchen_note_probe.level));
    RETURN 'stored';
END $$;
COMMENT ON FUNCTION kitchen_note_probe(text, text, text, text) IS
'Keeps what a printer answered when a person had it asked without paper. Returns what became of it: stored; unknown (no such
printer on record); served (a running service asks it itself); pinned or proven on paper (what is on record stands).';

REVOKE ALL ON FUNCTION kitchen_known_person(text), kitchen_pin_level(text, text, text), kitchen_unpin_level(text, text),
    kitchen_note_probe(text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_pin_level(text, text, text), kitchen_unpin_level(text, text),
    kitchen_note_probe(text, text, text, text) TO kitchen_operator;

-- ── The paper test ─────────────────────────────────────────────────────────────────────────────────────
ALTER TABLE printers ADD COLUMN paper_test jsonb;         -- what the last one showed, and of which job it was
GRANT UPDATE (paper_test) ON printers TO kitchen_service;

CREATE FUNCTION kitchen_request_test_print(address text, requested_by text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    place  CONSTANT text := kitchen_request_test_print.address;
    person CONSTANT text := kitchen_known_person(kitchen_request_test_print.requested_by);
    tested bigint;
    job    bigint;
BEGIN
    IF place IS NULL OR length(place) > 260 OR place !~ '^\S+:[0-9]{1,5}$' THEN
        RAISE EXCEPTION '% is no printer''s address: write host:port', coalesce(place, 'null') USING ERRCODE = '22023';
    END IF;
    INSERT INTO printers (address) VALUES (place) ON CONFLICT DO NOTHING;
    SELECT p.id INTO tested FROM printers p WHERE p.address = place FOR UPDATE;
    INSERT INTO lanes (printer_id) VALUES (tested) ON CONFLICT DO NOTHING;
    SELECT j.id INTO job FROM print_jobs j
     WHERE j.printer_id = tested AND j.notice ->> 'kind' = 'paper_test' AND j.settled_at IS NULL ORDER BY j.id LIMIT 1;
    IF job IS NULL THEN
        INSERT INTO print_jobs (kind, printer_id, notice, notice_key, requested_by)
        VALUES ('NOTICE', tested, '{"kind": "paper_test"}', 'paper test ' || gen_random_uuid(), person)
        RETURNING id INTO job;
        INSERT INTO print_events (event, job_id, printer_id, detail)
        VALUES ('printer_test_requested', job, tested, jsonb_build_object('by', person));
        PERFORM pg_notify('kitchen', '');
    END IF;
    RETURN job;
END $$;
COMMENT ON FUNCTION kitchen_request_test_print(text, text) IS
'Queues a test paper for a printer, which is put on record if it is not yet; returns its job. One that is already on its way
is not doubled. Error: 22023 no address host:port, or nobody named who asks.';

CREATE FUNCTION kitchen_test_print_result(job bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
               'state', j.state, 'failed_reason', j.failed_reason,
               'printer_reason', CASE WHEN p.state = 'down' THEN p.state_reason END,
               'services', (SELECT count(*) FROM kitchen_replicas r WHERE r.until > now() AND r.version <> 'test-print'),
               'shown', CASE WHEN (p.paper_test ->> 'job')::bigint = j.id THEN p.paper_test END)
      FROM print_jobs j JOIN printers p ON p.id = j.printer_id
     WHERE j.id = kitchen_test_print_result.job AND j.notice ->> 'kind' = 'paper_test'
$$;
COMMENT ON FUNCTION kitchen_test_print_result(bigint) IS
'How far a test paper is, what it showed, why its printer cannot print, and how many services run. Null: no such job.';

CREATE FUNCTION kitchen_cancel_test_print(job bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE print_jobs j SET state = 'CANCELLED', settled_at = clock_timestamp()
     WHERE j.id = kitchen_cancel_test_print.job AND j.state = 'WAITING' AND j.notice ->> 'kind' = 'paper_test';
    IF FOUND THEN
        INSERT INTO print_events (event, job_id, printer_id)
        SELECT 'printer_test_cancelled', j.id, j.printer_id FROM print_jobs j WHERE j.id = kitchen_cancel_test_print.job;
    END IF;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION kitchen_cancel_test_print(bigint) IS
'Takes a test paper back that was not begun, so that it does not come hours later. Returns whether it did.';

REVOKE ALL ON FUNCTION kitchen_request_test_print(text, text), kitchen_test_print_result(bigint),
    kitchen_cancel_test_print(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_request_test_print(text, text), kitchen_test_print_result(bigint),
    kitchen_cancel_test_print(bigint) TO kitchen_operator, kitchen_service;
