-- What a campaign saw with its own eyes, beside the service's record in the same database. Times named `at`, `invoked`
-- and `ended` are monotonic seconds of the machine on which POS and printers ran.

CREATE SCHEMA proof;

CREATE TABLE proof.submissions (          -- each transaction of the POS
    number  integer PRIMARY KEY,
    kind    text NOT NULL,                -- order, void, poison
    invoked double precision NOT NULL,
    ended   double precision NOT NULL,
    fate    text NOT NULL                 -- acknowledged, unknown, rolled back
);
CREATE TABLE proof.dishes (               -- what it was to tell the kitchen; a tag is one dish's own name
    submission integer NOT NULL REFERENCES proof.submissions,
    tag        text NOT NULL,
    station    text NOT NULL,
    action     text NOT NULL,             -- ADD, VOID
    is_hostile boolean NOT NULL,
    PRIMARY KEY (tag, action)
);
CREATE TABLE proof.papers (               -- each piece of paper, in the order in which its printer made them
    id            integer PRIMARY KEY,
    printer       text NOT NULL,
    place         integer NOT NULL,
    at            double precision NOT NULL,
    ticket        bigint,
    notice        bigint,
    copy          integer,
    attempt       integer,
    token         text,
    marked        boolean NOT NULL,
    is_reprint    boolean NOT NULL,
    is_paper      boolean NOT NULL,       -- has a footer and does not say THROW AWAY
    is_void       boolean NOT NULL,       -- says THROW AWAY
    shows_hostile boolean NOT NULL
);
CREATE TABLE proof.paper_tags (
    paper integer NOT NULL REFERENCES proof.papers,
    tag   text NOT NULL
);
CREATE TABLE proof.conversations (        -- what came for one paper on one connection, if anything of it is printable
    printer     text NOT NULL,
    number      integer NOT NULL,
    opened      timestamptz NOT NULL,
    first_text  timestamptz NOT NULL,
    answer      text NOT NULL,            -- how good the oracle's answer at the first byte is: prompt, late, down
    open_tokens text[] NOT NULL,          -- of the attempt that was open for this printer then
    footers     text[] NOT NULL,          -- the token of its footer, if that came
    is_voiding  boolean NOT NULL,         -- nothing but INCOMPLETE - THROW AWAY, for a piece that hangs there
    unknown     text[] NOT NULL,          -- commands that no manual knows
    pulses      integer NOT NULL
);
CREATE TABLE proof.samples (              -- /metrics of one replica, and the record a moment before
    replica      text NOT NULL,
    process      integer NOT NULL,        -- its process id: another one has to look first
    at           double precision NOT NULL,
    failed_shown double precision NOT NULL,
    failed_true  double precision NOT NULL,
    oldest_shown double precision NOT NULL,
    oldest_true  double precision NOT NULL,
    says_old     boolean NOT NULL,
    is_behind    boolean NOT NULL
);
CREATE INDEX ON proof.papers (ticket, copy);
CREATE INDEX ON proof.papers (token);
CREATE INDEX ON proof.paper_tags (tag);
CREATE INDEX ON proof.dishes (submission);
