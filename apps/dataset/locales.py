"""The peoples that contacts come from: how many, where they live, and how their phones are numbered."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Locale:
    """Where a share of the contacts comes from; `names` and `places` are Faker locales."""

    names: str
    places: str
    country: str
    share: int
    """Contacts out of a hundred."""
    dial: str
    """The country's calling code, without the plus."""
    mobile: tuple[str, ...]
    """Mobile prefixes, most common first; seven digits follow."""
    street: str = "street_name"
    """Faker's method for a street."""


# Not it_IT: Faker draws its cities from a set, whose order differs from process to process.
LOCALES = (
    Locale("de_DE", "de_DE", "Germany", 26, "49", ("170", "171", "151", "160", "175", "176", "152", "178")),
    Locale("en_US", "en_US", "United States", 16, "1", ("212", "310", "415", "617", "312", "713")),
    Locale("en_GB", "en_GB", "United Kingdom", 13, "44", ("770", "779", "782", "791")),
    Locale("fr_FR", "fr_FR", "France", 10, "33", ("61", "62", "66", "75")),
    Locale("es_ES", "es_ES", "Spain", 8, "34", ("60", "61", "65", "69")),
    Locale("pt_PT", "pt_PT", "Portugal", 6, "351", ("91", "92", "93", "96")),
    Locale("pl_PL", "pl_PL", "Poland", 5, "48", ("50", "60", "69", "78")),
    # Faker has no places of Türkiye; many with such names live in Germany.
    Locale("tr_TR", "de_DE", "Germany", 4, "49", ("157", "163", "177", "179")),
    Locale("nl_NL", "nl_NL", "Netherlands", 4, "31", ("61", "62", "64")),
    Locale("sv_SE", "sv_SE", "Sweden", 3, "46", ("70", "72", "73")),
    Locale("cs_CZ", "cs_CZ", "Czechia", 2, "420", ("60", "72", "77")),
    Locale("el_GR", "el_GR", "Greece", 2, "30", ("690", "694", "697")),
    Locale("ja_JP", "ja_JP", "Japan", 1, "81", ("80", "90"), street="town"),
)
