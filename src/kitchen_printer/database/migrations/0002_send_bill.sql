-- kitchen_send_bill: tell the kitchen what it does not know yet about a bill.
--
-- Wanted is what the POS tables say; told is what the kitchen's tickets have said. Both are quantities per item,
-- station and product, and the difference becomes the lines of the next tickets:
--
--     kitchen_wanted ─┐
--                     ├─ kitchen_balance ─ kitchen_compare ─ kitchen_make_tickets
--     kitchen_told  ──┘        └─ kitchen_move_told (an item that was split)
--
-- Everything that names a POS table is PL/pgSQL, which looks tables up when it runs: the POS tables may come after
-- this migration. Columns that a POS need not have are read through to_jsonb(row), where a missing one is null.
-- The functions below kitchen_send_bill run inside it, as kitchen_owner and under its search_path; nobody else may
-- call them.

-- One line to tell. `wording` holds note, modifiers, seat and course, each only when there is one; `old_wording` is
-- what a CHANGE replaces. `problem` says in words why the line cannot be told.
CREATE TYPE kitchen_line AS (
    item        bigint,
    station     text,
    product_id  bigint,
    action      text,
    qty         numeric,
    menu_name   text,
    wording     jsonb,
    old_wording jsonb,
    problem     text
);

CREATE FUNCTION kitchen_wording(note text, modifiers jsonb, seat text, course text) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'note', nullif(btrim(note), ''),
        'modifiers', CASE WHEN modifiers NOT IN ('null', '[]', '{}', '""') THEN modifiers END,
        'seat', nullif(btrim(seat), ''),
        'course', nullif(btrim(course), '')))
$$;

-- What the kitchen knows of these items, over all bills, so that an item which moves to another bill is not cooked
-- again. It knows it from ticket lines and from `kitchen_bills.told`: entries {item, station, product_id, qty,
-- menu_name, wording, line}, which stand for lines that were pruned, for quantity that a split moved from one item
-- to another (negative at the source), and, with quantity 0, for an item that came from another bill. The last
-- wording counts; `line` places an entry's wording among the ids of ticket lines. A wording that was pruned is null:
-- not known.
CREATE FUNCTION kitchen_told(items bigint[])
RETURNS TABLE (item bigint, station text, product_id bigint, qty numeric, menu_name text, wording jsonb)
LANGUAGE sql STABLE AS $$
    SELECT said.item, said.station, said.product_id, sum(said.qty),
           (array_agg(said.menu_name ORDER BY said.line DESC NULLS LAST) FILTER (WHERE said.menu_name IS NOT NULL))[1],
           (array_agg(said.wording ORDER BY said.line DESC NULLS LAST) FILTER (WHERE said.wording IS NOT NULL))[1]
      FROM (
        SELECT l.order_item_id AS item, upper(btrim(t.printer_target)) AS station, l.product_id,
               CASE l.action WHEN 'ADD' THEN l.qty WHEN 'VOID' THEN -l.qty ELSE 0 END AS qty, l.menu_name,
               CASE WHEN l.action <> 'VOID' THEN kitchen_wording(l.note, l.modifiers, l.seat, l.course) END AS wording,
               l.id AS line
          FROM kitchen_ticket_items l JOIN kitchen_tickets t ON t.id = l.kitchen_ticket_id
         WHERE l.order_item_id = ANY (items)
        UNION ALL
        SELECT e.item, e.station, e.product_id, e.qty, e.menu_name, e.wording, e.line
          FROM kitchen_bills b
         CROSS JOIN LATERAL jsonb_to_recordset(b.told) AS e(item bigint, station text, product_id bigint, qty numeric,
                                                            menu_name text, wording jsonb, line bigint)
         WHERE b.told <> '[]' AND kitchen_items_in(b.told) && items AND e.item = ANY (items)) AS said
     GROUP BY said.item, said.station, said.product_id
    HAVING sum(said.qty) > 0
$$;

-- What the POS wants of these items, wherever they are now. Quantity 0: void, held back, or of a cancelled bill.
-- Quantity null: not a quantity, and `bad_quantity` shows it. An item without a bill counts as gone: bill_id null.
CREATE FUNCTION kitchen_wanted(items bigint[])
RETURNS TABLE (item bigint, bill_id bigint, station text, product_id bigint, qty numeric, menu_name text,
               wording jsonb, bad_quantity text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
    SELECT i.id::bigint, b.id::bigint, nullif(upper(btrim(i.printer_target::text)), ''), i.product_id::bigint, q.qty,
           coalesce(nullif(btrim(p.name::text), ''), 'ITEM #' || i.id),
           kitchen_wording(optional.field ->> 'note', optional.field -> 'modifiers', optional.field ->> 'seat',
                           optional.field ->> 'course'),
           CASE WHEN q.qty IS NULL THEN coalesce(i.quantity::text, 'missing') END
      FROM pos_billitem i
      LEFT JOIN pos_bill b ON b.id = i.bill_id
      LEFT JOIN core_product p ON p.id = i.product_id
     CROSS JOIN LATERAL to_jsonb(i) AS optional(field)
     CROSS JOIN LATERAL (
           SELECT CASE
               WHEN b.id IS NULL OR upper(btrim(i.status::text)) = 'VOID'
                    OR lower(optional.field ->> 'hold') IN ('true', 't', 'yes', 'on', '1')
                    OR EXISTS (SELECT FROM kitchen_settings s, unnest(s.cancelled_bill_statuses) AS c(status)
                                WHERE upper(btrim(c.status)) = upper(btrim(b.status::text))) THEN 0
               -- Asked as text, for before PostgreSQL 14 an infinite real cannot even be cast.
               WHEN i.quantity::text ~* '^\s*(nan|-|[+]?inf)' THEN NULL
               ELSE trim_scale(i.quantity::numeric) END) AS q(qty)
     WHERE i.id = ANY (items);
END $$;

-- Told and wanted side by side, per item, station and product. `bill_id` is where the item is now, null when gone.
CREATE FUNCTION kitchen_balance(items bigint[])
RETURNS TABLE (item bigint, bill_id bigint, station text, product_id bigint, told numeric, told_name text,
               told_wording jsonb, wanted numeric, menu_name text, wording jsonb, bad_quantity text)
LANGUAGE sql STABLE AS $$
    WITH told AS MATERIALIZED (SELECT * FROM kitchen_told(items)),
    wanted AS MATERIALIZED (SELECT * FROM kitchen_wanted(items)),
    side AS (
        -- Not a full join: an item without a product has product_id null, and null equals nothing.
        SELECT t.item, t.station, t.product_id, t.qty AS told, t.menu_name AS told_name, t.wording AS told_wording,
               0 AS wanted, NULL AS menu_name, NULL::jsonb AS wording, NULL AS bad_quantity FROM told t
        UNION ALL
        SELECT w.item, w.station, w.product_id, 0, NULL, NULL, w.qty, w.menu_name, w.wording, w.bad_quantity FROM wanted w)
    SELECT s.item, max(w.bill_id), s.station, s.product_id, sum(s.told), max(s.told_name),
           (array_agg(s.told_wording) FILTER (WHERE s.told_wording IS NOT NULL))[1],
           sum(s.wanted), max(s.menu_name), (array_agg(s.wording) FILTER (WHERE s.wording IS NOT NULL))[1],
           max(s.bad_quantity)
      FROM side s LEFT JOIN wanted w ON w.item = s.item
     GROUP BY s.item, s.station, s.product_id
$$;

-- The difference, as lines. Of an item whose quantity and wording change together, the part that the kitchen has
-- already is told as CHANGE, the rest as ADD in the new words or VOID in the old: 2 without a note that become
-- 3 "no onions" are CHANGE 2 and ADD 1. An item that is on another bill now is that bill's business.
CREATE FUNCTION kitchen_compare(bill bigint, items bigint[]) RETURNS SETOF kitchen_line
LANGUAGE sql STABLE AS $$
    SELECT b.item, b.station, b.product_id, l.action, l.qty, l.menu_name, l.wording, l.old_wording,
           CASE WHEN b.bad_quantity IS NOT NULL THEN 'quantity ' || b.bad_quantity
                WHEN l.action = 'VOID' THEN NULL
                WHEN b.station IS NULL THEN 'no station'
                WHEN length(b.station) > 32 OR b.station ~ '[[:cntrl:]]'
                THEN 'a station that is not 1 to 32 printable characters' END
      FROM kitchen_balance(items) AS b
     CROSS JOIN LATERAL (VALUES
           ('VOID', greatest(b.told - b.wanted, 0), b.told_name, b.told_wording, NULL::jsonb),
           ('CHANGE', CASE WHEN b.wording <> b.told_wording THEN least(b.told, b.wanted) ELSE 0 END,
            b.told_name, b.wording, b.told_wording),
           ('ADD', greatest(b.wanted - b.told, 0), b.menu_name, b.wording, NULL::jsonb)
           ) AS l(action, qty, menu_name, wording, old_wording)
     WHERE (b.bill_id = bill OR b.bill_id IS NULL)
       AND (l.qty > 0 OR (l.action = 'ADD' AND b.bad_quantity IS NOT NULL))
$$;

-- The items that came of one another by `split_from`, each with the item that all of them came from. Asked only for
-- items of which less is wanted, or that are splits themselves, because a POS without an index on split_from has
-- all its items read here. Written as text, for the column may be missing.
CREATE FUNCTION kitchen_split_family(reduced bigint[], added bigint[]) RETURNS TABLE (item bigint, origin bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = to_regclass('public.pos_billitem')
                  AND a.attname = 'split_from' AND NOT a.attisdropped) THEN
        RETURN QUERY EXECUTE '
            WITH RECURSIVE up(item) AS (
                SELECT unnest($1)
                UNION SELECT i.id::bigint FROM pos_billitem i WHERE i.id = ANY ($2) AND i.split_from IS NOT NULL
                UNION SELECT i.split_from::bigint FROM up JOIN pos_billitem i ON i.id = up.item
                       WHERE i.split_from IS NOT NULL),
            down(item, origin) AS (
                SELECT up.item, up.item FROM up LEFT JOIN pos_billitem i ON i.id = up.item WHERE i.split_from IS NULL
                UNION SELECT i.id::bigint, down.origin FROM down JOIN pos_billitem i ON i.split_from = down.item)
            SELECT item, origin FROM down' USING reduced, added;
    END IF;
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

-- Of a split item the kitchen was told under another item's id. Inside each family, what was told of an item beyond
-- what is wanted of it now passes to the items that lack as much at the same station and of the same product; written
-- down in this bill's `told`, once and for all, so that each item can change on its own afterwards. What passes takes
-- its wording along: were items with different words to meet, one that differs from what is wanted now is kept, so
-- that a CHANGE is told rather than missed.
CREATE FUNCTION kitchen_move_told(bill bigint, kin bigint[], origins bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE kitchen_bills k SET told = k.told || moved.entries
      FROM (
        WITH member AS MATERIALIZED (
            SELECT f.origin, b.* FROM unnest(kin, origins) AS f(item, origin) JOIN kitchen_balance(kin) AS b USING (item)
             WHERE b.bad_quantity IS NULL),
        surplus AS (
            SELECT m.*, m.told - m.wanted AS qty, sum(m.told - m.wanted) OVER up_to AS upto FROM member m
             WHERE m.told > m.wanted WINDOW up_to AS (PARTITION BY m.origin, m.station, m.product_id ORDER BY m.item)),
        lack AS (
            SELECT m.*, m.wanted - m.told AS qty, sum(m.wanted - m.told) OVER up_to AS upto FROM member m
             WHERE m.wanted > m.told WINDOW up_to AS (PARTITION BY m.origin, m.station, m.product_id ORDER BY m.item)),
        move AS (
            -- Laid end to end, surplus and lack are two rulers; where they overlap, that much passes.
            SELECT s.item AS source, l.item AS target, s.station, s.product_id, s.told_name, o.qty,
                   s.told_wording AS wording, l.wording AS wanted_wording,
                   CASE WHEN l.told > 0 AND l.told_wording <> l.wording THEN l.told_wording END AS own_wording
              FROM surplus s
              JOIN lack l ON (l.origin, l.station) = (s.origin, s.station)
                         AND l.product_id IS NOT DISTINCT FROM s.product_id
             CROSS JOIN LATERAL (
                   SELECT least(s.upto, l.upto) - greatest(s.upto - s.qty, l.upto - l.qty)) AS o(qty)
             WHERE o.qty > 0),
        entry AS (
            SELECT m.source AS item, m.station, m.product_id, -m.qty AS qty, NULL AS menu_name, NULL::jsonb AS wording,
                   NULL::bigint AS line
              FROM move m
            UNION ALL
            SELECT m.target, m.station, m.product_id, sum(m.qty), max(m.told_name),
                   coalesce((array_agg(m.own_wording) FILTER (WHERE m.own_wording IS NOT NULL))[1],
                            (array_agg(m.wording ORDER BY m.wording = m.wanted_wording)
                             FILTER (WHERE m.wording IS NOT NULL))[1]),
                   (SELECT last_value FROM kitchen_ticket_items_id_seq)
              FROM move m GROUP BY m.target, m.station, m.product_id)
        SELECT jsonb_agg(jsonb_strip_nulls(to_jsonb(entry))) AS entries FROM entry) AS moved
     WHERE k.bill_id = bill AND moved.entries IS NOT NULL;
END $$;

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

REVOKE ALL ON FUNCTION kitchen_wording(text, jsonb, text, text), kitchen_told(bigint[]), kitchen_wanted(bigint[]),
    kitchen_balance(bigint[]), kitchen_compare(bigint, bigint[]), kitchen_split_family(bigint[], bigint[]),
    kitchen_lock_items(bigint[]), kitchen_move_told(bigint, bigint[], bigint[]), kitchen_require_pos_tables(),
    kitchen_lock_bill(bigint), kitchen_make_tickets(bigint, integer, jsonb, kitchen_line[]),
    kitchen_adopt_items(bigint, bigint[]), kitchen_mark_sent(bigint, bigint[]), kitchen_send_bill(bigint) FROM PUBLIC;
