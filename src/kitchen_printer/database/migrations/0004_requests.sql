-- What people ask for beside bills: a reprint, a message to a station, and, of operators only, pruning.

CREATE FUNCTION kitchen_request_reprint(ticket_id bigint, requested_by text, reason text, copy_no integer DEFAULT 1)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    ticket   CONSTANT bigint := kitchen_request_reprint.ticket_id;
    copy     CONSTANT integer := kitchen_request_reprint.copy_no;
    asker    CONSTANT text := btrim(kitchen_request_reprint.requested_by);
    original print_jobs;
    job      bigint;
BEGIN
    IF coalesce(asker, '') = '' THEN
        RAISE EXCEPTION 'a reprint needs to know who asks for it' USING ERRCODE = '22023';
    END IF;
    -- The lock that recording an outcome takes too: the original cannot settle between our looking and our deciding.
    PERFORM FROM kitchen_tickets t WHERE t.id = ticket FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no ticket %', coalesce(ticket::text, 'null') USING ERRCODE = 'P0002';
    END IF;
    SELECT * INTO original FROM print_jobs j WHERE j.ticket_id = ticket AND j.copy_no = copy AND j.kind = 'TICKET';
    IF NOT FOUND THEN
        IF EXISTS (SELECT FROM kitchen_tickets t WHERE t.id = ticket AND t.expanded_at IS NULL) THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'ticket % has no copy %', ticket, copy USING ERRCODE = '22023';
    END IF;
    IF original.settled_at IS NULL THEN
        RETURN original.id;
    END IF;
    SELECT j.id INTO job FROM print_jobs j
     WHERE j.ticket_id = ticket AND j.copy_no = copy AND j.kind = 'REPRINT' AND j.settled_at IS NULL;
    IF FOUND THEN
        RETURN job;
    END IF;
    INSERT INTO print_jobs (kind, ticket_id, copy_no, reprint_no, bill_id, station_code, printer_id, requested_by, reason)
    SELECT 'REPRINT', ticket, copy, max(j.reprint_no) + 1, original.bill_id, original.station_code, original.printer_id,
           asker, nullif(btrim(kitchen_request_reprint.reason), '')
      FROM print_jobs j WHERE j.ticket_id = ticket AND j.copy_no = copy
    RETURNING id INTO job;
    INSERT INTO print_events (event, ticket_id, job_id, detail)
    VALUES ('reprint_requested', ticket, job, jsonb_build_object('by', asker, 'copy', copy));
    PERFORM pg_notify('kitchen', '');
    RETURN job;
END $$;
COMMENT ON FUNCTION kitchen_request_reprint(bigint, text, text, integer) IS
'Prints one copy of a ticket again, marked REPRINT, and returns the job. While the original is on its way nothing extra is
printed: returned is the original''s job, or null as long as the ticket waits for its jobs. While a reprint of that copy is
on its way, that one is returned. Errors: P0002 no such ticket; 22023 no such copy, or nobody named who asks.';

CREATE FUNCTION kitchen_send_message(station_code text, text text, requested_by text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    length_max CONSTANT integer := 1000;  -- characters: a message is read at a glance, or not at all
    station    CONSTANT text := upper(btrim(kitchen_send_message.station_code));
    message    CONSTANT text := btrim(kitchen_send_message.text, E' \t\r\n');
    asker      CONSTANT text := btrim(kitchen_send_message.requested_by);
    ticket     bigint;
BEGIN
    IF coalesce(message, '') = '' OR length(message) > length_max THEN
        RAISE EXCEPTION 'a message has 1 to % characters', length_max USING ERRCODE = '22023';
    ELSIF coalesce(asker, '') = '' THEN
        RAISE EXCEPTION 'a message needs to know who sends it' USING ERRCODE = '22023';
    ELSIF NOT EXISTS (SELECT FROM stations s WHERE s.station_code = station
                      UNION ALL
                      SELECT FROM station_printers r WHERE upper(btrim(r.station_code)) = station) THEN
        RAISE EXCEPTION 'there is no station %', coalesce(station, 'null') USING ERRCODE = '22023';
    END IF;
    INSERT INTO kitchen_tickets (printer_target, kind, message, part_stations, server_name)
    VALUES (station, 'MESSAGE', message, array[station], asker) RETURNING id INTO ticket;
    INSERT INTO print_events (event, ticket_id, detail)
    VALUES ('ticket_submitted', ticket, jsonb_build_object('station', station, 'message', true));
    RETURN ticket;
END $$;
COMMENT ON FUNCTION kitchen_send_message(text, text, text) IS
'Prints a message at a station ("86 salmon"), numbered and proved like any ticket, and returns the ticket. Errors: 22023 an
empty or too long message, a station that has neither a row in stations nor a route, nobody named who sends it.';

-- A bill may be pruned when all its tickets are older and settled and nothing of it is on its way.
CREATE FUNCTION kitchen_is_quiet(bill bigint, before timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT NOT EXISTS (SELECT FROM kitchen_tickets t WHERE t.bill_id = bill
                          AND (t.created_at >= before OR t.status NOT IN ('PRINTED', 'FAILED')))
       AND NOT EXISTS (SELECT FROM print_jobs j WHERE j.bill_id = bill AND j.settled_at IS NULL)
$$;

-- Fold what a bill's tickets said into `kitchen_bills.told`, without guests' words: quantities and names of dishes.
CREATE FUNCTION kitchen_remember_told(bills bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE kitchen_bills k SET pruned_at = now(), told = coalesce(memory.entries, '[]')
      FROM unnest(bills) AS b(id)
      LEFT JOIN LATERAL (
           SELECT jsonb_agg(jsonb_strip_nulls(to_jsonb(entry)) ORDER BY entry.item) AS entries
             FROM (SELECT s.item, s.station, s.product_id, sum(s.qty) AS qty,
                          (array_agg(s.menu_name ORDER BY s.line DESC NULLS LAST) FILTER (WHERE s.menu_name IS NOT NULL))[1]
                          AS menu_name
                     FROM (SELECT l.order_item_id AS item, upper(btrim(t.printer_target)) AS station, l.product_id,
                                  CASE l.action WHEN 'ADD' THEN l.qty WHEN 'VOID' THEN -l.qty ELSE 0 END AS qty,
                                  l.menu_name, l.id AS line, false AS is_memory
                             FROM kitchen_tickets t JOIN kitchen_ticket_items l ON l.kitchen_ticket_id = t.id
                            WHERE t.bill_id = b.id AND l.order_item_id IS NOT NULL
                           UNION ALL
                           SELECT e.item, e.station, e.product_id, e.qty, e.menu_name, e.line, true
                             FROM kitchen_bills old CROSS JOIN LATERAL jsonb_to_recordset(old.told) AS e(
                                  item bigint, station text, product_id bigint, qty numeric, menu_name text, line bigint)
                            WHERE old.bill_id = b.id) AS s
                    GROUP BY s.item, s.station, s.product_id
                   HAVING sum(s.qty) <> 0 OR bool_or(s.is_memory)) AS entry) AS memory ON true
     WHERE k.bill_id = b.id;
END $$;

CREATE FUNCTION kitchen_prune(before timestamptz, bills_max integer DEFAULT 1000) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    keep    interval;
    bills   bigint[];
    tickets bigint[];
    jobs    bigint[];
    notices bigint[];
BEGIN
    SELECT s.retention INTO keep FROM kitchen_settings s;
    IF before IS NULL OR before > now() - keep THEN
        RAISE EXCEPTION 'everything of the last % is kept: prune before % or earlier', keep, now() - keep
            USING ERRCODE = '22023', HINT = 'kitchen_settings.retention says how long.';
    END IF;
    bills := array(SELECT DISTINCT o.bill_id FROM (
                       SELECT t.bill_id FROM kitchen_tickets t
                        WHERE t.bill_id IS NOT NULL AND t.created_at < before AND kitchen_is_quiet(t.bill_id, before)
                        ORDER BY t.id LIMIT bills_max) AS o);
    -- A ticket that was inserted by hand has no row of its bill yet.
    INSERT INTO kitchen_bills (bill_id) SELECT b FROM unnest(bills) AS b ORDER BY b ON CONFLICT DO NOTHING;
    bills := array(SELECT k.bill_id FROM kitchen_bills k WHERE k.bill_id = ANY (bills)
                    ORDER BY k.bill_id FOR UPDATE SKIP LOCKED);
    -- From here no send adds to these bills, and from the next lock on no reprint is asked for: look again.
    PERFORM FROM kitchen_tickets t WHERE t.bill_id = ANY (bills) ORDER BY t.id FOR UPDATE;
    bills := array(SELECT b FROM unnest(bills) AS b WHERE kitchen_is_quiet(b, before));
    PERFORM kitchen_remember_told(bills);

    tickets := array(SELECT t.id FROM kitchen_tickets t WHERE t.bill_id = ANY (bills))
            || array(SELECT t.id FROM kitchen_tickets t
                      WHERE t.kind = 'MESSAGE' AND t.created_at < before AND t.status IN ('PRINTED', 'FAILED')
                        AND NOT EXISTS (SELECT FROM print_jobs j WHERE j.ticket_id = t.id AND j.settled_at IS NULL)
                      ORDER BY t.id LIMIT bills_max FOR UPDATE SKIP LOCKED);
    notices := array(SELECT j.id FROM print_jobs j
                      WHERE j.kind = 'NOTICE' AND j.settled_at < before ORDER BY j.id LIMIT bills_max);
    jobs := notices || array(SELECT j.id FROM print_jobs j WHERE j.ticket_id = ANY (tickets));
    DELETE FROM print_attempts a WHERE a.job_id = ANY (jobs);
    DELETE FROM print_jobs j WHERE j.id = ANY (jobs);
    DELETE FROM kitchen_ticket_items l WHERE l.kitchen_ticket_id = ANY (tickets);
    DELETE FROM kitchen_tickets t WHERE t.id = ANY (tickets);
    IF cardinality(tickets) + cardinality(notices) > 0 THEN
        INSERT INTO print_events (event, detail)
        VALUES ('pruned', jsonb_build_object('before', before, 'bills', cardinality(bills),
                                             'tickets', cardinality(tickets), 'notices', cardinality(notices)));
    END IF;
    RETURN cardinality(tickets) + cardinality(notices);
END $$;
COMMENT ON FUNCTION kitchen_prune(timestamptz, integer) IS
'Deletes whole bills whose tickets are all settled and older than that moment, with their jobs and attempts, and messages and
notices likewise; returns how many tickets and notices went. Works in batches: call it, committing each time, until it
returns 0. What the kitchen was told stays, so that a pruned bill that is sent again orders nothing twice; events stay.
Error: 22023 a moment younger than kitchen_settings.retention.';

REVOKE ALL ON FUNCTION kitchen_request_reprint(bigint, text, text, integer), kitchen_send_message(text, text, text),
    kitchen_is_quiet(bigint, timestamptz), kitchen_remember_told(bigint[]), kitchen_prune(timestamptz, integer) FROM PUBLIC;
