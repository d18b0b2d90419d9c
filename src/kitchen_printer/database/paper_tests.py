"""What a paper test showed goes on record, and what follows it into the queue."""

from typing import LiteralString

from kitchen_printer.database.connection import Database
from kitchen_printer.database.notices import add_notice
from kitchen_printer.decisions.level import Provenance
from kitchen_printer.decisions.notice import PaperTest, Specimen
from kitchen_printer.decisions.paper_test import Judgement, PaperTested


async def note_paper_test(
    database: Database,
    printer_id: int,
    job_id: int,
    tested: PaperTested,
    judged: Judgement,
    *,
    shows_scripts: bool,
) -> None:
    """Write down a paper test and the level that follows, unless a person pinned one, and queue the next paper.

    That is another test paper where one is due, else the page of scripts where ``shows_scripts``.
    """
    provenance: Provenance = "proven on paper" if judged.is_proven else "probed"
    values = {
        "id": printer_id,
        "job": job_id,
        "finding": judged.finding,
        "tested": tested.level,
        "level": judged.level,
        "provenance": provenance,
        "seconds": None if tested.seconds is None else round(tested.seconds, 3),
        "least": round(tested.least_seconds, 3),
        "reason": judged.reason,
        "telling": judged.is_telling,
    }
    async with database.transaction() as connection:
        next_job = scripts_job = None
        if judged.test_next is not None:
            key = f"paper test after {job_id}"
            next_job = await add_notice(connection, printer_id, PaperTest(), key)
        elif shows_scripts:
            scripts_job = await add_notice(connection, printer_id, Specimen(), f"every script after {job_id}")
        await connection.execute(_NOTE, values | {"next": next_job, "scripts": scripts_job})


_NOTE: LiteralString = """
WITH shown AS (
    SELECT p.id, %(telling)s AND p.level_provenance <> 'pinned' AS is_kept,
           jsonb_strip_nulls(jsonb_build_object(
               'job', %(job)s::bigint, 'finding', %(finding)s::text, 'tested', %(tested)s::text,
               'level', %(level)s::text, 'is_pinned', p.level_provenance = 'pinned', 'seconds', %(seconds)s::float8,
               'least_seconds', %(least)s::float8, 'reason', %(reason)s::text, 'next_job', %(next)s::bigint,
               'scripts_job', %(scripts)s::bigint)) AS shown
      FROM printers p WHERE p.id = %(id)s),
kept AS (
    UPDATE printers p
       SET paper_test = s.shown, level = CASE WHEN s.is_kept THEN %(level)s ELSE p.level END,
           level_provenance = CASE WHEN s.is_kept THEN %(provenance)s ELSE p.level_provenance END
      FROM shown s WHERE p.id = s.id
    RETURNING p.id, p.paper_test)
INSERT INTO print_events (event, job_id, printer_id, detail)
SELECT 'printer_tested', %(job)s, id, paper_test FROM kept
"""
