"""The table of list queries: each must find the same contacts in every variant.

`{field}` stands for that field's value in a contact of the dataset, so that a query finds something.
"""

from urllib.parse import quote, unquote_plus

from .variants import Contact

TEXT_FIELDS = (
    "first_name",
    "last_name",
    "customer_id",
    "phone_number",
    "address__street",
    "address__street_number",
    "address__city",
    "address__city_code",
    "address__country",
)
TIME_FIELDS = ("created", "last_updated", "relationship__created", "relationship__last_activity")
ORDERINGS = (
    "id",
    "first_name",
    "last_name",
    "gender",
    "customer_id",
    "phone_number",
    "birthday",
    "created",
    "last_updated",
    "address__street",
    "address__city",
    "address__city_code",
    "address__country",
    "relationship__points",
    "relationship__created",
    "relationship__last_activity",
)

TEXT = [
    f"{field}{lookup}={value}"
    for field in TEXT_FIELDS
    for lookup, value in (
        ("", f"{{{field}}}"),
        ("__icontains", f"{{{field}|middle}}"),
        ("__icontains", f"{{{field}|swapped}}"),
        ("__istartswith", f"{{{field}|start}}"),
        ("__istartswith", f"{{{field}|swapped}}"),
        ("__in", f"{{{field}}},nobody's"),
        ("__in", f"{{{field}}}"),
    )
]

# Characters that mean something to LIKE, to SQL, to URLs or to Unicode.
AWKWARD = [
    f"{name}={quote(value)}"
    for name in ("first_name", "last_name__icontains", "address__city__istartswith", "first_name__in")
    for value in (
        "%",
        "_",
        "\\",
        "%%",
        "a%",
        "_a",
        "\\%",
        "'",
        '"',
        "O'Brien",
        "''; DROP TABLE app_user; --",
        "ß",
        "SS",
        "STRASSE",
        "é",
        "e\u0301",
        "ş",
        "İ",
        "ı",
        "Σ",
        "ς",
        "漢",
        "😀",
        "\u200b",
        "&",
        "=",
        "+",
        "#",
        "/",
        "null",
        "None",
        "true",
        "0",
        "[]",
        "{}",
        "\t",
        "\ufffd",
    )
]

NUMBERS = [
    f"{field}{lookup}={value}"
    for field, values in (
        ("id", ("{id}", "1", "0", "-1", "9223372036854775807", "-9223372036854775807", "007")),
        ("relationship__points", ("{relationship__points}", "0", "-5", "100", "2147483647", "-2147483647")),
    )
    for lookup in ("", "__gt", "__gte", "__lt", "__lte")
    for value in values
]

TIMES = [
    f"{field}{lookup}={value}"
    for field in TIME_FIELDS
    for lookup in ("__gte", "__lte")
    for value in (
        f"{{{field}}}",
        "2021-06-01T00:00:00Z",
        "2021-06-01T00:00:00",
        "2021-06-01T00:00:00.123456Z",
        "2021-06-01T02:00:00%2B02:00",
        "0001-01-01T00:00:01Z",
        "9999-12-31T23:59:59Z",
    )
]

OTHERS = [
    "",
    "gender=M",
    "gender=F",
    "gender__in=M,O",
    "gender__in=F",
    "gender__in=M,F,O",
    "id__in={id}",
    "id__in={id},1,2,3,9223372036854775807",
    "id__in=" + ",".join(str(number) for number in range(1, 101)),
    "birthday={birthday}",
    "birthday__gte={birthday}",
    "birthday__lte={birthday}",
    "birthday__gte=1980-01-01&birthday__lte=1989-12-31",
    "birthday__gte=1990-01-01&birthday__lte=1980-01-01",
    "birthday=2000-02-29",
    "birthday__gte=0001-01-01",
    "birthday__lte=9999-12-31",
    "address__isnull=true",
    "address__isnull=false",
    "relationship__isnull=true",
    "relationship__isnull=false",
    "address__isnull=true&relationship__isnull=true",
    "address__isnull=true&address__city__icontains=a",
    "relationship__isnull=true&relationship__points__gte=0",
    "first_name__icontains=a&last_name__icontains=e&gender=F",
    "relationship__points__gte=100&relationship__points__lt=500&address__country={address__country}",
    "address__city={address__city}&address__country={address__country}&gender={gender}",
    "created__gte=2020-01-01T00:00:00Z&created__lte=2021-01-01T00:00:00Z&relationship__isnull=false",
    # An empty value is no filter, and of repeated parameters the last counts.
    "first_name=",
    "first_name__in=",
    "id=",
    "id__in=",
    "gender=",
    "gender__in=",
    "birthday=",
    "created__gte=",
    "address__isnull=",
    "relationship__points__gte=",
    "search=",
    "ordering=",
    "page=",
    "page_size=",
    "gender=M&gender=F",
    "gender=X&gender=F",
    "gender=M&gender=",
    "id=1&id=2",
    "page_size=3&page_size=5",
    "ordering=id&ordering=-id",
    "page=99999&page=1",
]

PAGES = [
    "page_size=1",
    "page_size=7&page=3",
    "page_size=200",
    "page_size=201",
    "page_size=100000",
    "page_size=99999999999999999999",
    "page=1",
    "page=2",
    "page=2&page_size=200",
    "page=3&gender=M&ordering=id",
    "page_size=200&page=2&ordering=-relationship__points",
    "page=1&first_name=nobody-has-this-name",
    "page_size=13&page=4&address__isnull=false&ordering=birthday",
]

ORDERED = [
    *(f"ordering={sign}{field}&page_size=30" for field in ORDERINGS for sign in ("", "-")),
    # Where nulls meet values: of the rows, one in twenty lacks an address and one in ten a relationship.
    *(f"ordering={field}&page={page}&page_size=100" for field in ORDERINGS[-7:] for page in (14, 15)),
    *(f"ordering=-{field}&page={page}&page_size=100" for field in ORDERINGS[-7:] for page in (1, 2)),
    "ordering=gender,birthday",
    "ordering=-gender,birthday",
    "ordering=gender,-birthday",
    "ordering=gender,-id",
    "ordering=id,first_name",
    "ordering=-id,first_name",
    "ordering=last_name,first_name",
    "ordering=-last_name,-first_name",
    "ordering=address__country,address__city,-relationship__points",
    "ordering=-relationship__points,last_name&relationship__points__gte=60",
    "ordering=created&gender=O&page_size=20&page=2",
    "ordering=-relationship__last_activity&address__isnull=true",
]

SEARCHES = [
    "search={last_name}",
    "search={first_name}",
    "search={first_name} {last_name}",
    "search={last_name} {first_name}",
    "search={customer_id}",
    "search={customer_id|start}",
    "search={phone_number}",
    "search={phone_number|middle}",
    "search={address__city}",
    "search={last_name|swapped}",
    "search={last_name} {address__city}",
    "search=nobody-has-this",
    "search=a",
    "search=ann",
    "search=an er",
    "search= an   er ",
    "search=5",
    "search=49",
    "search=%2B49",
    "search=CUST-",
    "search=cust-",
    "search=a b c d e f g h",
    "search=m%C3%BC",
    "search=%25",
    "search=_",
    "search=\\",
    "search='",
    'search="',
    "search=a,b",
    "search=a|b",
    "search=a%26b",
    "search=!a",
    "search=(a",
    "search=a:*",
    "search=<->",
    "search=漢",
    "search=ß",
    "search=-",
    "search=" + "x" * 100,
    "search=" + "%C3%BC" * 100,
    "search=an&ordering=-relationship__points",
    "search=an&ordering=last_name&gender=F",
    "search=an&page_size=5&page=2&ordering=id",
]

# Short pages: the reference needs two queries for each contact that it shows.
QUERIES = [*OTHERS, *(f"{query}&page_size=10" for query in (*NUMBERS, *TIMES, *TEXT, *AWKWARD))]

# A query that must be refused, and the parameter that the refusal must name.
REFUSED = [
    ("page=0", "page"),
    ("page=-1", "page"),
    ("page=x", "page"),
    ("page=1.5", "page"),
    ("page=last", "page"),
    ("page_size=0", "page_size"),
    ("page_size=-1", "page_size"),
    ("page_size=x", "page_size"),
    ("page_size=all", "page_size"),
    ("ordering=nothing", "ordering"),
    ("ordering=--id", "ordering"),
    ("ordering=id;first_name", "ordering"),
    ("ordering=address", "ordering"),
    ("ordering=address__street_number", "ordering"),
    ("ordering=relationship__id", "ordering"),
    ("ordering=first_name,nothing", "ordering"),
    ("ordering=ID", "ordering"),
    ("ordering=%00", "ordering"),
    ("search=a b c d e f g h i", "search"),
    ("search=" + "x" * 101, "search"),
    ("search=a%00b", "search"),
    ("gender=X", "gender"),
    ("gender=m", "gender"),
    ("gender=MF", "gender"),
    ("gender__in=M,X", "gender__in"),
    *((f"{name}={value}", name) for name in ("id", "id__gt", "id__in", "id__lte") for value in ("x", "1.5", "0x1")),
    *((f"{name}={value}", name) for name in ("id", "id__gte", "id__in") for value in (2**63, -(2**63), 10**40)),
    *(
        (f"{name}={value}", name)
        for name in ("relationship__points", "relationship__points__gt", "relationship__points__lte")
        for value in ("x", "1.5", "NaN", 2**31, -(2**31))
    ),
    *(
        (f"{name}={value}", name)
        for name in ("birthday", "birthday__gte", "birthday__lte")
        for value in ("x", "2021-02-30", "2021-13-01", "29.02.1984", "1984", "0000-01-01", "10000-01-01")
    ),
    *(
        (f"{name}={value}", name)
        for name in ("created__gte", "last_updated__lte", "relationship__created__gte")
        for value in ("x", "2021-06-01", "2021-13-01T00:00:00Z", "2021-06-01T25:00:00Z", "12:00:00")
    ),
    *(
        (f"{name}={value}", name)
        for name in ("address__isnull", "relationship__isnull")
        for value in ("x", "2", "null")
    ),
    *((f"{name}=%00", name) for name in ("first_name", "last_name__icontains", "address__city__in", "customer_id")),
    ("first_name__in=" + ",".join(["a"] * 101), "first_name__in"),
    ("id__in=" + ",".join(["1"] * 101), "id__in"),
    ("nothing=1", "nothing"),
    ("first_name__regex=a", "first_name__regex"),
    ("first_name__exact=a", "first_name__exact"),
    ("relationship__points__in=1", "relationship__points__in"),
    ("created=2021-06-01T00:00:00Z", "created"),
    ("created__gt=2021-06-01T00:00:00Z", "created__gt"),
    ("birthday__gt=2021-06-01", "birthday__gt"),
    ("address=1", "address"),
    ("address__id=1", "address__id"),
    ("first_name__isnull=true", "first_name__isnull"),
    ("relationship__id=1", "relationship__id"),
    ("password=x", "password"),
    ("format=json", "format"),
    ("limit=5", "limit"),
    ("gender=F&gender=X", "gender"),
]

MISSING = [
    "page=999999",
    "page=99999999999999999999",
    "page=2&first_name=nobody-has-this-name",
    "page=2&page_size=200&id=1",
]


def kind_of_query(query: str) -> object:
    """Return what makes a query unlike another: its parameters, and how it searches and orders."""
    pairs = [part.partition("=") for part in query.split("&")]
    return frozenset((name, value if name in {"search", "ordering"} else "") for name, _, value in pairs)


def filled(query: str, contact: Contact) -> list[tuple[str, str]]:
    """Return a query's parameters with a contact's values in its placeholders."""
    pairs = []
    for part in query.split("&") if query else []:
        name, _, value = part.partition("=")
        pieces = value.split("{")
        text = unquote_plus(pieces[0])
        for piece in pieces[1:]:
            place, closed, rest = piece.partition("}")
            text += _value(contact, place) + unquote_plus(rest) if closed and place else "{" + piece
        pairs.append((name, text))
    return pairs


def _value(contact: Contact, place: str) -> str:
    field, _, part = place.partition("|")
    head, _, tail = field.partition("__")
    value = str(contact[head][tail] if tail else contact[head])
    match part:
        case "start":
            return value[:3]
        case "middle":
            return value[1:4] or value
        case "swapped":
            return value.swapcase() if value.isascii() else value
        case _:
            return value
