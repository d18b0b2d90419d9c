-- The same rule as before, asked so that nothing but the tickets that are named is read, whatever the statistics know: a
-- session that begins while the tables are small would otherwise read all attempts for each outcome until they are analysed
-- again. PL/pgSQL keeps its plan on every version of PostgreSQL; a function in SQL is planned at each call before 18.

CREATE OR REPLACE FUNCTION kitchen_derive_status(tickets bigint[]) RETURNS void LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE kitchen_tickets t
       SET status = s.status, failed_reason = s.failed_reason, is_proved = s.is_proved,
           printed_at = CASE WHEN s.status = 'PRINTED' THEN coalesce(t.printed_at, clock_timestamp()) END
      FROM (SELECT ticket_id,
                   CASE WHEN bool_or(has_failed) THEN 'FAILED' WHEN bool_and(is_done) THEN 'PRINTED'
                        WHEN bool_and(is_untouched) THEN 'NEW' ELSE 'PRINTING' END AS status,
                   min(copies.failed_reason) FILTER (WHERE has_failed) AS failed_reason,
                   bool_and(copies.is_proved) AS is_proved
              FROM (SELECT j.ticket_id, j.failed_reason, j.attempts = 0 AND j.state = 'WAITING' AS is_untouched,
                           j.state IN ('PRINTED', 'CANCELLED') OR r.is_reprinted AS is_done,
                           j.state = 'FAILED' AND NOT r.is_reprinted AS has_failed,
                           -- OFFSET 0: looked up for each copy, never made of all attempts at once.
                           EXISTS (SELECT FROM print_jobs any_job JOIN print_attempts a ON a.job_id = any_job.id
                                    WHERE (any_job.ticket_id, any_job.copy_no) = (j.ticket_id, j.copy_no)
                                      AND a.outcome = 'CONFIRMED' OFFSET 0) AS is_proved
                      FROM print_jobs j CROSS JOIN LATERAL (
                           SELECT EXISTS (SELECT FROM print_jobs r
                                           WHERE (r.ticket_id, r.copy_no) = (j.ticket_id, j.copy_no)
                                             AND r.kind = 'REPRINT' AND r.state = 'PRINTED' OFFSET 0) AS is_reprinted) r
                     WHERE j.ticket_id = ANY(kitchen_derive_status.tickets) AND j.kind = 'TICKET') copies
             GROUP BY ticket_id) s
     WHERE t.id = s.ticket_id AND t.id = ANY(kitchen_derive_status.tickets)
       AND (t.status, t.failed_reason, t.is_proved) IS DISTINCT FROM (s.status, s.failed_reason, s.is_proved);
END
$$;
