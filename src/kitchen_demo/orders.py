"""What guests order."""

from dataclasses import dataclass, replace
from random import Random
from typing import Self

from kitchen_demo.menu import BAR, DESSERT, KITCHEN, MENU

SERVERS = ("Ana", "Budi", "Chloé", "Diego")
NOTES = ("no onions", "well done", "sauce on the side", "allergic to nuts", "no ice", "for sharing")
MODIFIERS = ("extra cheese", "gluten-free", "large", "spicy")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order: the waiter names the dish, the menu knows its station."""

    dish: str
    station: str
    quantity: int = 1
    note: str | None = None
    modifiers: tuple[str, ...] = ()

    def with_quantity(self, quantity: int) -> Self:
        """Return so many of the same."""
        return replace(self, quantity=quantity)


SIX_ITEMS = (
    Item("Lager 0.5", BAR, 2),
    Item("Negroni", BAR, note="no ice"),
    Item("Steak Frites", KITCHEN, note="medium rare"),
    Item("Margherita", KITCHEN, 2, modifiers=("extra cheese",)),
    Item("Crème Brûlée", DESSERT),
    Item("Tiramisu", DESSERT, note="allergic to nuts"),
)
"""The bill everything starts with: two items each for BAR, KITCHEN and DESSERT."""

THREE_FOR_THE_KITCHEN = (
    Item("Tomato Soup", KITCHEN, 2),
    Item("Cheeseburger", KITCHEN, note="well done"),
    Item("Mushroom Risotto", KITCHEN),
)

SECOND_ROUND = (Item("Lager 0.5", BAR, 2), Item("Caesar Salad", KITCHEN))


def random_items(random: Random) -> tuple[Item, ...]:
    """Return what another table orders: one to eight dishes from all over the menu."""
    return tuple(
        Item(
            dish.name,
            dish.station,
            random.choice((1, 1, 1, 2, 2, 3)),
            random.choice(NOTES) if random.random() < 0.25 else None,
            tuple(random.sample(MODIFIERS, 1)) if random.random() < 0.2 else (),
        )
        for dish in random.sample(MENU, random.randint(1, 8))
    )
