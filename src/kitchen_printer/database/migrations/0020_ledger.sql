-- How attempts ended, and the attempts that begin, in one commit: a lane that has ended one ticket asks for the next at once.
-- One call in place of five messages. It runs with the rights and the search path of the session, as a statement of it would.
--
-- Nobody is waited for who has a row locked: neither the ticket, job or attempt of an outcome, nor the ticket or job of a claim, nor
-- its lane or printer. An outcome already has its ticket locked, and two replicas that claimed each other's would wait for ever; and
-- what a person has locked must not stop the others. Outcomes that have to wait, and printers whose ticket has to, are named
-- (held_attempt_id, held_printer_id), and handed in or asked for again; a lane that is locked itself, or whose printer is, gets nothing.
--
-- A service reads these columns by name from a statement that it has prepared: another shape needs another name.

CREATE FUNCTION kitchen_write_ledger(me uuid, timeline bigint, settlements jsonb, requests jsonb)
RETURNS TABLE (lost_attempt_id bigint, held_attempt_id bigint, held_printer_id bigint,
               attempt_id bigint, attempt_no int, printer_id bigint, marked bool, token_printed text, token_cut text,
               id bigint, kind text, ticket_id bigint, copy_no int, station text, spent int,
               maybe_on_paper bool, waited_seconds float8, diverted_for text, diverted_since timestamptz, age_seconds float8,
               on_unconfirmed text, is_last bool, content text, circumstances text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    settled_tickets bigint[];
    free_tickets bigint[];
    held_tickets bigint[];
    settled_now bigint;
BEGIN
    IF jsonb_array_length(settlements) > 0 THEN
        settled_tickets := ARRAY(SELECT DISTINCT s.ticket_id FROM jsonb_to_recordset(settlements) AS s (ticket_id bigint)
                                  WHERE s.ticket_id IS NOT NULL ORDER BY 1);
        free_tickets := ARRAY(SELECT t.id FROM kitchen_tickets t WHERE t.id = ANY(settled_tickets)
                               ORDER BY t.id FOR NO KEY UPDATE SKIP LOCKED);
        held_tickets := ARRAY(SELECT t.id FROM kitchen_tickets t
                               WHERE t.id = ANY(settled_tickets) AND t.id <> ALL(free_tickets));
        IF cardinality(held_tickets) > 0 THEN
            FOR held_attempt_id, token_printed IN
                SELECT s.attempt_id, s.token_printed
                  FROM jsonb_to_recordset(settlements) AS s (attempt_id bigint, token_printed text, ticket_id bigint)
                 WHERE s.ticket_id = ANY(held_tickets)
            LOOP
                RETURN NEXT;
            END LOOP;
            held_attempt_id := NULL;
            token_printed := NULL;
            settlements := (SELECT coalesce(jsonb_agg(s), '[]') FROM jsonb_array_elements(settlements) s
                             WHERE ((s ->> 'ticket_id')::bigint = ANY(held_tickets)) IS NOT TRUE);
        END IF;

        -- An attempt is settled by its owner, or, once its lane has a newer epoch, by the lane's new owner.
        WITH o AS MATERIALIZED (
            SELECT * FROM jsonb_to_recordset(settlements)
                AS o(attempt_id bigint, token_printed text, outcome text, evidence text, reason text, payload_bytes int,
                     payload_sha256 text, state text, spent int, maybe_on_paper bool, failed_reason text,
                     waited_seconds float8)),
        free AS MATERIALIZED (
            SELECT a.id FROM print_attempts a JOIN print_jobs j ON j.id = a.job_id
             WHERE a.id = ANY(ARRAY(SELECT attempt_id FROM o)) AND a.outcome IS NULL
             ORDER BY a.id FOR NO KEY UPDATE SKIP LOCKED),
        settled AS (
            UPDATE print_attempts a
               SET outcome = o.outcome, evidence = o.evidence, reason = o.reason, payload_bytes = o.payload_bytes,
                   payload_sha256 = decode(o.payload_sha256, 'hex'), settled_by = me, finished_at = clock_timestamp()
              FROM o
             WHERE a.id = o.attempt_id AND a.token_printed = o.token_printed AND a.outcome IS NULL
               AND a.id = ANY(ARRAY(SELECT id FROM free))
               AND (a.owner = me OR EXISTS (SELECT FROM lanes l WHERE l.printer_id = a.printer_id
                                               AND l.owner = me AND l.epoch > a.lease_epoch))
            RETURNING a.id, a.job_id, a.printer_id, a.attempt_no, a.marked, a.token_printed),
        moved AS (
            UPDATE print_jobs j
               SET state = o.state, spent = o.spent, maybe_on_paper = j.maybe_on_paper OR o.maybe_on_paper,
                   failed_reason = o.failed_reason, waited_seconds = j.waited_seconds + o.waited_seconds,
                   settled_at = CASE WHEN o.state IN ('PRINTED', 'FAILED', 'CANCELLED') THEN clock_timestamp() END
              FROM settled JOIN o ON (o.attempt_id, o.token_printed) = (settled.id, settled.token_printed)
             WHERE j.id = settled.job_id AND j.state = 'PRINTING'),
        noted AS (
            INSERT INTO print_events (event, ticket_id, job_id, attempt_id, printer_id, detail)
            SELECT CASE WHEN (o.outcome, o.state) = ('UNCERTAIN', 'PRINTED') THEN 'sent_unconfirmed'
                        ELSE lower(o.outcome) END,
                   j.ticket_id, j.id, settled.id, settled.printer_id,
                   jsonb_strip_nulls(jsonb_build_object('attempt', settled.attempt_no, 'marked', settled.marked,
                       'evidence', o.evidence, 'reason', o.reason, 'job', o.state))
              FROM settled JOIN o ON (o.attempt_id, o.token_printed) = (settled.id, settled.token_printed)
              JOIN print_jobs j ON j.id = settled.job_id
             ORDER BY settled.id)
        SELECT count(*) INTO settled_now FROM settled;

        -- Settled already by somebody else: our late truth becomes an event. Settled already by us: this is the repetition
        -- after a commit whose answer was lost, and nothing is left to do. OFFSET 0 has each attempt looked up by its
        -- number: joined, all of them might be walked while statistics are young.
        IF settled_now < jsonb_array_length(settlements) THEN
            INSERT INTO print_events (event, ticket_id, job_id, attempt_id, printer_id, detail)
            SELECT 'late_' || lower(o.outcome), j.ticket_id, j.id, a.id, a.printer_id,
                   jsonb_strip_nulls(jsonb_build_object('attempt', a.attempt_no, 'evidence', o.evidence,
                                                        'reason', o.reason, 'recorded', a.outcome))
              FROM jsonb_to_recordset(settlements)
                   AS o(attempt_id bigint, token_printed text, outcome text, evidence text, reason text)
              CROSS JOIN LATERAL (SELECT * FROM print_attempts WHERE id = o.attempt_id OFFSET 0) a
              JOIN print_jobs j ON j.id = a.job_id
             WHERE a.token_printed = o.token_printed AND a.outcome IS NOT NULL AND a.settled_by <> me;
            FOR held_attempt_id, token_printed IN
                SELECT a.id, a.token_printed
                  FROM jsonb_to_recordset(settlements) AS o(attempt_id bigint, token_printed text)
                 CROSS JOIN LATERAL (SELECT * FROM print_attempts WHERE id = o.attempt_id OFFSET 0) a
                 WHERE a.token_printed = o.token_printed AND a.outcome IS NULL
                   AND (a.owner = me OR EXISTS (SELECT FROM lanes l WHERE l.printer_id = a.printer_id
                                                   AND l.owner = me AND l.epoch > a.lease_epoch))
            LOOP
                RETURN NEXT;
            END LOOP;
            held_attempt_id := NULL;
            FOR lost_attempt_id, token_printed IN
                SELECT o.attempt_id, o.token_printed
                  FROM jsonb_to_recordset(settlements) AS o(attempt_id bigint, token_printed text)
                 WHERE NOT EXISTS (SELECT FROM print_attempts a
                                    WHERE a.id = o.attempt_id AND a.token_printed = o.token_printed OFFSET 0)
            LOOP
                RETURN NEXT;
            END LOOP;
            lost_attempt_id := NULL;
            token_printed := NULL;
        END IF;

        -- After the tickets are locked and the jobs have moved, in a statement of its own: only so do two copies that
        -- settle at the same moment see each other.
        PERFORM kitchen_derive_status(free_tickets);
    END IF;

    IF jsonb_array_length(requests) > 0 THEN
        RETURN QUERY
        WITH lane AS MATERIALIZED (
            SELECT l.printer_id, l.epoch, w.token_printed, w.token_cut, w.odometer, w.notices_only
              FROM jsonb_to_recordset(requests)
                   AS w(printer_id bigint, epoch bigint, token_printed text, token_cut text, odometer jsonb, notices_only bool)
              JOIN lanes l USING (printer_id)
              JOIN kitchen_replicas r ON r.owner = l.owner
              JOIN printers p ON p.id = l.printer_id
             WHERE l.owner = me AND l.epoch = w.epoch AND r.until > clock_timestamp()
               -- What a standby that took over may lack is judged first (service/historian.py). A test paper repeats nothing.
               AND (w.notices_only OR EXISTS (
                        SELECT FROM kitchen_history h JOIN kitchen_history_now() n USING (system, timeline, tables)
                         WHERE h.timeline >= kitchen_write_ledger.timeline))
             ORDER BY l.printer_id
               FOR SHARE OF l SKIP LOCKED FOR KEY SHARE OF p SKIP LOCKED),
        head AS MATERIALIZED (
            SELECT lane.printer_id, oldest.id, oldest.ticket_id
              FROM lane CROSS JOIN LATERAL (
                  -- Notices before tickets: they are short, few, and either say what follows or call somebody.
                  (SELECT q.id, q.ticket_id, 1 AS turn FROM print_jobs q
                    WHERE q.printer_id = lane.printer_id AND q.state = 'WAITING' AND q.not_before <= now()
                      AND q.ticket_id IS NULL
                    ORDER BY q.id LIMIT 1)
                  UNION ALL
                  (SELECT q.id, q.ticket_id, 2 FROM print_jobs q
                    WHERE q.printer_id = lane.printer_id AND q.state = 'WAITING' AND q.not_before <= now()
                      AND q.ticket_id IS NOT NULL AND NOT lane.notices_only
                      -- Wherever the older one waits, and whichever station took it: what counts is whom it was meant for.
                      AND NOT EXISTS (
                          SELECT FROM print_jobs o JOIN kitchen_tickets t ON t.id = o.ticket_id
                           WHERE o.settled_at IS NULL AND o.state <> 'HELD'
                             AND (o.bill_id, o.copy_no) = (q.bill_id, q.copy_no)
                             AND (o.ticket_id, o.reprint_no) < (q.ticket_id, q.reprint_no)
                             AND upper(btrim(t.printer_target)) = (SELECT upper(btrim(own.printer_target))
                                                                     FROM kitchen_tickets own WHERE own.id = q.ticket_id)
                          OFFSET 0)  -- Else, before statistics know of a rush, all that waits is joined for each claim.
                    ORDER BY q.ticket_id, q.id LIMIT 1)
                  ORDER BY turn LIMIT 1) oldest),
        ticket AS MATERIALIZED (
            SELECT t.id, t.status FROM kitchen_tickets t WHERE t.id = ANY(ARRAY(SELECT ticket_id FROM head))
             ORDER BY t.id FOR NO KEY UPDATE SKIP LOCKED),
        locked AS MATERIALIZED (
            -- By their ids, and judged once they are locked: else, before statistics know of a rush, all that waits is walked.
            -- The array is made first, so that all tickets are locked before the first job is.
            SELECT * FROM print_jobs
             WHERE id = ANY(ARRAY(SELECT id FROM head WHERE ticket_id IS NULL OR ticket_id IN (SELECT id FROM ticket)))
               FOR NO KEY UPDATE SKIP LOCKED),
        pick AS MATERIALIZED (
            SELECT locked.* FROM locked JOIN head ON head.id = locked.id AND head.printer_id = locked.printer_id
             WHERE locked.state = 'WAITING'),
        made AS (
            INSERT INTO print_attempts (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked,
                                        token_printed, token_cut, odometer)
            SELECT pick.id, pick.kind, pick.attempts + 1, lane.printer_id, lane.epoch, me,
                   pick.kind = 'REPRINT' OR pick.maybe_on_paper, lane.token_printed, lane.token_cut, lane.odometer
              FROM pick JOIN lane USING (printer_id)
            ON CONFLICT DO NOTHING
            RETURNING id, job_id, attempt_no, printer_id, marked, token_printed, token_cut),
        moved AS (
            UPDATE print_jobs q SET state = 'PRINTING', attempts = made.attempt_no FROM made WHERE q.id = made.job_id),
        begun AS (
            -- Whether it is new is asked of the row that is locked: asked of the table, all that is new might be walked.
            UPDATE kitchen_tickets t SET status = 'PRINTING'
             WHERE t.id = ANY(ARRAY(SELECT ticket.id FROM made JOIN pick ON pick.id = made.job_id
                                                     JOIN ticket ON ticket.id = pick.ticket_id
                                     WHERE ticket.status = 'NEW'))),
        noted AS (
            INSERT INTO print_events (event, ticket_id, job_id, attempt_id, printer_id, detail)
            SELECT 'claimed', pick.ticket_id, pick.id, made.id, made.printer_id,
                   jsonb_build_object('attempt', made.attempt_no, 'marked', made.marked, 'level', p.level,
                                      'level_provenance', p.level_provenance)
              FROM made JOIN pick ON pick.id = made.job_id JOIN printers p ON p.id = made.printer_id)
        SELECT NULL::bigint, NULL::bigint, CASE WHEN pick.id IS NULL THEN head.printer_id END,
               made.id, made.attempt_no, made.printer_id, made.marked, made.token_printed, made.token_cut,
               pick.id, pick.kind, pick.ticket_id, pick.copy_no, coalesce(pick.station_code, ''), pick.spent,
               pick.maybe_on_paper, pick.waited_seconds, pick.diverted_for, pick.diverted_since,
               (SELECT greatest(0, extract(epoch FROM clock_timestamp() - CASE WHEN isfinite(t.created_at) THEN t.created_at
                                                                               ELSE pick.created_at END))::float8
                  FROM (VALUES (1)) one LEFT JOIN kitchen_tickets t ON t.id = pick.ticket_id),
               (SELECT s.on_unconfirmed FROM stations s WHERE s.station_code = pick.station_code),
               NOT EXISTS (SELECT FROM print_jobs q
                            WHERE q.printer_id = made.printer_id AND q.state = 'WAITING' AND q.not_before <= now()
                              AND q.id <> pick.id),
               coalesce(pick.notice::text,
               (SELECT (to_jsonb(t) || jsonb_build_object(
                           'station', upper(btrim(t.printer_target)),
                           'lines', coalesce((SELECT jsonb_agg(to_jsonb(i) ORDER BY i.line_no, i.id)
                                                FROM kitchen_ticket_items i WHERE i.kitchen_ticket_id = t.id), '[]')))::text
                  FROM kitchen_tickets t WHERE t.id = pick.ticket_id)),
               coalesce((SELECT jsonb_build_object(
                           'now', clock_timestamp(), 'due_since', greatest(t.created_at, t.not_before),
                           'later', coalesce(
                               (SELECT jsonb_agg(jsonb_build_object('item', i.order_item_id, 'action', i.action,
                                                                    'qty', i.qty::text)
                                                 ORDER BY l.id, i.line_no, i.id)
                                  FROM kitchen_tickets l JOIN kitchen_ticket_items i ON i.kitchen_ticket_id = l.id
                                 WHERE l.bill_id = t.bill_id AND l.id > t.id
                                   AND upper(btrim(l.printer_target)) = upper(btrim(t.printer_target))
                                   AND EXISTS (SELECT FROM kitchen_ticket_items own
                                                WHERE own.kitchen_ticket_id = t.id AND own.action <> 'VOID'
                                                  AND own.order_item_id = i.order_item_id
                                                  AND own.product_id IS NOT DISTINCT FROM i.product_id)), '[]'),
                           'ordered_on', coalesce(
                               (SELECT jsonb_agg(DISTINCT jsonb_build_object('item', o.order_item_id,
                                                                             'number', e.station_seq))
                                  FROM kitchen_ticket_items i
                                  JOIN kitchen_ticket_items o ON o.order_item_id = i.order_item_id AND o.action = 'ADD'
                                  JOIN kitchen_tickets e ON e.id = o.kitchen_ticket_id
                                 WHERE i.kitchen_ticket_id = t.id AND i.action <> 'ADD' AND e.id < t.id
                                   AND e.station_seq IS NOT NULL
                                   AND upper(btrim(e.printer_target)) = upper(btrim(t.printer_target))), '[]'))::text
                  FROM kitchen_tickets t WHERE t.id = pick.ticket_id), '')
          FROM head LEFT JOIN pick ON pick.printer_id = head.printer_id LEFT JOIN made ON made.job_id = pick.id
         WHERE pick.id IS NULL OR made.id IS NOT NULL;
    END IF;
END
$$;

REVOKE ALL ON FUNCTION kitchen_write_ledger FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_write_ledger TO kitchen_service;

-- New tickets become jobs in one call: numbers without gaps, one job for each copy. ``ways`` says where the tickets of each
-- station go, one object for each copy: {of_station, station, copy_no, printer_id, diverted_from, diverted_for, diverted_since};
-- of_station is null for those of stations without a way of their own. By ways of another version of the routes nothing is
-- expanded, so that old ones do not fix a ticket's copies.
--
-- The disk need not be waited for: nothing outside of the database follows from a number or a job before a claim is committed,
-- and that commit takes everything before it to the disk. What a crash takes back is expanded again.

CREATE FUNCTION kitchen_expand(version bigint, ways jsonb, tickets_max int, OUT tickets int, OUT printers bigint[])
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    stations text[] := ARRAY(SELECT DISTINCT w.of_station FROM jsonb_to_recordset(ways) AS w (of_station text)
                              WHERE w.of_station IS NOT NULL);
    takes_any boolean := EXISTS (SELECT FROM jsonb_to_recordset(ways) AS w (of_station text) WHERE w.of_station IS NULL);
    found bigint[];
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    -- One replica expands at a time, in ticket order. If two did, the jobs of a later round could be claimed before those of
    -- an earlier one existed.
    PERFORM pg_advisory_xact_lock(1802502145);  -- 0x6B700001
    found := ARRAY(
        SELECT t.id FROM kitchen_tickets t
         WHERE t.expanded_at IS NULL AND coalesce(t.not_before, '-infinity') <= now()
           AND (takes_any OR upper(btrim(t.printer_target)) = ANY(stations))
           AND EXISTS (SELECT FROM kitchen_settings s WHERE s.routing_version = kitchen_expand.version)
         ORDER BY t.id LIMIT kitchen_expand.tickets_max FOR NO KEY UPDATE);
    tickets := cardinality(found);
    printers := '{}';
    IF tickets = 0 THEN
        RETURN;
    END IF;

    WITH day AS MATERIALIZED (
        SELECT t.id, upper(btrim(t.printer_target)) AS station,
               ((t.created_at AT TIME ZONE s.time_zone) - s.business_day_start)::date AS business_day
          FROM kitchen_tickets t, kitchen_settings s WHERE t.id = ANY(found)),
    counted AS (
        INSERT INTO kitchen_station_days AS d (station_code, business_day, last_seq)
        SELECT station, business_day, count(*) FROM day GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (station_code, business_day) DO UPDATE SET last_seq = d.last_seq + excluded.last_seq
        RETURNING station_code, business_day, last_seq),
    numbered AS (
        SELECT day.id, day.business_day,
               counted.last_seq + 1 - row_number() OVER (
                   PARTITION BY day.station, day.business_day ORDER BY day.id DESC) AS station_seq
          FROM day JOIN counted ON (counted.station_code, counted.business_day) = (day.station, day.business_day)),
    done AS (
        UPDATE kitchen_tickets t
           SET business_day = n.business_day, station_seq = n.station_seq, expanded_at = now()
          FROM numbered n WHERE t.id = n.id RETURNING t.id, t.station_seq)
    INSERT INTO print_events (event, ticket_id, detail)
    SELECT 'expanded', id, jsonb_build_object('number', station_seq) FROM done ORDER BY id;

    WITH w AS MATERIALIZED (
        SELECT coalesce(of_station, '') AS of_station, station, copy_no, printer_id, diverted_from, diverted_for, diverted_since
          FROM jsonb_to_recordset(ways)
               AS w (of_station text, station text, copy_no int, printer_id bigint, diverted_from bigint, diverted_for text,
                     diverted_since timestamptz)),
    t AS MATERIALIZED (
        SELECT id, bill_id, CASE WHEN upper(btrim(printer_target)) = ANY(stations) THEN upper(btrim(printer_target)) ELSE '' END
                                AS of_station
          FROM kitchen_tickets WHERE id = ANY(found)),
    made AS (
        INSERT INTO print_jobs (kind, ticket_id, copy_no, bill_id, station_code, printer_id, diverted_from,
                                diverted_for, diverted_since, maybe_on_paper)
        SELECT 'TICKET', t.id, w.copy_no, t.bill_id, w.station, w.printer_id, w.diverted_from,
               w.diverted_for, w.diverted_since, t.id <= (SELECT in_doubt_up_to FROM kitchen_history)
          FROM t JOIN w USING (of_station)
         ORDER BY t.id, w.copy_no
        ON CONFLICT DO NOTHING
        RETURNING id, ticket_id, printer_id, diverted_from, diverted_for, maybe_on_paper),
    noted AS (
        INSERT INTO print_events (event, ticket_id, job_id, printer_id, detail)
        SELECT 'in_doubt', ticket_id, id, printer_id, jsonb_build_object('why', (SELECT change FROM kitchen_history))
          FROM made WHERE maybe_on_paper
        UNION ALL
        SELECT 'redirected', ticket_id, id, printer_id,
               jsonb_build_object('from', diverted_from, 'to', printer_id, 'reason', diverted_for)
          FROM made WHERE diverted_from IS NOT NULL)
    SELECT coalesce(array_agg(DISTINCT printer_id), '{}') INTO printers FROM made;
END
$$;

REVOKE ALL ON FUNCTION kitchen_expand FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_expand TO kitchen_service;
