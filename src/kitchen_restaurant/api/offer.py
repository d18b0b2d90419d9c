"""What can be ordered now, and where it is made: read once for a request, so that every error is named at once."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest

from kitchen_backend.models import Station
from kitchen_restaurant.core.models import Product

_KEPT_AS: Final = "kitchen_offer"


@dataclass(frozen=True, slots=True)
class Offer:
    """The products, each with whether it is on sale, and the stations."""

    products: dict[int, bool]
    stations: frozenset[str]


def offer_for(request: HttpRequest) -> Offer:
    """Return what can be ordered, as it was when this request first asked."""
    offer: Offer | None = getattr(request, _KEPT_AS, None)
    if offer is None:
        offer = Offer(
            products=dict(Product.objects.values_list("id", "is_active")),
            stations=frozenset(Station.objects.values_list("station_code", flat=True)),
        )
        setattr(request, _KEPT_AS, offer)
    return offer
