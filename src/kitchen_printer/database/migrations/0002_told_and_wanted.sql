-- Told and wanted: what the kitchen knows of the items of a bill, what the point of sale wants, and the difference.
--
-- Both are quantities per item, station and product; the difference becomes the lines of the next tickets:
--
--     kitchen_wanted ─┐
--                     ├─ kitchen_balance ─ kitchen_compare ─ the lines that kitchen_send_bill puts on tickets
--     kitchen_told  ──┘        └─ kitchen_move_told (an item that was split)
--
-- Everything that names a POS table is PL/pgSQL, which looks tables up when it runs: the POS tables may come after
-- this migration. Columns that a POS need not have are read through to_jsonb(row), where a missing one is null.
-- All of these run inside kitchen_send_bill, as kitchen_owner and under its search_path; nobody else may call them.

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

REVOKE ALL ON FUNCTION kitchen_wording(text, jsonb, text, text), kitchen_told(bigint[]), kitchen_wanted(bigint[]),
    kitchen_balance(bigint[]), kitchen_compare(bigint, bigint[]), kitchen_split_family(bigint[], bigint[]),
    kitchen_move_told(bigint, bigint[], bigint[]) FROM PUBLIC;
