-- What backends need beside sending: which contract this is, and a way to say that a table moved.

CREATE FUNCTION kitchen_contract_version() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT max(version) FROM kitchen_schema
$$;
COMMENT ON FUNCTION kitchen_contract_version() IS
'The number of the newest migration of the contract that this database has.';

-- Says TABLE once, also when the label says it itself.
CREATE FUNCTION kitchen_table_words(label text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN label ~* '^table' THEN upper(label) ELSE 'TABLE ' || label END
$$;

CREATE FUNCTION kitchen_tell_move(bill_id bigint, from_table text, requested_by text) RETURNS SETOF kitchen_tickets
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
    label_length_max CONSTANT integer := 200;  -- characters: two of them must fit into a message
    bill     CONSTANT bigint := kitchen_tell_move.bill_id;
    asker    CONSTANT text := btrim(kitchen_tell_move.requested_by);
    was      CONSTANT text := left(btrim(kitchen_tell_move.from_table), label_length_max);
    is_now   text;
    heading  jsonb;
    stations text[];
    made     bigint[];
BEGIN
    IF coalesce(asker, '') = '' THEN
        RAISE EXCEPTION 'a move needs to know who tells of it' USING ERRCODE = '22023';
    ELSIF coalesce(was, '') = '' THEN
        RAISE EXCEPTION 'a move needs to know the table it began at' USING ERRCODE = '22023';
    END IF;
    PERFORM kitchen_require_pos_tables();
    SELECT to_jsonb(b) INTO heading FROM pos_bill b WHERE b.id = bill;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no bill %', coalesce(bill::text, 'null') USING ERRCODE = 'P0002';
    END IF;
    is_now := left(coalesce(nullif(btrim(heading ->> 'table_name'), ''), heading ->> 'table_id'), label_length_max);
    IF is_now IS NULL THEN
        RAISE EXCEPTION 'bill % is at no table', bill USING ERRCODE = '22023';
    ELSIF is_now = was THEN
        RETURN;
    END IF;
    -- What a send of this bill tells, it has told before we look at who knows of it.
    PERFORM kitchen_lock_bill(bill);
    stations := array(SELECT DISTINCT t.station
                        FROM kitchen_told(array(SELECT i.id FROM pos_billitem i WHERE i.bill_id = bill)) AS t
                       ORDER BY t.station);
    WITH ticket AS (
        INSERT INTO kitchen_tickets (printer_target, kind, message, part, parts, part_stations, server_name)
        SELECT s.station, 'MESSAGE', format('%s IS NOW %s', kitchen_table_words(was), kitchen_table_words(is_now)),
               s.part, cardinality(stations), stations, asker
          FROM unnest(stations) WITH ORDINALITY AS s(station, part) ORDER BY s.part
        RETURNING id, printer_target),
    event AS (
        INSERT INTO print_events (event, ticket_id, detail)
        SELECT 'ticket_submitted', t.id,
               jsonb_build_object('station', t.printer_target, 'message', true, 'moved_bill', bill)
          FROM ticket t ORDER BY t.id)
    SELECT array_agg(t.id) INTO made FROM ticket t;
    RETURN QUERY SELECT * FROM kitchen_tickets t WHERE t.id = ANY (made) ORDER BY t.id;
END $$;
COMMENT ON FUNCTION kitchen_tell_move(bigint, text, text) IS
'Tells every station that has something of this bill that its table has changed: from the one that is given to the one the
bill has now. Call it in the transaction that changed the bill; returns the tickets, none when the table is the same or no
station has anything. Each call tells again. Errors: P0002 no such bill; 22023 no table before or now, or nobody named who
tells of it; 42P01, 42804, 42501 as kitchen_send_bill.';

REVOKE ALL ON FUNCTION kitchen_contract_version(), kitchen_table_words(text), kitchen_tell_move(bigint, text, text)
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION kitchen_contract_version()
    TO kitchen_backend, kitchen_service, kitchen_operator, kitchen_reader;
GRANT EXECUTE ON FUNCTION kitchen_tell_move(bigint, text, text) TO kitchen_backend;
