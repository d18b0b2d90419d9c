-- kitchen_send_bill: tell the kitchen what it does not know yet about a bill. Read that function first, it is the
-- last one; those before it are its steps, which nobody else may call.

-- The POS tables as the functions need them, or an error that says what is missing and what to do.
CREATE FUNCTION kitchen_require_pos_tables() RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
    wrong record;
BEGIN
    SELECT n.table_name, n.column_name, n.oid IS NULL AS is_missing, format_type(a.atttypid, a.atttypmod) AS type INTO wrong
      FROM (SELECT v.*, to_regclass('public.' || v.table_name) AS oid
              FROM (VALUES ('pos_bill', 'id'), ('pos_billitem', 'id'), ('pos_billitem', 'bill_id'),
                           ('pos_billitem', 'product_id'), ('core_product', 'id')) AS v(table_name, column_name)) AS n
      LEFT JOIN pg_attribute a ON a.attrelid = n.oid AND a.attname = n.column_name AND NOT a.attisdropped
     WHERE a.atttypid IS NULL OR a.atttypid NOT IN ('int8'::regtype, 'int4'::regtype, 'int2'::regtype) LIMIT 1;
    IF FOUND AND wrong.is_missing THEN
        RAISE EXCEPTION 'there is no table public.%', wrong.table_name USING ERRCODE = '42P01',
            HINT = 'The backend creates it; kitchen_send_bill reads it.';
    ELSIF FOUND THEN
        RAISE EXCEPTION 'column %.% is %, but the kitchen works with bigint ids', wrong.table_name, wrong.column_name,
            coalesce(wrong.type, 'missing') USING ERRCODE = '42804';
    END IF;
    SELECT v.table_name INTO wrong
      FROM (VALUES ('pos_bill'), ('pos_billitem'), ('core_product')) AS v(table_name)
     WHERE NOT has_table_privilege('public.' || v.table_name, 'SELECT')
        OR (v.table_name = 'pos_billitem' AND NOT has_column_privilege('public.pos_billitem', 'status', 'UPDATE'));
    IF FOUND THEN
        RAISE EXCEPTION 'the kitchen lacks its grants on %', wrong.table_name USING ERRCODE = '42501',
            HINT = 'The owner of the table runs the GRANT statements that "kitchen-printer migrate" prints.';
    END IF;
END $$;

-- Lock our row of the bill and give its last round; a statement of its own, so that what is read next is read after
-- the wait. Not a row of the POS: a till's foreign key check would deadlock with it.
CREATE FUNCTION kitchen_lock_bill(bill bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    last integer;
BEGIN
    SELECT k.last_round INTO last FROM kitchen_bills k WHERE k.bill_id = bill FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        INSERT INTO kitchen_bills AS k (bill_id) VALUES (bill)
            ON CONFLICT (bill_id) DO UPDATE SET last_round = k.last_round RETURNING k.last_round INTO last;
    END IF;
    RETURN last;
END $$;

-- One bill's items may be told by another bill's send: an item moves, a split takes quantity along. So whoever is
-- about to tell something of an item holds that item's lock until his commit. Taken after the bill's row and in one
-- order, they cannot deadlock between callers that send one bill per transaction.
CREATE FUNCTION kitchen_lock_items(items bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    item_locks CONSTANT integer := 27504;  -- our class among the two-number advisory locks
    lock_key   integer;
BEGIN
    FOR lock_key IN SELECT DISTINCT (i & 2147483647)::integer FROM unnest(items) AS i ORDER BY 1 LOOP
        PERFORM pg_advisory_xact_lock(item_locks, lock_key);
    END LOOP;
END $$;

-- One ticket per station, its heading copied from the bill as it is now: what is on a ticket never changes again.
CREATE FUNCTION kitchen_make_tickets(bill bigint, round integer, heading jsonb, lines kitchen_line[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE kitchen_bills k SET last_round = round WHERE k.bill_id = bill;
    WITH line AS (SELECT * FROM unnest(lines)),
    part AS (
        SELECT l.station, bool_and(l.action = 'VOID') AS is_void, row_number() OVER (ORDER BY l.station) AS part,
               count(*) OVER () AS parts, array_agg(l.station) OVER () AS stations
          FROM line l GROUP BY l.station),
    ticket AS (
        INSERT INTO kitchen_tickets (bill_id, printer_target, kind, round_no, part, parts, part_stations, bill_number,
                                     table_label, order_type, server_name, guests, note)
        SELECT bill, p.station, CASE WHEN p.is_void THEN 'VOID' ELSE 'ORDER' END, round, p.part, p.parts,
               array(SELECT s FROM unnest(p.stations) AS s ORDER BY s), heading ->> 'bill_number',
               coalesce(nullif(btrim(heading ->> 'table_name'), ''), heading ->> 'table_id'),
               heading ->> 'order_type', heading ->> 'server_name',
               CASE WHEN heading ->> 'guests' ~ '^[0-9]{1,6}$' THEN (heading ->> 'guests')::integer END,
               nullif(btrim(heading ->> 'note'), '')
          FROM part p ORDER BY p.part
        RETURNING id, printer_target, part, parts),
    item AS (
        INSERT INTO kitchen_ticket_items (
               kitchen_ticket_id, order_item_id, qty, action, line_no, product_id, menu_name, note, old_note,
               modifiers, old_modifiers, seat, old_seat, course, old_course)
        SELECT t.id, l.item, l.qty, l.action,
               row_number() OVER (PARTITION BY t.id ORDER BY l.item, l.action DESC) AS line_no, -- VOID, CHANGE, ADD
               l.product_id, l.menu_name, l.wording ->> 'note', l.old_wording ->> 'note',
               l.wording -> 'modifiers', l.old_wording -> 'modifiers', l.wording ->> 'seat', l.old_wording ->> 'seat',
               l.wording ->> 'course', l.old_wording ->> 'course'
          FROM line l JOIN ticket t ON t.printer_target = l.station
         ORDER BY t.id, line_no
        RETURNING kitchen_ticket_id)
    INSERT INTO print_events (event, ticket_id, detail)
    SELECT 'ticket_submitted', t.id,
           jsonb_build_object('bill', bill, 'round', round, 'station', t.printer_target, 'part', t.part,
                              'parts', t.parts, 'lines', (SELECT count(*) FROM item i WHERE i.kitchen_ticket_id = t.id))
      FROM ticket t ORDER BY t.id;
END $$;

-- Remember which items came to this bill from another one and were told there: were such a row deleted, only this
-- memory would say that the bill must void it.
CREATE FUNCTION kitchen_adopt_items(bill bigint, newcomers bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE kitchen_bills k SET told = k.told || adopted.entries
      FROM (SELECT jsonb_agg(DISTINCT jsonb_build_object('item', t.item, 'qty', 0)) AS entries
              FROM kitchen_told(newcomers) AS t) AS adopted
     WHERE k.bill_id = bill AND adopted.entries IS NOT NULL;
END $$;

-- SENT says that the kitchen was told of an item; only the till reads it. A row that somebody holds is skipped, for to
-- wait for another till's transaction could deadlock; his own send marks it.
CREATE FUNCTION kitchen_mark_sent(bill bigint, items bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    fresh CONSTANT bigint[] := array(
        SELECT i.id FROM pos_billitem i
         WHERE i.id = ANY (items) AND i.bill_id = bill AND upper(btrim(i.status::text)) = 'NEW');
BEGIN
    IF cardinality(fresh) > 0 THEN
        UPDATE pos_billitem i SET status = 'SENT'
          FROM (SELECT x.id FROM pos_billitem x
                 WHERE x.id = ANY (array(SELECT t.item FROM kitchen_told(fresh) AS t))
                   AND x.bill_id = bill AND upper(btrim(x.status::text)) = 'NEW'
                   FOR NO KEY UPDATE SKIP LOCKED) AS s
         WHERE i.id = s.id;
    END IF;
END $$;

CREATE FUNCTION kitchen_send_bill(bill_id bigint) RETURNS SETOF kitchen_tickets
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
-- Planning anew for each array of items costs as much as all the rest.
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    bill     CONSTANT bigint := kitchen_send_bill.bill_id;
    round    integer;
    heading  jsonb;
    here     bigint[];          -- items that are on the bill now
    known    bigint[];          -- items that the kitchen was told of under this bill
    differ   bigint[];          -- items with something to tell, and their kin by split
    kin      bigint[];
    origins  bigint[];
    lines    kitchen_line[];
    problems text;
BEGIN
    -- Under a stricter isolation what is read after the wait for the lock would be old, and told twice.
    IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
        RAISE EXCEPTION 'kitchen_send_bill works in READ COMMITTED transactions only, this one is %',
            upper(current_setting('transaction_isolation')) USING ERRCODE = '25001';
    END IF;
    PERFORM kitchen_require_pos_tables();
    SELECT to_jsonb(b) INTO heading FROM pos_bill b WHERE b.id = bill;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no bill %', coalesce(bill::text, 'null') USING ERRCODE = 'P0002';
    END IF;
    round := kitchen_lock_bill(bill) + 1;

    here := array(SELECT i.id FROM pos_billitem i WHERE i.bill_id = bill);
    known := array(SELECT l.order_item_id FROM kitchen_tickets t JOIN kitchen_ticket_items l ON l.kitchen_ticket_id = t.id
                    WHERE t.bill_id = bill AND l.order_item_id IS NOT NULL
                   UNION
                   SELECT e.item FROM kitchen_bills k, jsonb_to_recordset(k.told) AS e(item bigint) WHERE k.bill_id = bill);
    lines := array(SELECT l FROM kitchen_compare(bill, here || known) AS l);
    IF cardinality(lines) > 0 THEN
        -- A first look found what differs. Lock that, and look again: only what is locked is told.
        SELECT array_agg(f.item), array_agg(f.origin) INTO kin, origins
          FROM kitchen_split_family(array(SELECT l.item FROM unnest(lines) AS l WHERE l.action = 'VOID'),
                                    array(SELECT l.item FROM unnest(lines) AS l WHERE l.action = 'ADD')) AS f;
        differ := array(SELECT l.item FROM unnest(lines) AS l);
        PERFORM kitchen_lock_items(differ || kin);
        IF kin IS NOT NULL THEN
            PERFORM kitchen_move_told(bill, kin, origins);
        END IF;
        lines := array(SELECT l FROM kitchen_compare(bill, differ) AS l);
        SELECT string_agg(format('item %s has %s', p.item, p.problem), '; ' ORDER BY p.item) INTO problems
          FROM (SELECT DISTINCT l.item, l.problem FROM unnest(lines) AS l WHERE l.problem IS NOT NULL) AS p;
        IF problems IS NOT NULL THEN
            RAISE EXCEPTION 'bill % cannot be sent: %', bill, problems USING ERRCODE = '22023',
                HINT = 'Correct these items and send the bill again; nothing of it was sent.';
        END IF;
    END IF;
    IF cardinality(lines) > 0 THEN
        PERFORM kitchen_make_tickets(bill, round, heading, lines);
    END IF;
    PERFORM kitchen_adopt_items(bill, array(SELECT unnest(here) EXCEPT SELECT unnest(known)
                                            EXCEPT SELECT l.item FROM unnest(lines) AS l));
    PERFORM kitchen_mark_sent(bill, here);
    RETURN QUERY SELECT * FROM kitchen_tickets t WHERE t.bill_id = bill AND t.round_no = round ORDER BY t.id;
END $$;

COMMENT ON FUNCTION kitchen_send_bill(bigint) IS
'Tells the kitchen what it does not know yet about a bill, and returns the tickets that this call made: one per station.
Calling it again, or from two tills at once, is harmless. Call it last, one bill per transaction, in READ COMMITTED.

Compared per item, station and product: more than told is an ADD line, less a VOID line; another station or product is a
VOID there and an ADD here; the same with another note, modifiers, seat or course is a CHANGE line. Nothing is wanted of
an item that is void, held, of quantity 0, deleted, or on a cancelled bill. When quantity and wording change together,
what the kitchen has already is a CHANGE and the difference an ADD in the new words or a VOID in the old ones.

Told is counted per item over all bills: an item that moved to another bill is not cooked again, and from then on belongs
to that bill. An item with split_from takes over what was told of the item it came from and is not wanted there any more;
this holds between all items of one split, whichever of their bills is sent first.

Errors, after which nothing has changed: 25001 not READ COMMITTED; P0002 no such bill; 22023 items with a quantity that is
negative, NaN, infinite or missing, or with something to tell and no usable station, all named; 42P01, 42804, 42501 the POS
tables are missing, have ids that are no integers, or are not granted; 40P01 several bills sent in one transaction crossed
with another caller: try again.';

REVOKE ALL ON FUNCTION kitchen_require_pos_tables(), kitchen_lock_bill(bigint), kitchen_lock_items(bigint[]),
    kitchen_make_tickets(bigint, integer, jsonb, kitchen_line[]), kitchen_adopt_items(bigint, bigint[]),
    kitchen_mark_sent(bigint, bigint[]), kitchen_send_bill(bigint) FROM PUBLIC;
