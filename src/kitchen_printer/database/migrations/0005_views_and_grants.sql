-- What may be seen and done, by whom.

CREATE VIEW kitchen_ticket_status AS
SELECT t.id AS ticket_id, t.bill_id, upper(btrim(t.printer_target)) AS station_code, t.kind, t.round_no, t.part, t.parts,
       t.business_day, t.station_seq, t.bill_number, t.table_label, t.status,
       -- The printer itself said so, of every copy: never true of a mute printer, or of what a person called done.
       coalesce(c.is_proved, false) AS is_proved,
       coalesce(c.copies, 0) AS copies, coalesce(c.copies_printed, 0) AS copies_printed,
       coalesce(c.is_held, false) AS is_held,
       coalesce(t.failed_reason, c.waits_for) AS reason,  -- why it failed, or what its printer is waiting for
       t.created_at, t.printed_at
  FROM kitchen_tickets t
  LEFT JOIN LATERAL (
       SELECT count(*) AS copies, count(*) FILTER (WHERE j.state = 'PRINTED') AS copies_printed,
              bool_or(j.state = 'HELD') AS is_held,
              min(p.state_reason) FILTER (WHERE j.settled_at IS NULL AND p.state = 'down') AS waits_for,
              bool_and(EXISTS (SELECT FROM print_jobs any_job JOIN print_attempts a ON a.job_id = any_job.id
                                WHERE (any_job.ticket_id, any_job.copy_no) = (j.ticket_id, j.copy_no)
                                  AND a.outcome = 'CONFIRMED')) AS is_proved
         FROM print_jobs j LEFT JOIN printers p ON p.id = j.printer_id
        WHERE j.ticket_id = t.id AND j.kind = 'TICKET') AS c ON true;
COMMENT ON VIEW kitchen_ticket_status IS
'Every ticket and how far it is. PRINTED without is_proved means: sent, unconfirmed, or called done by a person.';

CREATE VIEW kitchen_exceptions AS
SELECT CASE WHEN s.status = 'FAILED' THEN 'failed' WHEN s.is_held THEN 'held' WHEN s.status = 'PRINTED' THEN 'unconfirmed'
            ELSE 'waiting' END AS exception,
       s.*, now() - s.created_at AS age
  FROM kitchen_ticket_status s WHERE NOT s.is_proved OR s.status = 'FAILED';
COMMENT ON VIEW kitchen_exceptions IS 'Every ticket that is not proved to be on paper, with its age.';

CREATE VIEW kitchen_stations AS
SELECT coalesce(s.station_code, r.station_code) AS station_code, s.label, coalesce(s.is_open, true) AS is_open,
       coalesce(r.has_route, false) AS has_route
  FROM stations s
  FULL JOIN (SELECT upper(btrim(station_code)) AS station_code, bool_or(is_active) AS has_route
               FROM station_printers GROUP BY 1) AS r ON r.station_code = s.station_code;
COMMENT ON VIEW kitchen_stations IS 'The stations, and whether tickets for them have a way to paper. No addresses.';

-- A function, for the view would name tables that may not exist yet.
CREATE FUNCTION kitchen_find_unsent_items(of_the_last interval DEFAULT '2 days')
RETURNS TABLE (bill_id bigint, item_id bigint, station_code text, product_id bigint, menu_name text, quantity numeric)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    IF to_regclass('public.pos_bill') IS NULL OR to_regclass('public.pos_billitem') IS NULL
       OR to_regclass('public.core_product') IS NULL THEN
        RETURN;
    END IF;
    RETURN QUERY
    SELECT b.bill_id, b.item, b.station, b.product_id, b.menu_name, b.wanted - b.told
      FROM pos_bill p
      -- Bill by bill: one list of all items would be compared with every line ever told.
     CROSS JOIN LATERAL kitchen_balance(array(SELECT i.id::bigint FROM pos_billitem i WHERE i.bill_id = p.id)) AS b
     WHERE p.created_at > now() - of_the_last AND b.wanted > b.told
     ORDER BY b.bill_id, b.item;
END $$;
REVOKE ALL ON FUNCTION kitchen_find_unsent_items(interval) FROM PUBLIC;

CREATE VIEW kitchen_unsent_items AS SELECT * FROM kitchen_find_unsent_items();
COMMENT ON VIEW kitchen_unsent_items IS
'Items of bills of the last two days that are wanted but on no ticket: somebody forgot to send the bill.';

-- ── Who may do what. PUBLIC may do nothing; no role may touch kitchen_bills or delete anything. ─────────
GRANT EXECUTE ON FUNCTION kitchen_send_bill(bigint), kitchen_request_reprint(bigint, text, text, integer),
    kitchen_send_message(text, text, text) TO kitchen_backend;
GRANT SELECT ON kitchen_tickets, kitchen_ticket_items TO kitchen_backend;

GRANT EXECUTE ON FUNCTION kitchen_prune(timestamptz, integer), kitchen_request_reprint(bigint, text, text, integer),
    kitchen_send_message(text, text, text) TO kitchen_operator;

GRANT EXECUTE ON FUNCTION kitchen_find_unsent_items(interval) TO kitchen_backend, kitchen_operator, kitchen_reader;
GRANT SELECT ON kitchen_ticket_status, kitchen_stations, kitchen_unsent_items, kitchen_exceptions
    TO kitchen_backend, kitchen_operator, kitchen_reader;

GRANT SELECT ON kitchen_schema, kitchen_settings, stations, station_printers, kitchen_station_days, kitchen_tickets,
    kitchen_ticket_items, printers, lanes, kitchen_replicas, print_jobs, print_attempts, print_events TO kitchen_service;
GRANT INSERT (kind, ticket_id, copy_no, bill_id, station_code, printer_id, maybe_on_paper, not_before, notice, notice_key,
    requested_by, reason) ON print_jobs TO kitchen_service;
GRANT INSERT (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked, token_printed, token_cut, odometer,
    expected_cuts) ON print_attempts TO kitchen_service;
GRANT INSERT (address) ON printers TO kitchen_service;
GRANT INSERT (printer_id) ON lanes TO kitchen_service;
GRANT INSERT (owner, until, version) ON kitchen_replicas TO kitchen_service;
GRANT INSERT (station_code, business_day, last_seq) ON kitchen_station_days TO kitchen_service;
GRANT INSERT (event, ticket_id, job_id, attempt_id, printer_id, detail) ON print_events TO kitchen_service;
GRANT UPDATE (status, business_day, station_seq, expanded_at, failed_reason, printed_at) ON kitchen_tickets
    TO kitchen_service;
GRANT UPDATE (printer_id, state, attempts, spent, maybe_on_paper, not_before, failed_reason, waited_seconds, settled_at)
    ON print_jobs TO kitchen_service;
GRANT UPDATE (outcome, evidence, reason, settled_by, finished_at, payload_bytes, payload_sha256) ON print_attempts
    TO kitchen_service;
GRANT UPDATE (state, state_reason, state_since, level, level_provenance, serial, firmware) ON printers TO kitchen_service;
GRANT UPDATE (owner, epoch) ON lanes TO kitchen_service;
GRANT UPDATE (until) ON kitchen_replicas TO kitchen_service;
GRANT UPDATE (last_seq) ON kitchen_station_days TO kitchen_service;
