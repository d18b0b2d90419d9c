-- Whom what was told to: one row per condition that people must act on, kept when it is over.

CREATE TABLE kitchen_alarms (
    condition        text PRIMARY KEY,                    -- what is the matter: 'printer 3', 'no route for BAR', …
    is_on            boolean NOT NULL DEFAULT true,
    occurrence       integer NOT NULL DEFAULT 1,          -- how often it has begun
    headline         text NOT NULL,
    raised_at        timestamptz NOT NULL DEFAULT now(),
    told_at          timestamptz NOT NULL DEFAULT now(),
    tellings         integer NOT NULL DEFAULT 1,          -- since it began this time
    over_at          timestamptz,
    tickets          bigint[] NOT NULL DEFAULT '{}',      -- those that the last telling named
    -- On paper: the notice that looks for a living printer, and the job of the last one that found one.
    slip             jsonb,
    slip_job         bigint,
    -- By message: what is to be sent, how often it was tried, and which of the addresses have it.
    message_no       integer NOT NULL DEFAULT 0,
    title            text,
    body             text,
    is_open          boolean NOT NULL DEFAULT false,       -- still to be sent to somebody
    tries            integer NOT NULL DEFAULT 0,
    tried_again_at   timestamptz NOT NULL DEFAULT now(),  -- before this moment whoever tries now is not disturbed
    reached          integer[] NOT NULL DEFAULT '{}'
) WITH (fillfactor = 50);
COMMENT ON TABLE kitchen_alarms IS 'What people must act on, or had to: since when, when it was told last, and how.';

GRANT SELECT ON kitchen_alarms TO kitchen_service, kitchen_operator, kitchen_reader;
GRANT INSERT (condition, headline, tickets, slip, message_no, title, body, is_open) ON kitchen_alarms TO kitchen_service;
GRANT UPDATE ON kitchen_alarms TO kitchen_service;

-- ── Coming home: what other printers made while one was away ───────────────────────────────────────────
ALTER TABLE printers ADD COLUMN home_told_at timestamptz NOT NULL DEFAULT now();  -- what was diverted up to then, it knows
CREATE INDEX jobs_diverted ON print_jobs (settled_at) WHERE diverted_from IS NOT NULL;
GRANT UPDATE (home_told_at) ON printers TO kitchen_service;
