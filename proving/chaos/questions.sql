-- The checker's questions: the service's record on one side, what was seen (schema `proof`) on the other.
--
-- Each row of a question about an invariant is one violation, in words. The first column of its figures says how much was
-- there to judge.

-- [I1]
-- Every attempt that the printer is said to have confirmed has a whole paper with its own token, from that printer.
SELECT format('ticket %s: attempt %s at level %s is CONFIRMED by %s, and there is no such paper', j.ticket_id, a.attempt_no,
              p.level, a.evidence)
  FROM print_attempts a JOIN print_jobs j ON j.id = a.job_id JOIN printers p ON p.id = a.printer_id
 WHERE a.outcome = 'CONFIRMED' AND j.ticket_id IS NOT NULL
   AND NOT EXISTS (SELECT FROM proof.papers x
                    WHERE x.is_paper AND (x.printer, x.token, x.ticket) = (p.address, a.token_printed, j.ticket_id))
UNION ALL
SELECT format('ticket %s is PRINTED and no attempt of it is CONFIRMED', t.id) FROM kitchen_tickets t
 WHERE t.status = 'PRINTED' AND NOT t.is_proved

-- [I1 figures]
SELECT count(*) AS confirmed, count(*) FILTER (WHERE p.level = 'A+') AS "at A+",
       count(*) FILTER (WHERE p.level = 'A') AS "at A", count(*) FILTER (WHERE p.level = 'B') AS "at B",
       count(*) FILTER (WHERE a.evidence NOT LIKE 'token%' AND a.evidence NOT LIKE 'queued%') AS "asked afterwards"
  FROM print_attempts a JOIN printers p ON p.id = a.printer_id WHERE a.outcome = 'CONFIRMED'

-- [I2]
-- What the POS was told is committed has a ticket, and the ticket has a fate.
WITH told AS (
    SELECT s.number, s.kind, s.fate, d.tag, d.action, d.station, t.id AS ticket, t.status
      FROM proof.submissions s JOIN proof.dishes d ON d.submission = s.number
      LEFT JOIN (kitchen_ticket_items i JOIN kitchen_tickets t ON t.id = i.kitchen_ticket_id)
           ON i.menu_name = 'Dish ' || d.tag AND i.action = d.action)

SELECT format('%s of %s was acknowledged and %s', action, tag,
              CASE WHEN ticket IS NULL THEN 'has no ticket' ELSE format('ticket %s is %s', ticket, status) END)
  FROM told WHERE fate = 'acknowledged' AND coalesce(status, '') NOT IN ('PRINTED', 'FAILED')
UNION ALL
SELECT format('job %s is still %s', id, state) FROM print_jobs WHERE kind = 'TICKET' AND settled_at IS NULL

-- [I2 figures]
WITH told AS (
    SELECT s.number, s.kind, s.fate, d.tag, d.action, d.station, t.id AS ticket, t.status
      FROM proof.submissions s JOIN proof.dishes d ON d.submission = s.number
      LEFT JOIN (kitchen_ticket_items i JOIN kitchen_tickets t ON t.id = i.kitchen_ticket_id)
           ON i.menu_name = 'Dish ' || d.tag AND i.action = d.action),
fate AS (SELECT extract(epoch FROM max(j.settled_at) - t.created_at) AS seconds
           FROM kitchen_tickets t JOIN print_jobs j ON j.ticket_id = t.id
          WHERE isfinite(t.created_at) GROUP BY t.id)

SELECT (SELECT count(*) FROM proof.submissions WHERE fate = 'acknowledged') AS acknowledged,
       count(DISTINCT ticket) AS tickets, count(DISTINCT ticket) FILTER (WHERE status = 'PRINTED') AS printed,
       count(DISTINCT ticket) FILTER (WHERE status = 'FAILED') AS failed,
       (SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds), 0) FROM fate) AS "median s",
       (SELECT coalesce(percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds), 0) FROM fate) AS "p99 s",
       (SELECT coalesce(max(seconds), 0) FROM fate) AS "longest s"
  FROM told

-- [I3]
SELECT format('ticket %s copy %s: %s papers without a mark', ticket, copy, count(*)) FROM proof.papers
 WHERE is_paper AND ticket IS NOT NULL AND NOT marked AND NOT is_reprint
 GROUP BY ticket, copy HAVING count(*) > 1
UNION ALL
SELECT format('ticket %s copy %s: %s papers and only %s attempts that may have printed', ticket, copy, count(*), tried.n)
  FROM proof.papers x CROSS JOIN LATERAL (
       SELECT count(*) AS n FROM print_attempts a JOIN print_jobs j ON j.id = a.job_id
        WHERE (j.ticket_id, j.copy_no) = (x.ticket, x.copy) AND a.outcome <> 'NOT_SENT') tried
 WHERE is_paper AND ticket IS NOT NULL GROUP BY ticket, copy, tried.n HAVING count(*) > tried.n
UNION ALL
SELECT format('ticket %s attempt %s: %s on record, the paper says otherwise', x.ticket, x.attempt,
              CASE WHEN a.marked THEN 'marked' ELSE 'not marked' END)
  FROM proof.papers x JOIN print_attempts a ON a.token_printed = x.token JOIN printers p ON p.id = a.printer_id
 WHERE x.is_paper AND x.ticket IS NOT NULL AND p.address = x.printer AND a.marked <> x.marked

-- [I3 figures]
WITH copies AS (SELECT ticket, copy, count(*) AS n, count(*) FILTER (WHERE marked) AS marks FROM proof.papers
                 WHERE is_paper AND ticket IS NOT NULL AND NOT is_reprint GROUP BY 1, 2)
SELECT coalesce(sum(n), 0)::bigint AS papers, coalesce(sum(marks), 0)::bigint AS marked,
       coalesce(sum(n - 1), 0)::bigint AS "true duplicates",
       coalesce(sum(marks) FILTER (WHERE n = 1), 0)::bigint AS "marks not needed"
  FROM copies

-- [I4]
SELECT format('a paper from %s says #%s-%s/%s %s, and no such attempt is on record', x.printer,
              coalesce(x.ticket, x.notice), x.copy, x.attempt, x.token)
  FROM proof.papers x
 WHERE x.token IS NOT NULL
   AND NOT EXISTS (SELECT FROM print_attempts a JOIN print_jobs j ON j.id = a.job_id JOIN printers p ON p.id = a.printer_id
                    WHERE (p.address, a.token_printed, a.attempt_no, j.copy_no) = (x.printer, x.token, x.attempt, x.copy)
                      AND CASE WHEN x.notice IS NULL THEN j.ticket_id = x.ticket ELSE j.id = x.notice END)
UNION ALL
SELECT format('%s was taken back by the POS (%s) and is on paper %s', g.tag, s.fate, g.paper)
  FROM proof.paper_tags g JOIN proof.dishes d ON (d.tag, d.action) = (g.tag, 'ADD')
  JOIN proof.submissions s ON s.number = d.submission WHERE s.fate = 'rolled back'
UNION ALL
SELECT format('%s is on paper %s, and nobody ordered it', g.tag, g.paper) FROM proof.paper_tags g
 WHERE NOT EXISTS (SELECT FROM proof.dishes d WHERE d.tag = g.tag)
UNION ALL
SELECT format('paper %s of ticket %s lacks %s', x.id, x.ticket, i.menu_name)
  FROM proof.papers x JOIN kitchen_ticket_items i ON i.kitchen_ticket_id = x.ticket
 WHERE x.is_paper
   AND NOT EXISTS (SELECT FROM proof.paper_tags g WHERE g.paper = x.id AND 'Dish ' || g.tag = i.menu_name)
   -- What was taken back since is drawn, struck through: no letters are left to read.
   AND NOT EXISTS (SELECT FROM kitchen_ticket_items v
                    WHERE i.action = 'ADD' AND v.menu_name = i.menu_name AND v.action = 'VOID')
UNION ALL
SELECT format('paper %s of ticket %s has %s, which is not on the ticket', x.id, x.ticket, g.tag)
  FROM proof.papers x JOIN proof.paper_tags g ON g.paper = x.id
 WHERE x.is_paper AND x.ticket IS NOT NULL
   AND NOT EXISTS (SELECT FROM kitchen_ticket_items i
                    WHERE i.kitchen_ticket_id = x.ticket AND i.menu_name = 'Dish ' || g.tag)

-- [I4 figures]
SELECT count(*) FILTER (WHERE is_paper) AS papers, count(*) FILTER (WHERE token IS NULL) AS torn,
       count(*) FILTER (WHERE is_void) AS "told to throw away",
       count(*) FILTER (WHERE notice IS NOT NULL) AS slips,
       (SELECT count(*) FROM proof.submissions WHERE fate = 'rolled back') AS "rolled back"
  FROM proof.papers

-- [I5]
-- The oracle's prompt answers decide; where the database was away or slow, the attempt's own time of birth does.
SELECT format('%s, connection %s: printable bytes came at %s, and no attempt was open on record', c.printer, c.number,
              c.first_text)
  FROM proof.conversations c
 WHERE c.answer = 'prompt' AND c.open_tokens = '{}'
   AND NOT c.is_voiding  -- That is no paper of a ticket, and comes once the end of its attempt is on record.
   -- A frozen owner woke after its lease and sent what it had begun; or the line held back what was sent, until its owner gave up
   -- waiting for an answer and went on with the doubt: the attempt, on record long before, had been closed.
   AND NOT EXISTS (
       SELECT FROM print_attempts d JOIN printers p ON p.id = d.printer_id
        WHERE p.address = c.printer AND d.outcome = 'UNCERTAIN'
          AND (c.footers = '{}' OR d.token_printed = ANY (c.footers))
          AND d.finished_at BETWEEN c.first_text - interval '15 seconds' AND c.first_text)
UNION ALL
SELECT format('%s, connection %s: the paper with %s began while another attempt was open', c.printer, c.number, f.token)
  FROM proof.conversations c CROSS JOIN LATERAL unnest(c.footers) f(token)
 WHERE c.answer = 'prompt' AND c.open_tokens <> '{}' AND NOT f.token = ANY (c.open_tokens)
   AND NOT EXISTS (SELECT FROM print_attempts d JOIN printers p ON p.id = d.printer_id
                    WHERE (p.address, d.token_printed) = (c.printer, f.token)
                      AND (d.settled_by <> d.owner OR d.outcome = 'UNCERTAIN') AND d.finished_at <= c.first_text)
UNION ALL
SELECT format('%s, connection %s: the attempt with %s was put on record after its first byte', c.printer, c.number, f.token)
  FROM proof.conversations c CROSS JOIN LATERAL unnest(c.footers) f(token)
 WHERE NOT EXISTS (SELECT FROM print_attempts a JOIN printers p ON p.id = a.printer_id
                    WHERE (p.address, a.token_printed) = (c.printer, f.token) AND a.started_at <= c.first_text)

-- [I5 figures]
SELECT count(*) AS "first bytes", count(*) FILTER (WHERE answer = 'prompt') AS "answered at once",
       count(*) FILTER (WHERE answer <> 'prompt') AS "judged by time", count(*) FILTER (WHERE footers = '{}') AS "cut short"
  FROM proof.conversations

-- [I6]
SELECT format('%s, connection %s: %s attempts in one conversation', printer, number, cardinality(footers))
  FROM proof.conversations WHERE cardinality(footers) > 1
UNION ALL
SELECT format('attempts %s and %s were open at once for printer %s', a.id, b.id, a.printer_id)
  FROM print_attempts a JOIN print_attempts b ON a.printer_id = b.printer_id AND a.id < b.id
 WHERE b.started_at < a.finished_at AND a.started_at < b.finished_at
UNION ALL
SELECT format('the paper with %s came out of %s, and its attempt was for another printer', x.token, x.printer)
  FROM proof.papers x JOIN print_attempts a ON a.token_printed = x.token JOIN printers p ON p.id = a.printer_id
  JOIN print_jobs j ON j.id = a.job_id AND j.ticket_id = x.ticket AND a.attempt_no = x.attempt
 WHERE p.address <> x.printer

-- [I6 figures]
SELECT count(*) AS attempts, count(DISTINCT owner) AS owners, max(lease_epoch) AS "highest epoch",
       count(*) FILTER (WHERE settled_by <> owner) AS "settled by another"
  FROM print_attempts

-- [I7]
-- First papers, with what the POS knows of the time of their order; the last column excuses a ticket for being late.
WITH first AS (
    SELECT DISTINCT ON (x.ticket) x.ticket, x.printer, x.place FROM proof.papers x
     WHERE x.is_paper AND x.ticket IS NOT NULL ORDER BY x.ticket, x.at, x.place),
told AS (
    SELECT i.kitchen_ticket_id AS ticket, min(s.invoked) AS invoked, max(s.ended) AS ended
      FROM kitchen_ticket_items i JOIN proof.dishes d ON i.menu_name = 'Dish ' || d.tag AND i.action = d.action
      JOIN proof.submissions s ON s.number = d.submission AND s.fate = 'acknowledged' GROUP BY 1),
odd AS (
    SELECT j.ticket_id, j.bill_id, t.printer_target FROM print_jobs j JOIN kitchen_tickets t ON t.id = j.ticket_id
     WHERE j.attempts > 1 OR j.state <> 'PRINTED'
        OR EXISTS (SELECT FROM print_events e WHERE e.ticket_id = j.ticket_id AND e.event = 'redirected'))
SELECT first.printer, first.place, first.ticket, told.invoked, told.ended,
       EXISTS (SELECT FROM odd WHERE odd.ticket_id = first.ticket
                  OR ((odd.bill_id, odd.printer_target) = (t.bill_id, t.printer_target) AND odd.ticket_id < t.id))
  FROM first JOIN told USING (ticket) JOIN kitchen_tickets t ON t.id = first.ticket
 ORDER BY first.printer, first.place

-- [I8]
WITH pairs AS (
    SELECT o.kitchen_ticket_id AS ordered, v.kitchen_ticket_id AS voided
      FROM kitchen_ticket_items o JOIN kitchen_ticket_items v ON o.menu_name = v.menu_name
     WHERE o.action = 'ADD' AND v.action = 'VOID'),
seen AS (
    SELECT p.*, (SELECT min(x.at) FROM proof.papers x WHERE x.is_paper AND x.ticket = p.voided) AS void_at,
           (SELECT min(x.at) FROM proof.papers x WHERE x.is_paper AND x.ticket = p.ordered) AS order_at
      FROM pairs p)

SELECT format('VOID %s was on paper before its order %s, which is PRINTED', s.voided, s.ordered)
  FROM seen s JOIN kitchen_tickets t ON t.id = s.ordered
 WHERE s.void_at < s.order_at AND t.status = 'PRINTED'
UNION ALL
SELECT format('a paper of %s without a mark came after its VOID %s', s.ordered, s.voided)
  FROM seen s JOIN proof.papers x ON x.ticket = s.ordered
 WHERE x.is_paper AND x.at > s.void_at AND NOT x.marked
   AND EXISTS (SELECT FROM kitchen_tickets t WHERE t.id = s.ordered AND t.status = 'PRINTED')

-- [I8 figures]
WITH pairs AS (
    SELECT o.kitchen_ticket_id AS ordered, v.kitchen_ticket_id AS voided
      FROM kitchen_ticket_items o JOIN kitchen_ticket_items v ON o.menu_name = v.menu_name
     WHERE o.action = 'ADD' AND v.action = 'VOID'),
seen AS (
    SELECT p.*, (SELECT min(x.at) FROM proof.papers x WHERE x.is_paper AND x.ticket = p.voided) AS void_at,
           (SELECT min(x.at) FROM proof.papers x WHERE x.is_paper AND x.ticket = p.ordered) AS order_at
      FROM pairs p)

SELECT count(*) AS voids, count(*) FILTER (WHERE void_at IS NOT NULL AND order_at IS NOT NULL) AS "both on paper",
       (SELECT count(*) FROM seen s JOIN proof.papers x ON x.ticket = s.ordered
         WHERE x.is_paper AND x.at > s.void_at) AS "late papers after a void"
  FROM seen

-- [I9]
SELECT format('broken ticket %s is %s (%s)', t.id, t.status, coalesce(t.failed_reason, 'no reason'))
  FROM kitchen_tickets t
 WHERE t.created_at = 'infinity' AND (t.status <> 'FAILED' OR t.failed_reason IS DISTINCT FROM 'cannot_lay_out')
   -- One that was never tried is not known to be broken: it waited for its printer, and was given up with all that did.
   AND (t.status <> 'FAILED' OR EXISTS (SELECT FROM print_jobs j WHERE j.ticket_id = t.id AND j.attempts > 0))
UNION ALL
SELECT format('broken ticket %s was tried %s times', j.ticket_id, j.spent) FROM print_jobs j
  JOIN kitchen_tickets t ON t.id = j.ticket_id
 WHERE t.created_at = 'infinity'
   -- What a service found out and died over before it was on record is found out once more.
   AND j.spent > 1 + (SELECT count(*) FROM print_attempts a
                       WHERE a.job_id = j.id AND a.outcome = 'UNCERTAIN' AND a.settled_by <> a.owner)

-- [I9 figures]
SELECT count(*) AS "broken tickets", count(*) FILTER (WHERE status = 'FAILED') AS shown
  FROM kitchen_tickets WHERE created_at = 'infinity'

-- [I10]
SELECT format('%s, connection %s: bytes that are no command: %s', printer, number, unknown)
  FROM proof.conversations WHERE unknown <> '{}'
UNION ALL
SELECT format('%s, connection %s: a drawer pulse', printer, number) FROM proof.conversations WHERE pulses > 0
UNION ALL
SELECT format('paper %s of ticket %s does not show what was wrong with its text', x.id, x.ticket)
  FROM proof.papers x
 WHERE x.is_paper AND NOT x.shows_hostile
   AND EXISTS (SELECT FROM kitchen_ticket_items i JOIN proof.dishes d ON i.menu_name = 'Dish ' || d.tag
                WHERE i.kitchen_ticket_id = x.ticket AND d.action = 'ADD' AND i.action = 'ADD' AND d.is_hostile
                  -- Of a dish that was taken back since, only its name is printed, struck through.
                  AND NOT EXISTS (SELECT FROM kitchen_ticket_items v
                                   WHERE v.menu_name = i.menu_name AND v.action = 'VOID'))

-- [I10 figures]
SELECT count(*) AS streams, count(*) FILTER (WHERE unknown = '{}') AS understood,
       (SELECT count(*) FROM proof.papers WHERE is_paper AND shows_hostile) AS "papers with hostile text"
  FROM proof.conversations

-- [I11]
SELECT format('job %s has attempts %s', job_id, array_agg(attempt_no ORDER BY attempt_no)) FROM print_attempts
 GROUP BY job_id HAVING (min(attempt_no), max(attempt_no)) <> (1, count(*))
UNION ALL
SELECT format('job %s says %s attempts and has %s', j.id, j.attempts, count(a.id))
  FROM print_jobs j LEFT JOIN print_attempts a ON a.job_id = j.id GROUP BY j.id HAVING j.attempts <> count(a.id)
UNION ALL
SELECT format('attempt %s was never told of', a.id) FROM print_attempts a
 WHERE NOT EXISTS (SELECT FROM print_events e WHERE e.attempt_id = a.id AND e.event = 'claimed')
UNION ALL
SELECT format('attempt %s ended %s and its events say %s', a.id, a.outcome, array_agg(e.event))
  FROM print_attempts a LEFT JOIN print_events e ON e.attempt_id = a.id
       AND e.event IN ('not_sent', 'confirmed', 'uncertain', 'sent_unconfirmed')
 WHERE a.outcome IS NOT NULL GROUP BY a.id HAVING array_agg(e.event) IS DISTINCT FROM ARRAY[lower(a.outcome)]
UNION ALL
SELECT format('attempt %s is still open', id) FROM print_attempts a
 WHERE outcome IS NULL AND EXISTS (SELECT FROM print_jobs j WHERE j.id = a.job_id AND j.ticket_id IS NOT NULL)
UNION ALL
SELECT format('job %s is %s after an attempt that ended %s', j.id, j.state, a.outcome)
  FROM print_jobs j JOIN LATERAL (SELECT * FROM print_attempts a WHERE a.job_id = j.id
                                   ORDER BY a.attempt_no DESC LIMIT 1) a ON true
 WHERE j.kind = 'TICKET' AND (j.state = 'PRINTED') <> (a.outcome = 'CONFIRMED')
UNION ALL
SELECT format('ticket %s is %s and its jobs are %s', t.id, t.status, array_agg(j.state))
  FROM kitchen_tickets t JOIN print_jobs j ON j.ticket_id = t.id AND j.kind = 'TICKET'
 GROUP BY t.id HAVING t.status <> CASE WHEN bool_or(j.state = 'FAILED') THEN 'FAILED'
                                       WHEN bool_and(j.state IN ('PRINTED', 'CANCELLED')) THEN 'PRINTED' ELSE t.status END
UNION ALL
SELECT format('the number of ticket %s is missing or twice', id) FROM (
    SELECT id, station_seq, row_number() OVER (PARTITION BY printer_target, business_day ORDER BY station_seq, id) AS n
      FROM kitchen_tickets WHERE expanded_at IS NOT NULL) numbered WHERE station_seq <> n

-- [I11 figures]
SELECT count(*) AS attempts, (SELECT count(*) FROM print_events) AS events,
       count(*) FILTER (WHERE outcome = 'CONFIRMED') AS confirmed, count(*) FILTER (WHERE outcome = 'UNCERTAIN') AS uncertain,
       count(*) FILTER (WHERE outcome = 'NOT_SENT') AS "not sent"
  FROM print_attempts

-- [I12]
-- How long each page was behind in sample after sample, looked at often enough to say so of the time between them.
WITH runs AS (
    SELECT *, min(at) OVER () AS began,
           count(*) FILTER (WHERE NOT is_behind OR at - before > %(unseen)s) OVER (PARTITION BY replica, process ORDER BY at) AS run
      FROM (SELECT *, lag(at) OVER (PARTITION BY replica, process ORDER BY at) AS before FROM proof.samples) looked)
SELECT max(at) - min(at), format(
           '%%s, process %%s, showed something better than the record for %%s s from minute %%s on: up to %%s FAILED too few,'
           ' the oldest ticket up to %%s s too young', replica, process, round((max(at) - min(at))::numeric, 1),
           round((min(at) - began)::numeric / 60, 1), max(failed_true - failed_shown),
           round(max(oldest_true - oldest_shown)::numeric, 1))
  FROM runs WHERE is_behind GROUP BY replica, process, run, began ORDER BY min(at)

-- [I12 figures]
SELECT count(*) AS samples, count(*) FILTER (WHERE is_behind) AS behind, count(*) FILTER (WHERE says_old) AS "say that they are old"
  FROM proof.samples

-- [sets]
WITH told AS (
    SELECT s.number, s.kind, s.fate, d.tag, d.action, d.station, t.id AS ticket, t.status
      FROM proof.submissions s JOIN proof.dishes d ON d.submission = s.number
      LEFT JOIN (kitchen_ticket_items i JOIN kitchen_tickets t ON t.id = i.kitchen_ticket_id)
           ON i.menu_name = 'Dish ' || d.tag AND i.action = d.action)
,
papers AS (SELECT ticket, copy, count(*) AS n, count(*) FILTER (WHERE NOT marked) AS unmarked FROM proof.papers
            WHERE is_paper AND ticket IS NOT NULL AND NOT is_reprint GROUP BY 1, 2)
SELECT (SELECT count(*) FROM proof.submissions) AS attempted,
       (SELECT count(*) FROM proof.submissions WHERE fate = 'acknowledged') AS acknowledged,
       (SELECT count(*) FROM proof.submissions WHERE fate = 'unknown') AS unknown,
       (SELECT count(*) FROM kitchen_tickets) AS tickets,
       (SELECT count(*) FROM papers) AS "on paper",
       (SELECT count(*) FROM kitchen_tickets WHERE status = 'FAILED') AS failed,
       (SELECT count(*) FROM told WHERE fate = 'acknowledged' AND coalesce(status, '') <> 'FAILED'
           AND NOT EXISTS (SELECT FROM papers WHERE papers.ticket = told.ticket)) AS lost,
       (SELECT count(*) FROM proof.paper_tags g
         WHERE NOT EXISTS (SELECT FROM told WHERE told.tag = g.tag AND told.fate <> 'rolled back')) AS unexpected,
       (SELECT count(*) FROM papers WHERE n > 1 AND unmarked <= 1) AS "duplicated, marked",
       (SELECT count(*) FROM papers WHERE unmarked > 1) AS "duplicated, unmarked",
       (SELECT coalesce(sum(n - 1), 0)::bigint FROM papers) AS "true duplicates",
       (SELECT count(DISTINCT number) FROM told WHERE fate = 'unknown'
           AND EXISTS (SELECT FROM papers WHERE papers.ticket = told.ticket)) AS recovered,
       (SELECT count(*) FROM kitchen_tickets t WHERE status = 'FAILED'
           AND EXISTS (SELECT FROM papers WHERE papers.ticket = t.id)) AS "failed, yet on paper"
