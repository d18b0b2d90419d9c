-- What a printer can draw, and papers of several sheets.

-- Which raster command it takes; an impact printer takes none, and gets text alone.
ALTER TABLE printers
    ADD COLUMN raster text NOT NULL DEFAULT 'GS v 0' CHECK (raster IN ('GS v 0', 'GS ( L', 'none'));

-- Narrow paper in a wide font holds fewer than 32 letters.
ALTER TABLE printers DROP CONSTRAINT printers_columns_check,
    ADD CONSTRAINT printers_columns_check CHECK (columns BETWEEN 16 AND 96);

DROP TRIGGER printers_changed ON printers;
CREATE TRIGGER printers_changed
    AFTER INSERT OR UPDATE OF profile, columns, code_page, raster, level, parked OR DELETE ON printers
    FOR EACH ROW EXECUTE FUNCTION kitchen_count_routing_change();

-- How many cuts an attempt makes is known once its ticket is laid out, and told before the first byte.
GRANT UPDATE (expected_cuts) ON print_attempts TO kitchen_service;
