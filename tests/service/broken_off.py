"""A database that is away for one statement: PostgreSQL breaks it off as it does when it is shut down."""

from typing import Final

from tests.service.kitchen_under_test import KitchenUnderTest

SO_FAR: Final = "(SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM tries)"
"""In SQL, how many of the statements there were so far."""


async def break_off(kitchen: KitchenUnderTest, event: str, *, which: str = "true", turn: int = 1) -> None:
    """Break the ``turn``-th of certain statements off; ``event`` is ``INSERT ON table``, ``which`` what its row is."""
    await kitchen.execute("CREATE SEQUENCE tries")
    await kitchen.execute(
        "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
        f" IF nextval('public.tries') = {turn} THEN"
        " RAISE EXCEPTION 'terminating connection due to administrator command' USING ERRCODE = '57P01';"
        " END IF; RETURN NEW; END $$"
    )
    await kitchen.execute(
        f"CREATE TRIGGER broken_off BEFORE {event} FOR EACH ROW WHEN ({which}) EXECUTE FUNCTION break_off()"
    )
