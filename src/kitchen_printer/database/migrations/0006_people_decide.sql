-- A ticket's status follows from its jobs, whoever moves them: the service, or a person who looked at the paper.

CREATE FUNCTION kitchen_derive_status(tickets bigint[]) RETURNS void LANGUAGE sql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE kitchen_tickets t
       SET status = s.status, failed_reason = s.failed_reason,
           printed_at = CASE WHEN s.status = 'PRINTED' THEN coalesce(t.printed_at, clock_timestamp()) END
      FROM (SELECT ticket_id,
                   CASE WHEN bool_or(has_failed) THEN 'FAILED' WHEN bool_and(is_done) THEN 'PRINTED'
                        WHEN bool_and(is_untouched) THEN 'NEW' ELSE 'PRINTING' END AS status,
                   min(failed_reason) FILTER (WHERE has_failed) AS failed_reason
              FROM (SELECT j.ticket_id, j.failed_reason, j.attempts = 0 AND j.state = 'WAITING' AS is_untouched,
                           j.state IN ('PRINTED', 'CANCELLED') OR r.is_reprinted AS is_done,
                           j.state = 'FAILED' AND NOT r.is_reprinted AS has_failed
                      FROM print_jobs j CROSS JOIN LATERAL (
                           SELECT EXISTS (SELECT FROM print_jobs r
                                           WHERE (r.ticket_id, r.copy_no) = (j.ticket_id, j.copy_no)
                                             AND r.kind = 'REPRINT' AND r.state = 'PRINTED') AS is_reprinted) r
                     WHERE j.ticket_id = ANY(kitchen_derive_status.tickets) AND j.kind = 'TICKET') copies
             GROUP BY ticket_id) s
     WHERE t.id = s.ticket_id AND (t.status, t.failed_reason) IS DISTINCT FROM (s.status, s.failed_reason);
$$;
COMMENT ON FUNCTION kitchen_derive_status(bigint[]) IS
'Sets the status of tickets from their jobs. Call it after their rows were locked and the jobs were moved, in a
statement of its own: only so do two copies that settle at the same moment see each other.';
REVOKE ALL ON FUNCTION kitchen_derive_status(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_derive_status(bigint[]) TO kitchen_service;

CREATE FUNCTION kitchen_confirm(ticket_id bigint, is_on_paper boolean, confirmed_by text, copy_no integer DEFAULT 1)
RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    ticket CONSTANT bigint := kitchen_confirm.ticket_id;
    copy   CONSTANT integer := kitchen_confirm.copy_no;
    person CONSTANT text := btrim(kitchen_confirm.confirmed_by);
    after  CONSTANT text := CASE WHEN kitchen_confirm.is_on_paper THEN 'PRINTED' ELSE 'WAITING' END;
    held   print_jobs;
BEGIN
    IF coalesce(person, '') = '' THEN
        RAISE EXCEPTION 'a confirmation needs to know who looked' USING ERRCODE = '22023';
    END IF;
    PERFORM FROM kitchen_tickets t WHERE t.id = ticket FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no ticket %', coalesce(ticket::text, 'null') USING ERRCODE = 'P0002';
    END IF;
    SELECT * INTO held FROM print_jobs j
     WHERE j.ticket_id = ticket AND j.copy_no = copy AND j.state = 'HELD' ORDER BY j.id LIMIT 1 FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'copy % of ticket % is not held: nobody waits for a decision', copy, ticket
            USING ERRCODE = '22023';
    END IF;
    UPDATE print_jobs j
       SET state = after, settled_at = CASE WHEN after = 'PRINTED' THEN clock_timestamp() END
     WHERE j.id = held.id;
    PERFORM kitchen_derive_status(ARRAY[ticket]);
    INSERT INTO print_events (event, ticket_id, job_id, printer_id, detail)
    VALUES (CASE WHEN after = 'PRINTED' THEN 'confirmed_by_person' ELSE 'reprint_decided' END, ticket, held.id,
            held.printer_id, jsonb_build_object('by', person, 'copy', copy));
    PERFORM pg_notify('kitchen', '');
    RETURN after;
END $$;
COMMENT ON FUNCTION kitchen_confirm(bigint, boolean, text, integer) IS
'Settles a held copy by what a person saw: it is on paper, or it is not and prints again, marked POSSIBLE DUPLICATE.
Returns the job''s new state. Errors: P0002 no such ticket; 22023 nothing is held, or nobody named who looked.';
REVOKE ALL ON FUNCTION kitchen_confirm(bigint, boolean, text, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_confirm(bigint, boolean, text, integer) TO kitchen_operator;
