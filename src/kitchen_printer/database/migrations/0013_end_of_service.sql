-- The end of a service: what is not proved to be on paper, found at once however long the history is, and printable.

-- ── Whether a ticket is proved is kept with it, where its status is kept ───────────────────────────────
-- True for what is there already: PostgreSQL keeps that beside the table, so that a history of millions of tickets, nearly
-- all of them proved, is not rewritten. Only the few that are not are.
ALTER TABLE kitchen_tickets ADD COLUMN is_proved boolean NOT NULL DEFAULT true;  -- the printer itself said so, of every copy
ALTER TABLE kitchen_tickets ALTER COLUMN is_proved SET DEFAULT false;
WITH confirmed AS MATERIALIZED (
    SELECT DISTINCT j.ticket_id, j.copy_no FROM print_attempts a JOIN print_jobs j ON j.id = a.job_id
     WHERE a.outcome = 'CONFIRMED' AND j.ticket_id IS NOT NULL),
proved AS MATERIALIZED (
    SELECT j.ticket_id FROM print_jobs j LEFT JOIN confirmed c USING (ticket_id, copy_no)
     WHERE j.kind = 'TICKET' GROUP BY j.ticket_id HAVING bool_and(c.copy_no IS NOT NULL))
UPDATE kitchen_tickets t SET is_proved = false
 WHERE t.id IN (SELECT o.id FROM kitchen_tickets o LEFT JOIN proved p ON p.ticket_id = o.id WHERE p.ticket_id IS NULL);
CREATE INDEX tickets_unproved ON kitchen_tickets (id) WHERE NOT is_proved;

CREATE OR REPLACE FUNCTION kitchen_derive_status(tickets bigint[]) RETURNS void LANGUAGE sql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE kitchen_tickets t
       SET status = s.status, failed_reason = s.failed_reason, is_proved = s.is_proved,
           printed_at = CASE WHEN s.status = 'PRINTED' THEN coalesce(t.printed_at, clock_timestamp()) END
      FROM (SELECT ticket_id,
                   CASE WHEN bool_or(has_failed) THEN 'FAILED' WHEN bool_and(is_done) THEN 'PRINTED'
                        WHEN bool_and(is_untouched) THEN 'NEW' ELSE 'PRINTING' END AS status,
                   min(failed_reason) FILTER (WHERE has_failed) AS failed_reason, bool_and(is_proved) AS is_proved
              FROM (SELECT j.ticket_id, j.failed_reason, j.attempts = 0 AND j.state = 'WAITING' AS is_untouched,
                           j.state IN ('PRINTED', 'CANCELLED') OR r.is_reprinted AS is_done,
                           j.state = 'FAILED' AND NOT r.is_reprinted AS has_failed,
                           EXISTS (SELECT FROM print_jobs any_job JOIN print_attempts a ON a.job_id = any_job.id
                                    WHERE (any_job.ticket_id, any_job.copy_no) = (j.ticket_id, j.copy_no)
                                      AND a.outcome = 'CONFIRMED') AS is_proved
                      FROM print_jobs j CROSS JOIN LATERAL (
                           SELECT EXISTS (SELECT FROM print_jobs r
                                           WHERE (r.ticket_id, r.copy_no) = (j.ticket_id, j.copy_no)
                                             AND r.kind = 'REPRINT' AND r.state = 'PRINTED') AS is_reprinted) r
                     WHERE j.ticket_id = ANY(kitchen_derive_status.tickets) AND j.kind = 'TICKET') copies
             GROUP BY ticket_id) s
     WHERE t.id = s.ticket_id
       AND (t.status, t.failed_reason, t.is_proved) IS DISTINCT FROM (s.status, s.failed_reason, s.is_proved);
$$;
GRANT UPDATE (is_proved) ON kitchen_tickets TO kitchen_service;

CREATE OR REPLACE VIEW kitchen_exceptions AS
SELECT CASE WHEN s.status = 'FAILED' THEN 'failed' WHEN s.is_held THEN 'held' WHEN s.status = 'PRINTED' THEN 'unconfirmed'
            ELSE 'waiting' END AS exception,
       s.ticket_id, s.bill_id, s.station_code, s.kind, s.round_no, s.part, s.parts, s.business_day, s.station_seq,
       s.bill_number, s.table_label, s.status, s.is_proved, s.copies, s.copies_printed, s.is_held, s.reason,
       s.created_at, s.printed_at, now() - s.created_at AS age
  FROM kitchen_ticket_status s
 WHERE s.ticket_id IN (SELECT id FROM kitchen_tickets WHERE NOT is_proved
                       UNION SELECT id FROM kitchen_tickets WHERE status = 'FAILED');

-- ── The list of a service, on paper ────────────────────────────────────────────────────────────────────
CREATE FUNCTION kitchen_print_exceptions(since timestamptz, requested_by text, printer_ip text DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    listed_max CONSTANT integer := 40;  -- rows of each kind: more than this nobody reads standing
    person     CONSTANT text := kitchen_person(kitchen_print_exceptions.requested_by);
    begin_at   CONSTANT timestamptz := kitchen_print_exceptions.since;
    printer    bigint;
    content    jsonb;
    job        bigint;
BEGIN
    IF begin_at IS NULL OR NOT isfinite(begin_at) OR begin_at > now() THEN
        RAISE EXCEPTION 'say since when, a time that has been' USING ERRCODE = '22023';
    END IF;
    IF kitchen_print_exceptions.printer_ip IS NOT NULL THEN
        printer := kitchen_printer_at(kitchen_print_exceptions.printer_ip);
    ELSE
        SELECT p.id INTO printer FROM printers p JOIN lanes l ON l.printer_id = p.id
         WHERE NOT p.parked
         ORDER BY p.state <> 'ready', NOT EXISTS (
                      SELECT FROM kitchen_settings k JOIN station_printers r
                          ON upper(btrim(r.station_code)) = upper(btrim(k.default_station)) AND r.is_active
                       WHERE p.address IN (lower(btrim(r.printer_ip)), lower(btrim(r.printer_ip)) || ':9100')), p.id
         LIMIT 1;
        IF printer IS NULL THEN
            RAISE EXCEPTION 'there is no printer yet' USING ERRCODE = 'P0002', HINT = 'A running service finds them in station_printers.';
        END IF;
    END IF;
    SELECT jsonb_build_object('kind', 'exceptions', 'since', begin_at,
               'unsent', (SELECT count(*) FROM kitchen_find_unsent_items(now() - begin_at)),
               'unsent_items', (SELECT coalesce(jsonb_agg(jsonb_build_object('station', u.station_code,
                                          'quantity', trim_scale(u.quantity)::text, 'name', u.menu_name)), '[]')
                                  FROM (SELECT * FROM kitchen_find_unsent_items(now() - begin_at) LIMIT listed_max) u),
               'unproved', (SELECT count(*) FROM kitchen_exceptions e WHERE e.created_at >= begin_at),
               'tickets', (SELECT coalesce(jsonb_agg(jsonb_build_object('exception', e.exception, 'ticket', jsonb_build_object(
                                     'station', e.station_code, 'number', e.station_seq, 'table', e.table_label,
                                     'ordered_at', e.created_at)) ORDER BY e.ticket_id), '[]')
                             FROM (SELECT * FROM kitchen_exceptions e
                                    WHERE e.created_at >= begin_at AND e.created_at <= now() + interval '1 day'
                                    ORDER BY e.ticket_id LIMIT listed_max) e))
      INTO content;
    INSERT INTO print_jobs (kind, printer_id, notice, notice_key, requested_by)
    VALUES ('NOTICE', printer, content, 'exceptions ' || gen_random_uuid(), person) RETURNING id INTO job;
    INSERT INTO print_events (event, job_id, printer_id, detail)
    VALUES ('notice_added', job, printer, jsonb_build_object('kind', 'exceptions', 'by', person));
    PERFORM pg_notify('kitchen', '');
    RETURN job;
END $$;
COMMENT ON FUNCTION kitchen_print_exceptions(timestamptz, text, text) IS
'Prints what was ordered since then and is not proved to be on paper: items on no ticket, and tickets that failed, are held,
unconfirmed or waiting; numbers and tables only. On the named printer, else on one that is ready, the default station''s first.
Returns the job. Errors: P0002 no such printer; 22023 no time, or nobody named who asks.';
REVOKE ALL ON FUNCTION kitchen_print_exceptions(timestamptz, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_print_exceptions(timestamptz, text, text) TO kitchen_operator;
