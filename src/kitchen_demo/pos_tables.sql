-- The tables of a small point of sale, as a backend would own them. The service never creates or reads them: only
-- the functions of its contract do, on behalf of the backend.

CREATE TABLE core_product (
    id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text   NOT NULL
);

CREATE TABLE pos_bill (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bill_number text        NOT NULL,
    table_id    bigint,
    status      text        NOT NULL DEFAULT 'OPEN',
    created_at  timestamptz NOT NULL DEFAULT now(),
    -- From here on optional: the contract uses what it finds.
    table_name  text,
    order_type  text,
    server_name text,
    guests      integer,
    note        text
);

CREATE TABLE pos_billitem (
    id             bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bill_id        bigint  NOT NULL REFERENCES pos_bill,
    product_id     bigint  NOT NULL REFERENCES core_product,
    quantity       numeric NOT NULL DEFAULT 1,
    printer_target text    NOT NULL,
    status         text    NOT NULL DEFAULT 'NEW' CHECK (status IN ('NEW', 'SENT', 'VOID')),
    -- From here on optional: the contract uses what it finds.
    note           text,
    modifiers      jsonb,
    seat           text,
    course         text,
    hold           boolean NOT NULL DEFAULT false,
    split_from     bigint
);

CREATE INDEX pos_billitem_bill_id ON pos_billitem (bill_id);
