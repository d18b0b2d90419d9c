"""What the demo's restaurant serves, and which station makes it."""

from dataclasses import dataclass

BAR, KITCHEN, DESSERT = STATIONS = ("BAR", "KITCHEN", "DESSERT")


@dataclass(frozen=True, slots=True)
class Dish:
    name: str
    station: str


MENU = (
    Dish("Lager 0.5", BAR),
    Dish("Pale Ale 0.33", BAR),
    Dish("House Red 0.2", BAR),
    Dish("Riesling 0.2", BAR),
    Dish("Negroni", BAR),
    Dish("Gin & Tonic", BAR),
    Dish("Sparkling Water 0.75", BAR),
    Dish("Espresso", BAR),
    Dish("Tomato Soup", KITCHEN),
    Dish("Caesar Salad", KITCHEN),
    Dish("Margherita", KITCHEN),
    Dish("Cheeseburger", KITCHEN),
    Dish("Steak Frites", KITCHEN),
    Dish("Grilled Sea Bass", KITCHEN),
    Dish("Mushroom Risotto", KITCHEN),
    Dish("Spaghetti Carbonara", KITCHEN),
    Dish("Tiramisu", DESSERT),
    Dish("Crème Brûlée", DESSERT),
    Dish("Chocolate Fondant", DESSERT),
    Dish("Lemon Sorbet", DESSERT),
    Dish("Cheese Plate", DESSERT),
)
