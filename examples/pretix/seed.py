"""Fills an empty pretix with one organizer, 40 events and 300 orders, which are placed by pretix's own REST API.

Run it once after `migrate`, with DJANGO_SETTINGS_MODULE=pretix.settings.
"""

import random
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import django

django.setup()

from django.test import Client  # noqa: E402
from django_scopes import scope, scopes_disabled  # noqa: E402
from pretix.base.models import Event, Item, ItemCategory, Order, Organizer, Quota, Team, User  # noqa: E402

HOST = "127.0.0.1"
TOWNS = ("Aachen", "Bergen", "Cork", "Delft", "Evora", "Ghent", "Hull", "Izola", "Jena", "Krems")
KINDS = ("Choir night", "Science fair", "Street theatre", "Winter market")
PRODUCTS = (("Regular", "24.00"), ("Reduced", "15.00"), ("Group of four", "80.00"), ("Programme", "3.50"))
NAMES = ("Ada Berg", "Bo Chen", "Cora Diaz", "Dag Ek", "Eva Frost", "Finn Gray", "Gita Han", "Hugo Ito")
ORDERS = 300
# Bank transfer has to be switched on for both, the organizer and the event.
PLUGINS = "pretix.plugins.banktransfer,pretix.plugins.checkinlists"

pick = random.Random(2024)


def organizer():
    """The organizer, a person who may do everything for it, and a key to its API."""
    user = User.objects.create_user("clerk@example.test", "correct-horse-battery", fullname="Clerk")
    made = Organizer.objects.create(name="Town Hall", slug="townhall", plugins=PLUGINS)
    team = Team.objects.create(
        organizer=made, name="Everyone", all_events=True, all_event_permissions=True, all_organizer_permissions=True
    )
    team.members.add(user)
    return made, team.tokens.create(name="seed").token


def event(owner, number):
    """One event on sale, and the products that it sells."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=30 + number)
    made = Event.objects.create(
        organizer=owner,
        name=f"{KINDS[number % len(KINDS)]} in {TOWNS[number % len(TOWNS)]}",
        slug=f"event{number + 1}",
        currency="EUR",
        date_from=start,
        date_to=start + timedelta(hours=3),
        is_public=True,
        live=True,
        plugins=PLUGINS,
    )
    made.settings.timezone = "UTC"
    made.settings.payment_banktransfer__enabled = True
    quota = Quota.objects.create(event=made, name="Seats", size=None)
    category = ItemCategory.objects.create(event=made, name="Tickets")
    products = []
    for position, (name, price) in enumerate(PRODUCTS):
        product = Item.objects.create(
            event=made,
            category=category,
            name=name,
            default_price=Decimal(price),
            position=position,
            admission=name != "Programme",
        )
        quota.items.add(product)
        products.append(product.pk)
    return made.slug, products


def order(client, token, slug, products, number):
    buyer = NAMES[number % len(NAMES)]
    answer = client.post(
        f"/api/v1/organizers/townhall/events/{slug}/orders/",
        {
            "email": f"buyer{number}@example.test",
            "locale": "en",
            "status": "p" if pick.random() < 0.8 else "n",
            "payment_provider": "banktransfer",
            "positions": [
                {"item": pick.choice(products), "variation": None, "attendee_name_parts": {"full_name": buyer}}
                for _ in range(pick.randint(1, 4))
            ],
        },
        content_type="application/json",
        headers={"Authorization": f"Token {token}"},
    )
    if answer.status_code != 201:
        sys.exit(f"order {number}: {answer.status_code} {answer.content[:500]!r}")


def main():
    with scopes_disabled():
        if Organizer.objects.exists():
            sys.exit("There is an organizer in this database already: seed an empty one")
        owner, token = organizer()
    with scope(organizer=owner):
        events = [event(owner, number) for number in range(len(TOWNS) * len(KINDS))]
    client = Client(SERVER_NAME=HOST)
    for number in range(ORDERS):
        # Half of the orders are of the first event, so that one list is long.
        slug, products = events[0] if number % 2 == 0 else pick.choice(events)
        order(client, token, slug, products, number)
    with scopes_disabled():
        print(f"{Event.objects.count()} events, {Order.objects.count()} orders")


if __name__ == "__main__":
    main()
