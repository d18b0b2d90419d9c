-- The page of scripts that follows a paper test is seen and taken back like the test paper itself.

CREATE OR REPLACE FUNCTION kitchen_test_print_result(job bigint) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_build_object(
               'state', j.state, 'failed_reason', j.failed_reason,
               'printer_reason', CASE WHEN p.state = 'down' THEN p.state_reason END,
               'services', (SELECT count(*) FROM kitchen_replicas r WHERE r.until > now() AND r.version <> 'test-print'),
               'shown', CASE WHEN (p.paper_test ->> 'job')::bigint = j.id THEN p.paper_test END)
      FROM print_jobs j JOIN printers p ON p.id = j.printer_id
     WHERE j.id = kitchen_test_print_result.job AND j.notice ->> 'kind' IN ('paper_test', 'specimen')
$$;
COMMENT ON FUNCTION kitchen_test_print_result(bigint) IS
'How far a test paper or its page of scripts is, what the test paper showed, why its printer cannot print, and how many
services run. Null: no such job.';

CREATE OR REPLACE FUNCTION kitchen_cancel_test_print(job bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE print_jobs j SET state = 'CANCELLED', settled_at = clock_timestamp()
     WHERE j.id = kitchen_cancel_test_print.job AND j.state = 'WAITING'
       AND j.notice ->> 'kind' IN ('paper_test', 'specimen');
    IF FOUND THEN
        INSERT INTO print_events (event, job_id, printer_id)
        SELECT 'printer_test_cancelled', j.id, j.printer_id FROM print_jobs j WHERE j.id = kitchen_cancel_test_print.job;
    END IF;
    RETURN FOUND;
END $$;
COMMENT ON FUNCTION kitchen_cancel_test_print(bigint) IS
'Takes a test paper or its page of scripts back that was not begun, so that it does not come hours later. Returns whether it
did.';
