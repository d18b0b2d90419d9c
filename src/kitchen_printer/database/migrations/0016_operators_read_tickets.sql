-- Operators read what a ticket's story and its preview are made of: who decides about a ticket must be able to see it.

GRANT SELECT ON kitchen_tickets, kitchen_ticket_items, kitchen_settings, stations, station_printers, printers, print_events
    TO kitchen_operator;
