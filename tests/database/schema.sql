-- Written by tests/database/test_contract_schema.py from the catalog of a migrated database; never by hand.
ROLE kitchen_backend NOLOGIN
ROLE kitchen_operator NOLOGIN
ROLE kitchen_owner NOLOGIN
ROLE kitchen_reader NOLOGIN
ROLE kitchen_service NOLOGIN

TABLE kitchen_alarms WITH {fillfactor=50}
    condition text NOT NULL
    is_on boolean NOT NULL DEFAULT true
    occurrence integer NOT NULL DEFAULT 1
    headline text NOT NULL
    raised_at timestamp with time zone NOT NULL DEFAULT now()
    told_at timestamp with time zone NOT NULL DEFAULT now()
    tellings integer NOT NULL DEFAULT 1
    over_at timestamp with time zone
    tickets bigint[] NOT NULL DEFAULT '{}'::bigint[]
    slip jsonb
    slip_job bigint
    message_no integer NOT NULL DEFAULT 0
    title text
    body text
    is_open boolean NOT NULL DEFAULT false
    tries integer NOT NULL DEFAULT 0
    tried_again_at timestamp with time zone NOT NULL DEFAULT now()
    reached integer[] NOT NULL DEFAULT '{}'::integer[]
    CONSTRAINT kitchen_alarms_pkey PRIMARY KEY (condition)

TABLE kitchen_bills WITH {fillfactor=70}
    bill_id bigint NOT NULL
    last_round integer NOT NULL DEFAULT 0
    pruned_at timestamp with time zone
    told jsonb NOT NULL DEFAULT '[]'::jsonb
    CONSTRAINT kitchen_bills_pkey PRIMARY KEY (bill_id)
    CREATE INDEX bills_told ON public.kitchen_bills USING gin (kitchen_items_in(told)) WITH (fastupdate=off) WHERE (told <> '[]'::jsonb)

VIEW kitchen_exceptions
    exception text
    ticket_id bigint
    bill_id bigint
    station_code text
    kind text
    round_no integer
    part integer
    parts integer
    business_day date
    station_seq integer
    bill_number text
    table_label text
    status text
    is_proved boolean
    copies bigint
    copies_printed bigint
    is_held boolean
    reason text
    created_at timestamp with time zone
    printed_at timestamp with time zone
    age interval

TABLE kitchen_history
    id boolean NOT NULL DEFAULT true
    system bigint NOT NULL
    timeline bigint NOT NULL
    tables bigint NOT NULL
    is_replicated boolean NOT NULL DEFAULT false
    in_doubt_up_to bigint NOT NULL DEFAULT 0
    changed_at timestamp with time zone
    change text
    copies_in_doubt bigint NOT NULL DEFAULT 0
    CONSTRAINT kitchen_history_change_check CHECK ((change = ANY (ARRAY['complete'::text, 'doubtful'::text, 'restored'::text])))
    CONSTRAINT kitchen_history_id_check CHECK (id)
    CONSTRAINT kitchen_history_pkey PRIMARY KEY (id)

TYPE kitchen_line
    item bigint
    station text
    product_id bigint
    action text
    qty numeric
    menu_name text
    wording jsonb
    old_wording jsonb
    problem text

VIEW kitchen_printers
    address text
    state text
    reason text
    since timestamp with time zone
    is_passed_over boolean
    parked_by text
    parked_reason text
    level text
    level_provenance text
    waiting bigint
    oldest timestamp with time zone
    stations text[]
    redirects text[]
    pinned_by text
    serial text
    firmware text
    is_served boolean
    paper_low_since timestamp with time zone
    paper_low_tickets integer

TABLE kitchen_redirects
    id bigint NOT NULL IDENTITY ALWAYS
    printer_id bigint NOT NULL
    station_code text
    to_printer_id bigint NOT NULL
    redirected_by text NOT NULL
    reason text
    created_at timestamp with time zone NOT NULL DEFAULT now()
    CONSTRAINT kitchen_redirects_check CHECK ((to_printer_id <> printer_id))
    CONSTRAINT kitchen_redirects_pkey PRIMARY KEY (id)
    CONSTRAINT kitchen_redirects_printer_id_fkey FOREIGN KEY (printer_id) REFERENCES printers(id)
    CONSTRAINT kitchen_redirects_to_printer_id_fkey FOREIGN KEY (to_printer_id) REFERENCES printers(id)
    CREATE UNIQUE INDEX one_redirect_per_printer ON public.kitchen_redirects USING btree (printer_id, COALESCE(station_code, ''::text))
    CREATE TRIGGER redirects_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.kitchen_redirects FOR EACH STATEMENT EXECUTE FUNCTION kitchen_count_routing_change()

TABLE kitchen_replicas WITH {fillfactor=20}
    id bigint NOT NULL IDENTITY ALWAYS
    owner uuid NOT NULL
    until timestamp with time zone NOT NULL
    started_at timestamp with time zone NOT NULL DEFAULT now()
    version text NOT NULL
    CONSTRAINT kitchen_replicas_owner_key UNIQUE (owner)
    CONSTRAINT kitchen_replicas_pkey PRIMARY KEY (id)

TABLE kitchen_schema
    version integer NOT NULL
    name text NOT NULL
    checksum text NOT NULL
    applied_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    CONSTRAINT kitchen_schema_pkey PRIMARY KEY (version)

TABLE kitchen_settings
    id boolean NOT NULL DEFAULT true
    time_zone text NOT NULL DEFAULT 'UTC'::text
    business_day_start interval NOT NULL DEFAULT '05:00:00'::interval
    default_station text
    cancelled_bill_statuses text[] NOT NULL DEFAULT '{CANCELLED,CANCELED,VOID,VOIDED}'::text[]
    retention interval NOT NULL DEFAULT '90 days'::interval
    routing_version bigint NOT NULL DEFAULT 1
    CONSTRAINT kitchen_settings_business_day_start_check CHECK (((business_day_start >= '00:00:00'::interval) AND (business_day_start < '24:00:00'::interval)))
    CONSTRAINT kitchen_settings_id_check CHECK (id)
    CONSTRAINT kitchen_settings_pkey PRIMARY KEY (id)
    CONSTRAINT kitchen_settings_retention_check CHECK ((retention >= '1 day'::interval))
    CONSTRAINT kitchen_settings_time_zone_check CHECK ((('2000-01-01 00:00:00+00'::timestamp with time zone AT TIME ZONE time_zone) IS NOT NULL))
    CREATE TRIGGER settings_changed AFTER UPDATE OF time_zone, business_day_start, default_station ON public.kitchen_settings FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION kitchen_count_routing_change()

TABLE kitchen_station_days WITH {fillfactor=50}
    station_code text NOT NULL
    business_day date NOT NULL
    last_seq integer NOT NULL
    CONSTRAINT kitchen_station_days_pkey PRIMARY KEY (station_code, business_day)

VIEW kitchen_stations
    station_code text
    label text
    is_open boolean
    has_route boolean

TABLE kitchen_ticket_items
    id bigint NOT NULL IDENTITY
    kitchen_ticket_id bigint NOT NULL
    order_item_id bigint
    qty numeric NOT NULL
    action text NOT NULL DEFAULT 'ADD'::text
    line_no integer NOT NULL DEFAULT 1
    product_id bigint
    menu_name text
    note text
    old_note text
    modifiers jsonb
    old_modifiers jsonb
    seat text
    old_seat text
    course text
    old_course text
    CONSTRAINT kitchen_ticket_items_action_check CHECK ((action = ANY (ARRAY['ADD'::text, 'VOID'::text, 'CHANGE'::text])))
    CONSTRAINT kitchen_ticket_items_kitchen_ticket_id_fkey FOREIGN KEY (kitchen_ticket_id) REFERENCES kitchen_tickets(id)
    CONSTRAINT kitchen_ticket_items_pkey PRIMARY KEY (id)
    CONSTRAINT kitchen_ticket_items_qty_check CHECK (((qty > (0)::numeric) AND ((qty)::text <> ALL (ARRAY['NaN'::text, 'Infinity'::text]))))
    CREATE INDEX ticket_items_of_item ON public.kitchen_ticket_items USING btree (order_item_id) WHERE (order_item_id IS NOT NULL)
    CREATE INDEX ticket_items_of_ticket ON public.kitchen_ticket_items USING btree (kitchen_ticket_id, line_no, id)

VIEW kitchen_ticket_status
    ticket_id bigint
    bill_id bigint
    station_code text
    kind text
    round_no integer
    part integer
    parts integer
    business_day date
    station_seq integer
    bill_number text
    table_label text
    status text
    is_proved boolean
    copies bigint
    copies_printed bigint
    is_held boolean
    reason text
    created_at timestamp with time zone
    printed_at timestamp with time zone
    copies_missing integer[]

TABLE kitchen_tickets WITH {fillfactor=80}
    id bigint NOT NULL IDENTITY
    bill_id bigint
    printer_target text NOT NULL
    status text NOT NULL DEFAULT 'NEW'::text
    created_at timestamp with time zone NOT NULL DEFAULT now()
    kind text NOT NULL DEFAULT 'ORDER'::text
    round_no integer
    business_day date
    station_seq integer
    part integer NOT NULL DEFAULT 1
    parts integer NOT NULL DEFAULT 1
    part_stations text[] NOT NULL DEFAULT '{}'::text[]
    bill_number text
    table_label text
    order_type text
    server_name text
    guests integer
    note text
    message text
    not_before timestamp with time zone
    expanded_at timestamp with time zone
    failed_reason text
    printed_at timestamp with time zone
    is_proved boolean NOT NULL DEFAULT false
    timeline bigint DEFAULT ((('x'::text || "left"(pg_walfile_name(pg_current_wal_lsn()), 8)))::bit(32))::bigint
    CONSTRAINT kitchen_tickets_bill_id_round_no_printer_target_key UNIQUE (bill_id, round_no, printer_target)
    CONSTRAINT kitchen_tickets_check CHECK ((parts >= part))
    CONSTRAINT kitchen_tickets_check1 CHECK (((kind = 'MESSAGE'::text) = (message IS NOT NULL)))
    CONSTRAINT kitchen_tickets_check2 CHECK (((kind <> 'MESSAGE'::text) OR (bill_id IS NULL)))
    CONSTRAINT kitchen_tickets_kind_check CHECK ((kind = ANY (ARRAY['ORDER'::text, 'VOID'::text, 'MESSAGE'::text])))
    CONSTRAINT kitchen_tickets_part_check CHECK ((part >= 1))
    CONSTRAINT kitchen_tickets_pkey PRIMARY KEY (id)
    CONSTRAINT kitchen_tickets_printer_target_check CHECK ((((length(btrim(printer_target)) >= 1) AND (length(btrim(printer_target)) <= 32)) AND (printer_target !~ '[[:cntrl:]]'::text)))
    CONSTRAINT kitchen_tickets_status_check CHECK ((status = ANY (ARRAY['NEW'::text, 'PRINTING'::text, 'PRINTED'::text, 'FAILED'::text])))
    CREATE INDEX messages ON public.kitchen_tickets USING btree (id) WHERE (kind = 'MESSAGE'::text)
    CREATE INDEX tickets_to_expand ON public.kitchen_tickets USING btree (id) WHERE (expanded_at IS NULL)
    CREATE INDEX tickets_unproved ON public.kitchen_tickets USING btree (id) WHERE (NOT is_proved)
    CREATE INDEX tickets_unsettled ON public.kitchen_tickets USING btree (status, id) WHERE (status <> 'PRINTED'::text)
    CREATE TRIGGER new_tickets_wake_the_service AFTER INSERT ON public.kitchen_tickets FOR EACH STATEMENT EXECUTE FUNCTION kitchen_wake()

VIEW kitchen_unsent_items
    bill_id bigint
    item_id bigint
    station_code text
    product_id bigint
    menu_name text
    quantity numeric

TABLE lanes WITH {fillfactor=50}
    printer_id bigint NOT NULL
    owner uuid
    epoch bigint NOT NULL DEFAULT 0
    CONSTRAINT lanes_pkey PRIMARY KEY (printer_id)
    CONSTRAINT lanes_printer_id_fkey FOREIGN KEY (printer_id) REFERENCES printers(id)
    CREATE INDEX lanes_of_owner ON public.lanes USING btree (owner)

TABLE print_attempts WITH {fillfactor=80}
    id bigint NOT NULL IDENTITY
    job_id bigint NOT NULL
    job_kind text NOT NULL
    attempt_no integer NOT NULL
    printer_id bigint NOT NULL
    lease_epoch bigint NOT NULL
    owner uuid NOT NULL
    marked boolean NOT NULL
    token_printed text NOT NULL
    token_cut text NOT NULL
    odometer jsonb
    payload_bytes integer
    payload_sha256 bytea
    expected_cuts integer NOT NULL DEFAULT 1
    started_at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    outcome text
    evidence text
    reason text
    settled_by uuid
    finished_at timestamp with time zone
    CONSTRAINT not_sent_by_its_owner CHECK (((outcome <> 'NOT_SENT'::text) OR (settled_by = owner)))
    CONSTRAINT outcome_is_complete CHECK ((((outcome IS NULL) = (finished_at IS NULL)) AND ((outcome IS NULL) = (settled_by IS NULL)) AND ((outcome <> 'CONFIRMED'::text) OR (evidence IS NOT NULL))))
    CONSTRAINT print_attempts_attempt_no_check CHECK ((attempt_no >= 1))
    CONSTRAINT print_attempts_check CHECK (((token_cut ~ '^[!-~]{4}$'::text) AND (token_cut <> token_printed)))
    CONSTRAINT print_attempts_job_id_attempt_no_key UNIQUE (job_id, attempt_no)
    CONSTRAINT print_attempts_job_id_fkey FOREIGN KEY (job_id) REFERENCES print_jobs(id)
    CONSTRAINT print_attempts_outcome_check CHECK ((outcome = ANY (ARRAY['NOT_SENT'::text, 'CONFIRMED'::text, 'UNCERTAIN'::text])))
    CONSTRAINT print_attempts_pkey PRIMARY KEY (id)
    CONSTRAINT print_attempts_printer_id_fkey FOREIGN KEY (printer_id) REFERENCES printers(id)
    CONSTRAINT print_attempts_token_printed_check CHECK ((token_printed ~ '^[!-~]{4}$'::text))
    CONSTRAINT reprints_are_marked CHECK (((job_kind <> 'REPRINT'::text) OR marked))
    CREATE UNIQUE INDEX one_open ON public.print_attempts USING btree (job_id) WHERE (outcome IS NULL)
    CREATE UNIQUE INDEX one_per_printer ON public.print_attempts USING btree (printer_id) WHERE (outcome IS NULL)
    CREATE UNIQUE INDEX one_unmarked ON public.print_attempts USING btree (job_id) WHERE ((NOT marked) AND (outcome IS DISTINCT FROM 'NOT_SENT'::text))
    CREATE UNIQUE INDEX token_cut_once ON public.print_attempts USING btree (printer_id, token_cut)
    CREATE UNIQUE INDEX token_printed_once ON public.print_attempts USING btree (printer_id, token_printed)
    CREATE TRIGGER attempt_keeps_its_word BEFORE UPDATE ON public.print_attempts FOR EACH ROW EXECUTE FUNCTION kitchen_guard_attempt()

TABLE print_events
    id bigint NOT NULL IDENTITY ALWAYS
    at timestamp with time zone NOT NULL DEFAULT clock_timestamp()
    actor text NOT NULL DEFAULT SESSION_USER
    event text NOT NULL
    ticket_id bigint
    job_id bigint
    attempt_id bigint
    printer_id bigint
    detail jsonb NOT NULL DEFAULT '{}'::jsonb
    CONSTRAINT print_events_pkey PRIMARY KEY (id)
    CREATE INDEX events_of_ticket ON public.print_events USING btree (ticket_id, id) WHERE (ticket_id IS NOT NULL)
    CREATE TRIGGER events_are_never_rewritten BEFORE DELETE OR UPDATE ON public.print_events FOR EACH ROW EXECUTE FUNCTION kitchen_guard_events()
    CREATE TRIGGER events_are_never_truncated BEFORE TRUNCATE ON public.print_events FOR EACH STATEMENT EXECUTE FUNCTION kitchen_refuse_rewrite()

TABLE print_jobs WITH {fillfactor=70}
    id bigint NOT NULL IDENTITY
    kind text NOT NULL DEFAULT 'TICKET'::text
    ticket_id bigint
    copy_no integer NOT NULL DEFAULT 1
    reprint_no integer NOT NULL DEFAULT 0
    bill_id bigint
    station_code text
    printer_id bigint
    state text NOT NULL DEFAULT 'WAITING'::text
    attempts integer NOT NULL DEFAULT 0
    spent integer NOT NULL DEFAULT 0
    maybe_on_paper boolean NOT NULL DEFAULT false
    not_before timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone
    notice jsonb
    notice_key text
    requested_by text
    reason text
    failed_reason text
    waited_seconds double precision NOT NULL DEFAULT 0
    created_at timestamp with time zone NOT NULL DEFAULT now()
    settled_at timestamp with time zone
    diverted_from bigint
    diverted_for text
    diverted_since timestamp with time zone
    is_pinned boolean NOT NULL DEFAULT false
    CONSTRAINT print_jobs_check CHECK (((settled_at IS NULL) = (state = ANY (ARRAY['WAITING'::text, 'PRINTING'::text, 'HELD'::text]))))
    CONSTRAINT print_jobs_check1 CHECK (((kind = 'NOTICE'::text) = (ticket_id IS NULL)))
    CONSTRAINT print_jobs_check2 CHECK (((kind = 'NOTICE'::text) = (notice IS NOT NULL)))
    CONSTRAINT print_jobs_check3 CHECK (((kind = 'REPRINT'::text) = (reprint_no > 0)))
    CONSTRAINT print_jobs_diverted_from_fkey FOREIGN KEY (diverted_from) REFERENCES printers(id)
    CONSTRAINT print_jobs_kind_check CHECK ((kind = ANY (ARRAY['TICKET'::text, 'REPRINT'::text, 'NOTICE'::text])))
    CONSTRAINT print_jobs_notice_key_key UNIQUE (notice_key)
    CONSTRAINT print_jobs_pkey PRIMARY KEY (id)
    CONSTRAINT print_jobs_printer_id_fkey FOREIGN KEY (printer_id) REFERENCES printers(id)
    CONSTRAINT print_jobs_state_check CHECK ((state = ANY (ARRAY['WAITING'::text, 'PRINTING'::text, 'HELD'::text, 'PRINTED'::text, 'FAILED'::text, 'CANCELLED'::text])))
    CONSTRAINT print_jobs_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES kitchen_tickets(id)
    CREATE INDEX jobs_diverted ON public.print_jobs USING btree (settled_at) WHERE (diverted_from IS NOT NULL)
    CREATE INDEX jobs_unsettled ON public.print_jobs USING btree (bill_id, station_code, copy_no, ticket_id) WHERE (settled_at IS NULL)
    CREATE INDEX jobs_waiting ON public.print_jobs USING btree (printer_id, ticket_id, id) WHERE (state = 'WAITING'::text)
    CREATE INDEX notices ON public.print_jobs USING btree (id) WHERE (kind = 'NOTICE'::text)
    CREATE UNIQUE INDEX one_job_per_copy ON public.print_jobs USING btree (ticket_id, copy_no, reprint_no) WHERE (ticket_id IS NOT NULL)
    CREATE UNIQUE INDEX one_open_reprint ON public.print_jobs USING btree (ticket_id, copy_no) WHERE ((kind = 'REPRINT'::text) AND (settled_at IS NULL))

TABLE printers
    id bigint NOT NULL IDENTITY
    address text NOT NULL
    profile text NOT NULL DEFAULT 'default'::text
    columns integer NOT NULL DEFAULT 48
    code_page text NOT NULL DEFAULT 'CP858'::text
    level text NOT NULL DEFAULT 'A'::text
    level_provenance text NOT NULL DEFAULT 'assumed'::text
    serial text
    firmware text
    state text NOT NULL DEFAULT 'unknown'::text
    state_reason text
    state_since timestamp with time zone NOT NULL DEFAULT now()
    parked boolean NOT NULL DEFAULT false
    parked_by text
    created_at timestamp with time zone NOT NULL DEFAULT now()
    state_epoch bigint NOT NULL DEFAULT 0
    passed_over_for text
    passed_over_since timestamp with time zone
    parked_reason text
    parked_at timestamp with time zone
    pinned_by text
    paper_test jsonb
    raster text NOT NULL DEFAULT 'GS v 0'::text
    home_told_at timestamp with time zone NOT NULL DEFAULT now()
    paper_low_since timestamp with time zone
    paper_low_tickets integer
    CONSTRAINT only_a_person_calls_a_printer_mute CHECK (((level <> 'C'::text) OR (level_provenance = 'pinned'::text)))
    CONSTRAINT passed_over_since_when CHECK (((passed_over_for IS NULL) = (passed_over_since IS NULL)))
    CONSTRAINT printers_address_key UNIQUE (address)
    CONSTRAINT printers_columns_check CHECK (((columns >= 16) AND (columns <= 96)))
    CONSTRAINT printers_level_check CHECK ((level = ANY (ARRAY['A+'::text, 'A'::text, 'B'::text, 'B-'::text, 'C'::text])))
    CONSTRAINT printers_level_provenance_check CHECK ((level_provenance = ANY (ARRAY['assumed'::text, 'probed'::text, 'proven on paper'::text, 'pinned'::text])))
    CONSTRAINT printers_paper_low_tickets_check CHECK ((paper_low_tickets >= 0))
    CONSTRAINT printers_pkey PRIMARY KEY (id)
    CONSTRAINT printers_raster_check CHECK ((raster = ANY (ARRAY['GS v 0'::text, 'GS ( L'::text, 'none'::text])))
    CONSTRAINT printers_state_check CHECK ((state = ANY (ARRAY['unknown'::text, 'ready'::text, 'down'::text])))
    CONSTRAINT tickets_are_left_on_a_thin_roll CHECK (((paper_low_tickets IS NULL) OR (paper_low_since IS NOT NULL)))
    CREATE INDEX printers_passed_over ON public.printers USING btree (id) WHERE (passed_over_for IS NOT NULL)
    CREATE TRIGGER printers_changed AFTER INSERT OR DELETE OR UPDATE OF profile, columns, code_page, raster, level, parked ON public.printers FOR EACH ROW EXECUTE FUNCTION kitchen_count_routing_change()

TABLE station_printers
    id bigint NOT NULL IDENTITY
    station_code text NOT NULL
    printer_ip text NOT NULL
    priority integer NOT NULL DEFAULT 1
    is_active boolean NOT NULL DEFAULT true
    copy_no integer NOT NULL DEFAULT 1
    CONSTRAINT printer_ip_is_host_or_host_port CHECK (((length(printer_ip) <= 260) AND (printer_ip ~ '^\s*(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?)(:[0-9]{1,5})?\s*$'::text)))
    CONSTRAINT station_printers_copy_no_check CHECK (((copy_no >= 1) AND (copy_no <= 99)))
    CONSTRAINT station_printers_pkey PRIMARY KEY (id)
    CONSTRAINT station_printers_station_code_check CHECK ((((length(btrim(station_code)) >= 1) AND (length(btrim(station_code)) <= 32)) AND (station_code !~ '[[:cntrl:]]'::text)))
    CREATE UNIQUE INDEX one_route_per_printer ON public.station_printers USING btree (upper(btrim(station_code)), copy_no, lower(btrim(printer_ip)))
    CREATE TRIGGER routes_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.station_printers FOR EACH STATEMENT EXECUTE FUNCTION kitchen_count_routing_change()

TABLE stations
    station_code text NOT NULL
    label text
    is_open boolean NOT NULL DEFAULT true
    on_unconfirmed text
    language text
    options jsonb NOT NULL DEFAULT '{}'::jsonb
    CONSTRAINT stations_on_unconfirmed_check CHECK ((on_unconfirmed = ANY (ARRAY['reprint_marked'::text, 'hold'::text])))
    CONSTRAINT stations_pkey PRIMARY KEY (station_code)
    CONSTRAINT stations_station_code_check CHECK (((station_code = upper(btrim(station_code))) AND ((length(station_code) >= 1) AND (length(station_code) <= 32)) AND (station_code !~ '[[:cntrl:]]'::text)))
    CREATE TRIGGER stations_changed AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON public.stations FOR EACH STATEMENT EXECUTE FUNCTION kitchen_count_routing_change()

FUNCTION kitchen_adopt_items(bill bigint, newcomers bigint[]) RETURNS void
    LANGUAGE plpgsql VOLATILE BODY 2db1e5cdd73bed972ff51d4498120463

FUNCTION kitchen_balance(items bigint[]) RETURNS TABLE(item bigint, bill_id bigint, station text, product_id bigint, told numeric, told_name text, told_wording jsonb, wanted numeric, menu_name text, wording jsonb, bad_quantity text)
    LANGUAGE sql STABLE BODY c5cec33ece1edea2926b1c5f5459ffad

FUNCTION kitchen_cancel_test_print(job bigint) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY cf570a5bf018d5cf6c3262156ce1c610

FUNCTION kitchen_compare(bill bigint, items bigint[]) RETURNS SETOF kitchen_line
    LANGUAGE sql STABLE BODY 023ad58cc9b23fadc6f8612532db4342

FUNCTION kitchen_confirm(ticket_id bigint, is_on_paper boolean, confirmed_by text, copy_no integer DEFAULT 1) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY e0af6d6a2aadedbd44a86246f439154c

FUNCTION kitchen_contract_version() RETURNS integer
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY bf3dc6c477e415c3122d9e3cb79b2eab

FUNCTION kitchen_count_routing_change() RETURNS trigger
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 844ce2016b729d331a9246381b5fbeef

FUNCTION kitchen_derive_status(tickets bigint[]) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path=pg_catalog, public, pg_temp BODY bcdca7dcce9ecf0f5eb2c378153b0b08

FUNCTION kitchen_expand(version bigint, ways jsonb, tickets_max integer, OUT tickets integer, OUT printers bigint[]) RETURNS record
    LANGUAGE plpgsql VOLATILE BODY 326df46ca3e75be621aa01baf146cc15

FUNCTION kitchen_find_unsent_items(of_the_last interval DEFAULT '2 days'::interval) RETURNS TABLE(bill_id bigint, item_id bigint, station_code text, product_id bigint, menu_name text, quantity numeric)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp, plan_cache_mode=force_generic_plan BODY 51e5f3279a269bb030853a4e3239feff

FUNCTION kitchen_guard_attempt() RETURNS trigger
    LANGUAGE plpgsql VOLATILE BODY a9aff59e39a77d3c9fb20573b38b1cae

FUNCTION kitchen_guard_events() RETURNS trigger
    LANGUAGE plpgsql VOLATILE BODY bfa38a0e0384e6d65a874c1e973731d7

FUNCTION kitchen_history_now(OUT system bigint, OUT timeline bigint, OUT tables bigint) RETURNS record
    LANGUAGE sql STABLE SET search_path=pg_catalog, public, pg_temp BODY c2865a24f7c16f1468d53ce8a7808bf9

FUNCTION kitchen_is_quiet(bill bigint, before timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE BODY ec9e7076217e02a059579f6df3715291

FUNCTION kitchen_items_in(told jsonb) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE BODY 4767f8feb3ab47185bc7431542672d0f

FUNCTION kitchen_known_person(person text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE BODY 8b1e6c920bf8f00d093945b61c74457c

FUNCTION kitchen_lock_bill(bill bigint) RETURNS integer
    LANGUAGE plpgsql VOLATILE BODY 29d46b4024f140f3e9133fd7dec98f90

FUNCTION kitchen_lock_items(items bigint[]) RETURNS void
    LANGUAGE plpgsql VOLATILE BODY c76612d17f9e2ea6b92fb8c3f34b9d51

FUNCTION kitchen_make_tickets(bill bigint, round integer, heading jsonb, lines kitchen_line[]) RETURNS void
    LANGUAGE plpgsql VOLATILE BODY 7a569f7fc2f9d34ab0f9f78e1d402b6e

FUNCTION kitchen_mark_sent(bill bigint, items bigint[]) RETURNS void
    LANGUAGE plpgsql VOLATILE BODY 1abfdef82f7d93f8e64c0c3846e53652

FUNCTION kitchen_move_told(bill bigint, kin bigint[], origins bigint[]) RETURNS void
    LANGUAGE plpgsql VOLATILE BODY 2299dd0c2fb59d4f1a2de493a40f5367

FUNCTION kitchen_note_probe(address text, level text, serial text, firmware text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY dd00d3005533b606f7ec48f2f775dab0

FUNCTION kitchen_park(printer_ip text, requested_by text, reason text DEFAULT NULL::text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 780476c3a84c3a1dec3c93d83fc7cda3

FUNCTION kitchen_person(name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE SET search_path=pg_catalog, public, pg_temp BODY cf2710c4d05cf877ce63225f90ec7400

FUNCTION kitchen_pin_level(address text, level text, pinned_by text) RETURNS text
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 31ab65813f28c3cd51f2e3e41e7a37b9

FUNCTION kitchen_print_exceptions(since timestamp with time zone, requested_by text, printer_ip text DEFAULT NULL::text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 9be0f98e1cae68e439168d523b9d2c58

FUNCTION kitchen_printer_at(printer_ip text) RETURNS bigint
    LANGUAGE plpgsql STABLE SET search_path=pg_catalog, public, pg_temp BODY 78dfdc8fee664eb41e834893badca55c

FUNCTION kitchen_prune(before timestamp with time zone, bills_max integer DEFAULT 1000) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY af46bcdce4991dc1a90183bbd69d4280

FUNCTION kitchen_prune_events(before timestamp with time zone, events_max integer DEFAULT 10000) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 68d10e5875c84a9864eb829a319b5455

FUNCTION kitchen_redirect(printer_ip text, to_printer_ip text, requested_by text, station_code text DEFAULT NULL::text, reason text DEFAULT NULL::text) RETURNS void
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY f570cb84b29596e231895e8d1027ac5e

FUNCTION kitchen_refuse_rewrite() RETURNS trigger
    LANGUAGE plpgsql VOLATILE BODY 97d6cf74f0d995c13a7c31a6c2b3a267

FUNCTION kitchen_remember_told(bills bigint[]) RETURNS void
    LANGUAGE plpgsql VOLATILE BODY 37294fa6ea5bd167c670b84f4f1afa29

FUNCTION kitchen_reprint_on(ticket_id bigint, printer_ip text, requested_by text, reason text DEFAULT NULL::text, copy_no integer DEFAULT 1) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 8405a1a9ef3dfd33cdfeacdb5f9dd9fa

FUNCTION kitchen_request_reprint(ticket_id bigint, requested_by text, reason text, copy_no integer DEFAULT 1) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY f33537d4418db77d545f7b0da2a95204

FUNCTION kitchen_request_test_print(address text, requested_by text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 623391d7b633bd2ebf9857c6ebbbd38f

FUNCTION kitchen_require_pos_tables() RETURNS void
    LANGUAGE plpgsql STABLE BODY 8b6190a0fd0007283652e681b104b969

FUNCTION kitchen_resume(printer_ip text, requested_by text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY d77884396744e96c4125dd7941ce6711

FUNCTION kitchen_retry(ticket_id bigint, requested_by text) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY fec30f9e8bc1889655bd521febd5bc9f

FUNCTION kitchen_retry_jobs(jobs bigint[], person text) RETURNS integer
    LANGUAGE plpgsql VOLATILE SET search_path=pg_catalog, public, pg_temp BODY d03adf7a21534dbfb5023b002cc4975c

FUNCTION kitchen_retry_station(station_code text, failed_since timestamp with time zone, requested_by text) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 41e5e7f8d86557d99069742ed6a172f1

FUNCTION kitchen_send_bill(bill_id bigint) RETURNS SETOF kitchen_tickets
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp, plan_cache_mode=force_generic_plan BODY fcefe5b62bacde0d0d0afd36ab613d20

FUNCTION kitchen_send_message(station_code text, text text, requested_by text) RETURNS bigint
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY e53d3dbcd3898e016b22236c662dc8ae

FUNCTION kitchen_split_family(reduced bigint[], added bigint[]) RETURNS TABLE(item bigint, origin bigint)
    LANGUAGE plpgsql STABLE BODY 3baaf8efd72b0abff1e166810ac7297f

FUNCTION kitchen_table_words(label text) RETURNS text
    LANGUAGE sql IMMUTABLE BODY 103f3c99f0f69331385ddee4786ece72

FUNCTION kitchen_tell_move(bill_id bigint, from_table text, requested_by text) RETURNS SETOF kitchen_tickets
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 9fbb4f008097db5d02abe090a43c8c24

FUNCTION kitchen_test_print_result(job bigint) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 3a267392eb20d4cb237b119fbecb3c0e

FUNCTION kitchen_told(items bigint[]) RETURNS TABLE(item bigint, station text, product_id bigint, qty numeric, menu_name text, wording jsonb)
    LANGUAGE sql STABLE BODY 32d298a22fb5e7af35c16321737a2694

FUNCTION kitchen_undo_redirect(printer_ip text, requested_by text, station_code text DEFAULT NULL::text) RETURNS integer
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY c94d4a89ee05fe916b68437e9a778178

FUNCTION kitchen_unpin_level(address text, unpinned_by text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path=pg_catalog, public, pg_temp BODY 9de27757185a7582e69865cbde34e95b

FUNCTION kitchen_wake() RETURNS trigger
    LANGUAGE plpgsql VOLATILE BODY c8df0fedc3d0a772c85c1a5b17cf4967

FUNCTION kitchen_wanted(items bigint[]) RETURNS TABLE(item bigint, bill_id bigint, station text, product_id bigint, qty numeric, menu_name text, wording jsonb, bad_quantity text)
    LANGUAGE plpgsql STABLE BODY 4d631447f2e401fcd400d4dd8f7657ec

FUNCTION kitchen_wording(note text, modifiers jsonb, seat text, course text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE BODY 5181ecbabdbcc4f9b2ed4db6f1251626

FUNCTION kitchen_write_ledger(me uuid, timeline bigint, settlements jsonb, requests jsonb) RETURNS TABLE(lost_attempt_id bigint, held_attempt_id bigint, held_printer_id bigint, attempt_id bigint, attempt_no integer, printer_id bigint, marked boolean, token_printed text, token_cut text, id bigint, kind text, ticket_id bigint, copy_no integer, station text, spent integer, maybe_on_paper boolean, waited_seconds double precision, diverted_for text, diverted_since timestamp with time zone, age_seconds double precision, on_unconfirmed text, is_last boolean, content text, circumstances text)
    LANGUAGE plpgsql VOLATILE BODY b67dad40ca26dfbaf256b4a6946c33b1

GRANT SELECT ON kitchen_alarms TO kitchen_operator
GRANT SELECT ON kitchen_alarms TO kitchen_reader
GRANT SELECT ON kitchen_exceptions TO kitchen_backend
GRANT SELECT ON kitchen_exceptions TO kitchen_operator
GRANT SELECT ON kitchen_exceptions TO kitchen_reader
GRANT SELECT ON kitchen_history TO kitchen_service
GRANT SELECT ON kitchen_printers TO kitchen_operator
GRANT SELECT ON kitchen_printers TO kitchen_reader
GRANT SELECT ON kitchen_printers TO kitchen_service
GRANT SELECT ON kitchen_redirects TO kitchen_service
GRANT SELECT ON kitchen_replicas TO kitchen_service
GRANT SELECT ON kitchen_schema TO kitchen_service
GRANT SELECT ON kitchen_settings TO kitchen_operator
GRANT SELECT ON kitchen_settings TO kitchen_service
GRANT SELECT ON kitchen_station_days TO kitchen_service
GRANT SELECT ON kitchen_stations TO kitchen_backend
GRANT SELECT ON kitchen_stations TO kitchen_operator
GRANT SELECT ON kitchen_stations TO kitchen_reader
GRANT SELECT ON kitchen_ticket_items TO kitchen_backend
GRANT SELECT ON kitchen_ticket_items TO kitchen_operator
GRANT SELECT ON kitchen_ticket_items TO kitchen_service
GRANT SELECT ON kitchen_ticket_status TO kitchen_backend
GRANT SELECT ON kitchen_ticket_status TO kitchen_operator
GRANT SELECT ON kitchen_ticket_status TO kitchen_reader
GRANT SELECT ON kitchen_tickets TO kitchen_backend
GRANT SELECT ON kitchen_tickets TO kitchen_operator
GRANT SELECT ON kitchen_tickets TO kitchen_service
GRANT SELECT ON kitchen_unsent_items TO kitchen_backend
GRANT SELECT ON kitchen_unsent_items TO kitchen_operator
GRANT SELECT ON kitchen_unsent_items TO kitchen_reader
GRANT SELECT ON lanes TO kitchen_service
GRANT SELECT ON print_attempts TO kitchen_service
GRANT SELECT ON print_events TO kitchen_operator
GRANT SELECT ON print_events TO kitchen_service
GRANT SELECT ON print_jobs TO kitchen_service
GRANT SELECT ON printers TO kitchen_operator
GRANT SELECT ON printers TO kitchen_service
GRANT SELECT ON station_printers TO kitchen_operator
GRANT SELECT ON station_printers TO kitchen_service
GRANT SELECT ON stations TO kitchen_operator
GRANT SELECT ON stations TO kitchen_service
GRANT SELECT, UPDATE ON kitchen_alarms TO kitchen_service
GRANT INSERT (address) ON printers TO kitchen_service
GRANT INSERT (condition, headline, tickets, slip, message_no, title, body, is_open) ON kitchen_alarms TO kitchen_service
GRANT INSERT (event, ticket_id, job_id, attempt_id, printer_id, detail) ON print_events TO kitchen_service
GRANT INSERT (job_id, job_kind, attempt_no, printer_id, lease_epoch, owner, marked, token_printed, token_cut, odometer, expected_cuts) ON print_attempts TO kitchen_service
GRANT INSERT (kind, ticket_id, copy_no, bill_id, station_code, printer_id, maybe_on_paper, not_before, notice, notice_key, requested_by, reason, diverted_from, diverted_for, diverted_since) ON print_jobs TO kitchen_service
GRANT INSERT (owner, until, version) ON kitchen_replicas TO kitchen_service
GRANT INSERT (printer_id) ON lanes TO kitchen_service
GRANT INSERT (station_code, business_day, last_seq) ON kitchen_station_days TO kitchen_service
GRANT UPDATE (last_seq) ON kitchen_station_days TO kitchen_service
GRANT UPDATE (level, level_provenance, serial, firmware, state, state_reason, state_since, parked, parked_by, state_epoch, passed_over_for, passed_over_since, parked_reason, parked_at, paper_test, home_told_at, paper_low_since, paper_low_tickets) ON printers TO kitchen_service
GRANT UPDATE (owner, epoch) ON lanes TO kitchen_service
GRANT UPDATE (payload_bytes, payload_sha256, expected_cuts, outcome, evidence, reason, settled_by, finished_at) ON print_attempts TO kitchen_service
GRANT UPDATE (printer_id, state, attempts, spent, maybe_on_paper, not_before, failed_reason, waited_seconds, settled_at, diverted_from, diverted_for, diverted_since) ON print_jobs TO kitchen_service
GRANT UPDATE (status, business_day, station_seq, expanded_at, failed_reason, printed_at, is_proved) ON kitchen_tickets TO kitchen_service
GRANT UPDATE (system, timeline, tables, is_replicated, in_doubt_up_to, changed_at, change, copies_in_doubt) ON kitchen_history TO kitchen_service
GRANT UPDATE (until) ON kitchen_replicas TO kitchen_service
GRANT EXECUTE ON kitchen_cancel_test_print(bigint) TO kitchen_operator
GRANT EXECUTE ON kitchen_cancel_test_print(bigint) TO kitchen_service
GRANT EXECUTE ON kitchen_confirm(bigint,boolean,text,integer) TO kitchen_operator
GRANT EXECUTE ON kitchen_contract_version() TO kitchen_backend
GRANT EXECUTE ON kitchen_contract_version() TO kitchen_operator
GRANT EXECUTE ON kitchen_contract_version() TO kitchen_reader
GRANT EXECUTE ON kitchen_contract_version() TO kitchen_service
GRANT EXECUTE ON kitchen_derive_status(bigint[]) TO kitchen_service
GRANT EXECUTE ON kitchen_expand(bigint,jsonb,integer) TO kitchen_service
GRANT EXECUTE ON kitchen_find_unsent_items(interval) TO kitchen_backend
GRANT EXECUTE ON kitchen_find_unsent_items(interval) TO kitchen_operator
GRANT EXECUTE ON kitchen_find_unsent_items(interval) TO kitchen_reader
GRANT EXECUTE ON kitchen_history_now() TO kitchen_service
GRANT EXECUTE ON kitchen_note_probe(text,text,text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_park(text,text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_pin_level(text,text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_print_exceptions(timestamp with time zone,text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_prune(timestamp with time zone,integer) TO kitchen_operator
GRANT EXECUTE ON kitchen_prune_events(timestamp with time zone,integer) TO kitchen_operator
GRANT EXECUTE ON kitchen_redirect(text,text,text,text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_reprint_on(bigint,text,text,text,integer) TO kitchen_operator
GRANT EXECUTE ON kitchen_request_reprint(bigint,text,text,integer) TO kitchen_backend
GRANT EXECUTE ON kitchen_request_reprint(bigint,text,text,integer) TO kitchen_operator
GRANT EXECUTE ON kitchen_request_test_print(text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_request_test_print(text,text) TO kitchen_service
GRANT EXECUTE ON kitchen_resume(text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_retry(bigint,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_retry_station(text,timestamp with time zone,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_send_bill(bigint) TO kitchen_backend
GRANT EXECUTE ON kitchen_send_message(text,text,text) TO kitchen_backend
GRANT EXECUTE ON kitchen_send_message(text,text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_tell_move(bigint,text,text) TO kitchen_backend
GRANT EXECUTE ON kitchen_test_print_result(bigint) TO kitchen_operator
GRANT EXECUTE ON kitchen_test_print_result(bigint) TO kitchen_service
GRANT EXECUTE ON kitchen_undo_redirect(text,text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_unpin_level(text,text) TO kitchen_operator
GRANT EXECUTE ON kitchen_write_ledger(uuid,bigint,jsonb,jsonb) TO kitchen_service
