-- A roll that gets thin: since when its printer's sensor says so, and for about how many tickets it lasts.
ALTER TABLE printers
    ADD COLUMN paper_low_since timestamptz,
    ADD COLUMN paper_low_tickets integer CHECK (paper_low_tickets >= 0),
    ADD CONSTRAINT tickets_are_left_on_a_thin_roll CHECK (paper_low_tickets IS NULL OR paper_low_since IS NOT NULL);
GRANT UPDATE (paper_low_since, paper_low_tickets) ON printers TO kitchen_service;

CREATE OR REPLACE VIEW kitchen_printers AS
SELECT p.address,
       CASE WHEN p.parked THEN 'parked' WHEN NOT k.is_served THEN 'unserved' WHEN NOT k.is_fresh THEN 'unknown'
            WHEN p.state <> 'down' AND p.passed_over_for IS NOT NULL THEN 'passed over' ELSE p.state END AS state,
       CASE WHEN p.parked THEN 'parked' WHEN k.is_fresh AND p.state = 'down' THEN p.state_reason
            WHEN k.is_fresh THEN p.passed_over_for END AS reason,
       CASE WHEN p.parked THEN p.parked_at WHEN k.is_fresh AND (p.state = 'down' OR p.passed_over_for IS NULL)
            THEN p.state_since WHEN k.is_fresh THEN p.passed_over_since END AS since,
       k.is_fresh AND p.passed_over_for IS NOT NULL AS is_passed_over,
       p.parked_by, p.parked_reason, p.level, p.level_provenance,
       w.waiting, w.oldest,
       ARRAY(SELECT DISTINCT upper(btrim(r.station_code)) FROM station_printers r
              WHERE r.is_active AND p.address IN (lower(btrim(r.printer_ip)), lower(btrim(r.printer_ip)) || ':9100')
              ORDER BY 1) AS stations,
       ARRAY(SELECT coalesce(r.station_code, '*') || ' to ' || o.address
               FROM kitchen_redirects r JOIN printers o ON o.id = r.to_printer_id
              WHERE r.printer_id = p.id ORDER BY 1) AS redirects,
       p.pinned_by, p.serial, p.firmware, k.is_served,
       p.paper_low_since, p.paper_low_tickets
  FROM printers p
  LEFT JOIN lanes l ON l.printer_id = p.id
 CROSS JOIN LATERAL (
       SELECT EXISTS (SELECT FROM kitchen_replicas r WHERE r.owner = l.owner AND r.until > now()) AS is_served,
              EXISTS (SELECT FROM kitchen_replicas r WHERE r.owner = l.owner AND r.until > now())
              AND coalesce(p.state_epoch = l.epoch, false) AND p.state <> 'unknown' AS is_fresh) AS k
 CROSS JOIN LATERAL (
       SELECT count(*) AS waiting, min(j.created_at) AS oldest
         FROM print_jobs j WHERE j.printer_id = p.id AND j.settled_at IS NULL) AS w;
COMMENT ON VIEW kitchen_printers IS
'Every printer on record: how it stands and why, what waits for it, who parked or redirected it, what it can prove and how
that is known, whether a running service serves it, and since when its roll is thin and for about how many tickets.';
