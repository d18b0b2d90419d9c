"""A migration operation for the project that owns the tables of the point of sale."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.migrations.state import StateApps

from kitchen_backend.contract import POS_GRANTS, grant, require_contract


class GrantToKitchen(RunPython):
    """Let the kitchen read bills, items and products, and mark items as sent.

    Belongs after the migrations that create ``pos_bill``, ``pos_billitem`` and ``core_product``, and depends on
    ``("kitchen_backend", "0001_contract")``.
    """

    def __init__(self) -> None:
        super().__init__(_grant, RunPython.noop, elidable=False)

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        """Return how to write it down again."""
        return (type(self).__name__, [], {})


def _grant(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    require_contract(schema_editor.connection)
    for each in POS_GRANTS:
        schema_editor.execute(grant(*each))
