-- Which printer prints when the first one cannot, and what people decide about printers and about tickets that failed.

-- ── How a printer stands, as its lane's present owner sees it ──────────────────────────────────────────
ALTER TABLE printers
    ADD COLUMN state_epoch       bigint NOT NULL DEFAULT 0,  -- of the lease under which the state was found: an older one says nothing
    ADD COLUMN passed_over_for   text,                       -- why its tickets go to the next printer; null while it gets them
    ADD COLUMN passed_over_since timestamptz,
    ADD COLUMN parked_reason     text,
    ADD COLUMN parked_at         timestamptz,
    ADD CONSTRAINT passed_over_since_when CHECK ((passed_over_for IS NULL) = (passed_over_since IS NULL));
CREATE INDEX printers_passed_over ON printers (id) WHERE passed_over_for IS NOT NULL;

ALTER TABLE print_jobs
    ADD COLUMN diverted_from  bigint REFERENCES printers,    -- the printer that should have it and could not; null at its own
    ADD COLUMN diverted_for   text,
    ADD COLUMN diverted_since timestamptz,
    ADD COLUMN is_pinned      boolean NOT NULL DEFAULT false; -- a person chose the printer: routing leaves it there

CREATE TABLE kitchen_redirects (                             -- what one printer would print, a person sends to another
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    printer_id    bigint NOT NULL REFERENCES printers,
    station_code  text,                                      -- null: of every station
    to_printer_id bigint NOT NULL REFERENCES printers,
    redirected_by text NOT NULL,
    reason        text,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CHECK (to_printer_id <> printer_id)
);
CREATE UNIQUE INDEX one_redirect_per_printer ON kitchen_redirects (printer_id, coalesce(station_code, ''));
CREATE TRIGGER redirects_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON kitchen_redirects
    FOR EACH STATEMENT EXECUTE FUNCTION kitchen_count_routing_change();

-- ── Helpers: who asks, and which printer is meant ──────────────────────────────────────────────────────
CREATE FUNCTION kitchen_person(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF coalesce(btrim(name), '') = '' THEN
        RAISE EXCEPTION 'it must be known who asks' USING ERRCODE = '22023';
    END IF;
    RETURN btrim(name);
END $$;

CREATE FUNCTION kitchen_printer_at(printer_ip text) RETURNS bigint LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    named CONSTANT text := lower(btrim(printer_ip));
    found bigint;
BEGIN
    SELECT p.id INTO found FROM printers p WHERE p.address IN (named, named || ':9100') ORDER BY length(p.address) LIMIT 1;
    IF found IS NULL THEN
        RAISE EXCEPTION 'there is no printer %', coalesce(printer_ip, 'null') USING ERRCODE = 'P0002',
            HINT = (SELECT 'Known are: ' || string_agg(k.address, ', ') FROM
                           (SELECT p.address FROM printers p ORDER BY p.address LIMIT 20) AS k);
    END IF;
    RETURN found;
END $$;

-- ── Printers: park, resume, redirect ───────────────────────────────────────────────────────────────────
CREATE FUNCTION kitchen_park(printer_ip text, requested_by text, reason text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    person  CONSTANT text := kitchen_person(kitchen_park.requested_by);
    printer CONSTANT bigint := kitchen_printer_at(kitchen_park.printer_ip);
    why     CONSTANT text := nullif(btrim(kitchen_park.reason), '');
BEGIN
    UPDATE printers p SET parked = true, parked_by = person, parked_reason = why, parked_at = now()
     WHERE p.id = printer AND NOT p.parked;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO print_events (event, printer_id, detail)
    VALUES ('printer_parked', printer, jsonb_strip_nulls(jsonb_build_object('by', person, 'reason', why)));
    RETURN true;
END $$;
COMMENT ON FUNCTION kitchen_park(text, text, text) IS
'Sends nothing to a printer any more, after the ticket it prints just now; its tickets go to the next one of their station, or
wait. Returns false when it was parked already. Errors: P0002 no such printer; 22023 nobody named who asks.';

CREATE FUNCTION kitchen_resume(printer_ip text, requested_by text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    person  CONSTANT text := kitchen_person(kitchen_resume.requested_by);
    printer CONSTANT bigint := kitchen_printer_at(kitchen_resume.printer_ip);
BEGIN
    UPDATE printers p SET parked = false, parked_by = NULL, parked_reason = NULL, parked_at = NULL
     WHERE p.id = printer AND p.parked;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO print_events (event, printer_id, detail)
    VALUES ('printer_resumed', printer, jsonb_build_object('by', person));
    RETURN true;
END $$;
COMMENT ON FUNCTION kitchen_resume(text, text) IS
'Lets a parked printer print again. Returns false when it was not parked. Errors: P0002 no such printer; 22023 nobody named.';

CREATE FUNCTION kitchen_redirect(printer_ip text, to_printer_ip text, requested_by text, station_code text DEFAULT NULL,
                                 reason text DEFAULT NULL) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    person  CONSTANT text := kitchen_person(kitchen_redirect.requested_by);
    printer CONSTANT bigint := kitchen_printer_at(kitchen_redirect.printer_ip);
    other   CONSTANT bigint := kitchen_printer_at(kitchen_redirect.to_printer_ip);
    station CONSTANT text := nullif(upper(btrim(kitchen_redirect.station_code)), '');
    why     CONSTANT text := nullif(btrim(kitchen_redirect.reason), '');
BEGIN
    IF printer = other THEN
        RAISE EXCEPTION 'a printer cannot be redirected to itself' USING ERRCODE = '22023';
    ELSIF station IS NOT NULL AND NOT EXISTS (
              SELECT FROM station_printers r WHERE upper(btrim(r.station_code)) = station AND r.is_active) THEN
        RAISE EXCEPTION 'station % has no printer', station USING ERRCODE = '22023';
    END IF;
    INSERT INTO lanes (printer_id) VALUES (other) ON CONFLICT (printer_id) DO NOTHING;
    INSERT INTO kitchen_redirects (printer_id, station_code, to_printer_id, redirected_by, reason)
    VALUES (printer, station, other, person, why)
    ON CONFLICT (printer_id, (coalesce(station_code, ''))) DO UPDATE
       SET to_printer_id = excluded.to_printer_id, redirected_by = excluded.redirected_by, reason = excluded.reason,
           created_at = excluded.created_at;
    INSERT INTO print_events (event, printer_id, detail)
    VALUES ('printer_redirected', printer, jsonb_strip_nulls(jsonb_build_object(
        'by', person, 'to', (SELECT p.address FROM printers p WHERE p.id = other), 'station', station, 'reason', why)));
END $$;
COMMENT ON FUNCTION kitchen_redirect(text, text, text, text, text) IS
'Sends what one printer would print to another until kitchen_undo_redirect: of one station, or of all. Their papers say so.
Errors: P0002 no such printer; 22023 the same printer twice, a station without a printer, or nobody named who asks.';

CREATE FUNCTION kitchen_undo_redirect(printer_ip text, requested_by text, station_code text DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    person  CONSTANT text := kitchen_person(kitchen_undo_redirect.requested_by);
    printer CONSTANT bigint := kitchen_printer_at(kitchen_undo_redirect.printer_ip);
    station CONSTANT text := nullif(upper(btrim(kitchen_undo_redirect.station_code)), '');
    undone  integer;
BEGIN
    DELETE FROM kitchen_redirects r WHERE r.printer_id = printer AND (station IS NULL OR r.station_code = station);
    GET DIAGNOSTICS undone = ROW_COUNT;
    IF undone > 0 THEN
        INSERT INTO print_events (event, printer_id, detail)
        VALUES ('printer_redirect_undone', printer,
                jsonb_strip_nulls(jsonb_build_object('by', person, 'station', station)));
    END IF;
    RETURN undone;
END $$;
COMMENT ON FUNCTION kitchen_undo_redirect(text, text, text) IS
'Ends the redirects of a printer, of one station or all, and returns how many there were. Errors: P0002 no such printer;
22023 nobody named who asks.';

-- ── Tickets: print on that printer; try again what failed ──────────────────────────────────────────────
CREATE FUNCTION kitchen_reprint_on(ticket_id bigint, printer_ip text, requested_by text, reason text DEFAULT NULL,
                                   copy_no integer DEFAULT 1) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    ticket  CONSTANT bigint := kitchen_reprint_on.ticket_id;
    printer CONSTANT bigint := kitchen_printer_at(kitchen_reprint_on.printer_ip);
    job     CONSTANT bigint := kitchen_request_reprint(kitchen_reprint_on.ticket_id, kitchen_reprint_on.requested_by,
                                                       kitchen_reprint_on.reason, kitchen_reprint_on.copy_no);
    before  bigint;
BEGIN
    IF job IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT j.printer_id INTO before FROM print_jobs j WHERE j.id = job AND j.state = 'WAITING' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN job;  -- Being printed just now, or held until somebody has looked.
    END IF;
    INSERT INTO lanes (printer_id) VALUES (printer) ON CONFLICT (printer_id) DO NOTHING;
    UPDATE print_jobs j
       SET printer_id = printer, is_pinned = true, diverted_from = NULL, diverted_for = NULL, diverted_since = NULL
     WHERE j.id = job;
    INSERT INTO print_events (event, ticket_id, job_id, printer_id, detail)
    VALUES ('redirected', ticket, job, printer, jsonb_build_object(
        'from', before, 'to', printer, 'reason', 'by_person', 'by', kitchen_person(kitchen_reprint_on.requested_by)));
    PERFORM pg_notify('kitchen', '');
    RETURN job;
END $$;
COMMENT ON FUNCTION kitchen_reprint_on(bigint, text, text, text, integer) IS
'Prints one copy of a ticket on a printer of one''s choice. What is on paper or failed is reprinted there, marked REPRINT; what
still waits moves there and is printed once. Returns the job: one that is being printed, or held, stays where it is; null as
long as the ticket waits for its jobs. Errors: P0002 no such ticket or printer; 22023 no such copy, or nobody named.';

CREATE FUNCTION kitchen_retry_jobs(jobs bigint[], person text) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    tickets CONSTANT bigint[] := array(SELECT DISTINCT j.ticket_id FROM print_jobs j WHERE j.id = ANY (jobs));
    retried integer;
BEGIN
    PERFORM FROM kitchen_tickets t WHERE t.id = ANY (tickets) ORDER BY t.id FOR NO KEY UPDATE;
    WITH failed AS (
        -- What a reprint has put, or is about to put, on paper needs no second one.
        SELECT j.id FROM print_jobs j
         WHERE j.id = ANY (jobs) AND j.state = 'FAILED' AND j.kind = 'TICKET'
           AND NOT EXISTS (SELECT FROM print_jobs r WHERE (r.ticket_id, r.copy_no) = (j.ticket_id, j.copy_no)
                              AND r.kind = 'REPRINT' AND r.state IN ('PRINTED', 'WAITING', 'PRINTING', 'HELD'))
         ORDER BY j.id FOR NO KEY UPDATE),
    again AS (
        UPDATE print_jobs j SET state = 'WAITING', spent = 0, waited_seconds = 0, failed_reason = NULL, settled_at = NULL
          FROM failed WHERE j.id = failed.id RETURNING j.id, j.ticket_id, j.printer_id, j.copy_no, j.maybe_on_paper)
    INSERT INTO print_events (event, ticket_id, job_id, printer_id, detail)
    SELECT 'retry_requested', a.ticket_id, a.id, a.printer_id,
           jsonb_build_object('by', person, 'copy', a.copy_no, 'marked', a.maybe_on_paper)
      FROM again a ORDER BY a.id;
    GET DIAGNOSTICS retried = ROW_COUNT;
    PERFORM kitchen_derive_status(tickets);
    PERFORM pg_notify('kitchen', '');
    RETURN retried;
END $$;

CREATE FUNCTION kitchen_retry(ticket_id bigint, requested_by text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    ticket CONSTANT bigint := kitchen_retry.ticket_id;
    person CONSTANT text := kitchen_person(kitchen_retry.requested_by);
BEGIN
    IF NOT EXISTS (SELECT FROM kitchen_tickets t WHERE t.id = ticket) THEN
        RAISE EXCEPTION 'there is no ticket %', coalesce(ticket::text, 'null') USING ERRCODE = 'P0002';
    END IF;
    RETURN kitchen_retry_jobs(array(SELECT j.id FROM print_jobs j WHERE j.ticket_id = ticket AND j.state = 'FAILED'), person);
END $$;
COMMENT ON FUNCTION kitchen_retry(bigint, text) IS
'Tries the failed copies of a ticket again, with a fresh limit of attempts and time; returns how many. A copy that may be on
paper prints marked POSSIBLE DUPLICATE. One that a reprint took care of stays as it is. Errors: P0002 no such ticket; 22023
nobody named who asks.';

CREATE FUNCTION kitchen_retry_station(station_code text, failed_since timestamptz, requested_by text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    jobs_max CONSTANT integer := 1000;
    person   CONSTANT text := kitchen_person(kitchen_retry_station.requested_by);
    station  CONSTANT text := upper(btrim(kitchen_retry_station.station_code));
BEGIN
    IF kitchen_retry_station.failed_since IS NULL OR coalesce(station, '') = '' THEN
        RAISE EXCEPTION 'say which station, and since when its tickets failed' USING ERRCODE = '22023';
    END IF;
    RETURN kitchen_retry_jobs(array(
        SELECT j.id FROM kitchen_tickets t JOIN print_jobs j ON j.ticket_id = t.id
         WHERE t.status = 'FAILED' AND upper(btrim(t.printer_target)) = station
           AND j.state = 'FAILED' AND j.settled_at >= kitchen_retry_station.failed_since
         ORDER BY j.ticket_id, j.id LIMIT jobs_max), person);
END $$;
COMMENT ON FUNCTION kitchen_retry_station(text, timestamptz, text) IS
'Does what kitchen_retry does with every ticket of a station that failed since then, oldest first, at most 1,000 copies at a
time; returns how many. Error: 22023 no station, no time, or nobody named who asks.';

-- ── What people see ────────────────────────────────────────────────────────────────────────────────────
CREATE VIEW kitchen_printers AS
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
              WHERE r.printer_id = p.id ORDER BY 1) AS redirects
  FROM printers p
  JOIN lanes l ON l.printer_id = p.id
 CROSS JOIN LATERAL (
       SELECT EXISTS (SELECT FROM kitchen_replicas r WHERE r.owner = l.owner AND r.until > now()) AS is_served,
              EXISTS (SELECT FROM kitchen_replicas r WHERE r.owner = l.owner AND r.until > now())
              AND p.state_epoch = l.epoch AND p.state <> 'unknown' AS is_fresh) AS k
 CROSS JOIN LATERAL (
       SELECT count(*) AS waiting, min(j.created_at) AS oldest
         FROM print_jobs j WHERE j.printer_id = p.id AND j.settled_at IS NULL) AS w;
COMMENT ON VIEW kitchen_printers IS
'Every printer that a service serves or should: how it stands and why, what waits for it, who parked or redirected it.';

CREATE OR REPLACE VIEW kitchen_ticket_status AS
SELECT t.id AS ticket_id, t.bill_id, upper(btrim(t.printer_target)) AS station_code, t.kind, t.round_no, t.part, t.parts,
       t.business_day, t.station_seq, t.bill_number, t.table_label, t.status,
       -- The printer itself said so, of every copy: never true of a mute printer, or of what a person called done.
       coalesce(c.is_proved, false) AS is_proved,
       coalesce(c.copies, 0) AS copies, coalesce(c.copies_printed, 0) AS copies_printed,
       coalesce(c.is_held, false) AS is_held,
       coalesce(t.failed_reason, c.waits_for) AS reason,  -- why it failed, or what its printer is waiting for
       t.created_at, t.printed_at,
       coalesce(c.copies_missing, '{}') AS copies_missing  -- which copies are not on paper, reprints considered
  FROM kitchen_tickets t
  LEFT JOIN LATERAL (
       SELECT count(*) AS copies, count(*) FILTER (WHERE j.state = 'PRINTED') AS copies_printed,
              bool_or(j.state = 'HELD') AS is_held,
              min(p.state_reason) FILTER (WHERE j.settled_at IS NULL AND p.state = 'down') AS waits_for,
              bool_and(EXISTS (SELECT FROM print_jobs any_job JOIN print_attempts a ON a.job_id = any_job.id
                                WHERE (any_job.ticket_id, any_job.copy_no) = (j.ticket_id, j.copy_no)
                                  AND a.outcome = 'CONFIRMED')) AS is_proved,
              array_agg(j.copy_no ORDER BY j.copy_no) FILTER (
                  WHERE j.state NOT IN ('PRINTED', 'CANCELLED')
                    AND NOT EXISTS (SELECT FROM print_jobs r WHERE (r.ticket_id, r.copy_no) = (j.ticket_id, j.copy_no)
                                       AND r.kind = 'REPRINT' AND r.state = 'PRINTED')) AS copies_missing
         FROM print_jobs j LEFT JOIN printers p ON p.id = j.printer_id
        WHERE j.ticket_id = t.id AND j.kind = 'TICKET') AS c ON true;

-- ── Who may do what ────────────────────────────────────────────────────────────────────────────────────
REVOKE ALL ON FUNCTION kitchen_person(text), kitchen_printer_at(text), kitchen_park(text, text, text),
    kitchen_resume(text, text), kitchen_redirect(text, text, text, text, text), kitchen_undo_redirect(text, text, text),
    kitchen_reprint_on(bigint, text, text, text, integer), kitchen_retry_jobs(bigint[], text), kitchen_retry(bigint, text),
    kitchen_retry_station(text, timestamptz, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_park(text, text, text), kitchen_resume(text, text),
    kitchen_redirect(text, text, text, text, text), kitchen_undo_redirect(text, text, text),
    kitchen_reprint_on(bigint, text, text, text, integer), kitchen_retry(bigint, text),
    kitchen_retry_station(text, timestamptz, text) TO kitchen_operator;
GRANT SELECT ON kitchen_printers TO kitchen_operator, kitchen_reader;
GRANT SELECT ON kitchen_redirects TO kitchen_service;
GRANT INSERT (diverted_from, diverted_for, diverted_since) ON print_jobs TO kitchen_service;
GRANT UPDATE (diverted_from, diverted_for, diverted_since) ON print_jobs TO kitchen_service;
GRANT UPDATE (state_epoch, passed_over_for, passed_over_since, parked, parked_by, parked_reason, parked_at) ON printers
    TO kitchen_service;
