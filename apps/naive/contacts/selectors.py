"""Reads that are more than a list of contacts."""

from typing import Any

from django.db.models import Count, Max, Min, Sum
from django.db.models.functions import Coalesce, Collate

from naive.contacts.models import AppUser, CustomerRelationship

GROUPS = {"country": "address__country", "city": "address__city", "gender": "gender"}
MAX_GROUPS = 100


def contact_stats() -> dict[str, Any]:
    """Count the contacts, and sum up their points."""
    points = CustomerRelationship.objects.aggregate(
        total=Coalesce(Sum("points"), 0), min=Min("points"), max=Max("points")
    )
    return {
        "contacts": AppUser.objects.count(),
        "with_address": AppUser.objects.filter(address__isnull=False).count(),
        "with_relationship": AppUser.objects.filter(relationship__isnull=False).count(),
        "points": points,
    }


def contact_aggregate(group_by: str) -> dict[str, Any]:
    """Count contacts and sum points by a key of GROUPS; the largest MAX_GROUPS groups, then by key."""
    field = GROUPS[group_by]
    groups = (
        AppUser.objects.filter(**{f"{field}__isnull": False})
        .values(key=Collate(field, "C"))
        .annotate(contacts=Count("id"), points=Coalesce(Sum("relationship__points"), 0))
        .order_by("-contacts", "key")
    )
    return {"group_by": group_by, "results": list(groups[:MAX_GROUPS])}
