"""Odd spellings of every type of value, as texts of a query and as JSON; `grammar` says which of them are right."""

from .queries import ORDERINGS, TEXT_FIELDS, TIME_FIELDS

WHOLE = [
    *("1_000", "7.0", "7.", "7e0", "1e3", "+7", "--7", "- 7", "7-", "−7", "0x7", "0b1", "0o7", "7L", "1,000", "1 000"),
    *("٧", "७", "７", "²", "٣٣", "-٧", " 7", "7 ", "7\n", "\t7", "7\u00a0", "\u20037", "NaN", "Infinity", "true"),
    *("null", "None", "[7]", '"7"', "'7'", "7;", "½", "Ⅶ", "7", "07", "00", "-0", "-00", "-07", "0" * 40 + "7"),
    *("0", "-1", "2147483647", "2147483648", "-2147483647", "-2147483648", str(2**63 - 1), str(2**63)),
    *(str(-(2**63) + 1), str(-(2**63)), "9" * 19, "9" * 20, "9" * 200, "9" * 4500, "-" + "9" * 4500, "-"),
]
LISTS = [
    *("1,2,", ",1", "1,,2", ",", ",,", "1, 2", "1 ,2", " 1,2", "1,2 ", "1;2", "1|2", "1 2", "[1,2]", "(1,2)", "1،2"),
    *("1,x", "1,٢", "1_0,2", "1,7.0", "1,+2", "1,1", "01,2", "1,-1", "1,2\n", "1,null", '"1","2"', "1,2,3"),
    *(",".join(["1"] * 100), ",".join(["1"] * 101), ",".join(["1"] * 99) + ",", f"1,{2**63}", "1," + "9" * 4500),
]
TEXT_LISTS = [
    *("a,", ",a", "a,,b", ",", ",,", "a, b", " a,b", "a\\,b", '"a,b"', "a", "a,b", "a ,b ", "a,\0"),
    *(",".join(["a"] * 100), ",".join(["a"] * 101), ",".join(["a"] * 99) + ",", " ", " , "),
]
LETTERS = ["m", "M ", " M", "MF", "Ｍ", "М", "male", "1", "null", "M\n", "X", "M\0", "M,F", "'M'", "M", "O", "ó"]
LETTER_LISTS = ["M,", ",M", "M,,F", "m,F", "M, F", "M;F", "MF", "M,X", "M,M", "M,F,O", ",", "M,F\n", "M,null", "F"]
DAYS = [
    *("20000229", "2000-2-29", "2000-060", "2000-W09-2", "2000W092", "00-02-29", "2000/02/29", "2000.02.29"),
    *("2000-02-29T00:00:00", "2000-02-29T00:00:00Z", "2000-02-29Z", " 2000-02-29", "2000-02-29 ", "2000-02-29\n"),
    *("２０００-02-29", "٢٠٠٠-02-29", "2000‐02‐29", "2000-02-3٠", "2001-02-29", "1900-02-29", "2000-02-30"),
    *("0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "+2000-02-29", "-2000-02-29", "02000-02-29", "2000-02"),
    *("2000", "2000-00-10", "2000-13-01", "2000-01-00", "2000-01-32", "today", "now", "infinity", "951782400", "1e3"),
    *("2000-02-29", "2000-02-29+00:00", "2000-0229", "200002-29", "2000--02-29", "29-02-2000", "Feb 29, 2000", "null"),
]
_CLOCK = "2020-02-12T05:13:36"
OFFSETS = [
    *("+16:00", "-16:00", "+15:59", "-15:59", "+15:60", "+23:59", "-23:59", "+24:00", "-24:00", "+99:99"),
    *("+14:00", "-12:00", "+00:00", "-00:00", "+02:00", "-02:00"),
]
OTHER_OFFSETS = [
    *("", "Z", "z", " Z", "Z ", "+0200", "+02", "+2:00", "+2", "+02:60", "+02:00:00", "+02:00:30", "+15:59:59"),
    *(" 02:00", "UTC", " UTC", "GMT", "+02:00Z", "Z+02:00", "ZZ", "−02:00", "+٠٢:00", "±02:00", "[Europe/Paris]", "+"),
]
OTHER_TIMES = [_CLOCK + offset for offset in OTHER_OFFSETS]
MOMENTS = [
    *("20200105T100000Z", "2020-01-05T100000Z", "20200105T10:00:00Z", "2020-01-05t10:00:00Z", "2020-01-05 10:00:00Z"),
    *("2020-01-05_10:00:00Z", "2020-01-05  10:00:00Z", "2020-01-05T10:00Z", "2020-01-05T10Z", "2020-01-05T10:00"),
    *("2020-01-05T10:00:00.1Z", "2020-01-05T10:00:00.123456Z", "2020-01-05T10:00:00.1234567Z"),
    *("2020-01-05T10:00:00.123456789Z", "2020-01-05T10:00:00,5Z", "2020-01-05T10:00:00.Z", "2020-01-05T10:00:00.٥Z"),
    *("2020-01-05T10:00.5Z", "2020-01-05T24:00:00Z", "2020-01-05T23:59:60Z", "2020-01-05T10:60:00Z"),
    *("2020-01-05T25:00:00Z", "2020-02-30T10:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    *("0001-01-01T00:00:00", "0001-01-01T00:00:00+00:01", "0001-01-01T00:00:00-00:01", "0001-01-01T15:59:00+15:59"),
    *("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59+14:00"),
    *("9999-12-31T23:59:59-00:01", "9999-12-31T08:00:00-15:59", "10000-01-01T00:00:00Z", "2020-W01-1T10:00:00Z"),
    *("2020-005T10:00:00Z", "1577836800", "2020-01-05", "2020-01-05T", "T10:00:00Z", "10:00:00", "2020-1-5T10:00:00Z"),
    *("2020-01-05T1:00:00Z", "2020-01-05T10:0:00Z", "２０２０-01-05T10:00:00Z", "2020-01-05T1٠:00:00Z"),
    *(" 2020-01-05T10:00:00Z", "2020-01-05T10:00:00Z ", "2020-01-05T10:00:00Z\n", "+2020-01-05T10:00:00Z"),
    *("-2020-01-05T10:00:00Z", "02020-01-05T10:00:00Z", "20-01-05T10:00:00Z", "now", "today", "infinity", "-infinity"),
    *("epoch", "null", "2020-01-05T10:00:00", "2020-01-05T10:00:00Z", "2020-01-05T10:00:00 +02:00", "2020-01-05T::"),
    *("5 Jan 2020 10:00:00 GMT", "2020-01-05T10:00:00 UTC", "2020-01-05T10.5Z", "2020-01-05TT10:00:00Z"),
]
FLAGS = [
    *("TRUE", "True", "tRUE", "FALSE", "False", "1", "0", "yes", "no", "on", "off", "t", "f", "T", "y", "n", "true "),
    *(" true", "true\n", "null", "None", "ｔrue", "false,true", "-1", "2", "2.0", "true", "false", "[true]", '"true"'),
]
ORDERED_RIGHT = ["id", "-id", "id,-id", "id,id", "first_name,first_name", "-id,id,created", "-created,-id", "id,gender"]
ORDERED_WRONG = [
    *("id,", ",", ",id", "id,,created", " id", "id ", "-", "--id", "+id", "ID", "Id", "id desc", "id DESC", "id:desc"),
    *("?", "created,", "relationship", "relationship__points__", "relationship.points", "address__id", "pk", "-pk"),
    *("id;created", "[id]", "created, id", "- id", "−id", "ｉd", "id\n", "id\0", "count", "random", "1", "customer"),
]
COUNTED = [
    *(
        "0",
        "00",
        "-0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "1.0",
        "1.",
        "1e0",
        "1_0",
        "1,0",
        "١",
        "１",
        "0x1",
        "true",
        "null",
    ),
    *("last", "first", "all", "½", "1;2", "[1]", '"1"', "1", "01", "0" * 200 + "1", "9" * 19, "9" * 20, "9" * 200),
    *("9" * 4500, "0" * 4500, "1\0"),
]
SEARCHES = [
    *(" ", "  ", "\t", "\n", "\u00a0", "\u3000", "\u2003a", "a\u3000b", "a\u00a0b", "\x1f", "a\x1fb", "\u200b"),
    *("a" * 100, "a" * 101, " " * 100, " " * 101, "a b c d e f g h", "a b c d e f g h i", "a\u3000" * 8, "a\u3000" * 9),
    *("a\0", "\0", "\x01", "\x7f", "\ufffe", "\U0010ffff", "\ufeff", "%", "%%", "\\", "'", "a'b", "_", "é", "e\u0301"),
]
TEXTS = [
    *(" ", "  a  ", "\t", "\n", "\u00a0", "\u3000", "\x01", "\x7f", "\x1f", "\u200b", "\ufeff", "\ufffd", "\ufffe"),
    *("\U0010ffff", "e\u0301", "ﬁ", "a" * 1000, "null", "None", "true", "0", "[]", "{}", "a,b", "a;b", "<b>", "${x}"),
    *("%", "%25", "\\", "\\0", "\0", "a\0b", "\0a", "a\0"),
]
CURSORS = [
    "forged",
    "AAAA",
    "a" * 22,
    "a" * 21,
    "é",
    "a b",
    "=",
    "==",
    "%",
    "-",
    "_",
    "a" * 3000,
    "\0",
    "null",
    "1",
    "e30",
]
GROUPS = [
    *("Country", "COUNTRY", "country ", " country", "country\n", "country,city", "address__country", "1", "cοuntry"),
    *("country\0", "null", "key", "created", "country", "city", "gender", "group_by"),
]
# Names that nobody reads.
NAMES = [
    *("ID", "Id", "ｉd", "id ", " id", "id__", "__id", "id__exact", "id__isnull", "id__ne", "first_name__iexact"),
    *("first_name__", "first-name", "first_name[]", "firstName", "page ", "page[]", "Page", "page_size ", "sort"),
    *(
        "order_by",
        "limit",
        "offset",
        "format",
        "fields",
        "expand",
        "_",
        "q",
        "callback",
        "method",
        "first_name__in__in",
    ),
    *(
        "address__isnull__",
        "relationship__points__in",
        "id\0",
        "\0",
        "created",
        "gender__gt",
        "password",
        "é",
        "\ufffd",
    ),
    *("address__id__in", "relationship__appuser", "customer_id__isnull", "first_name__contains", "first_name__regex"),
]

TEXT_NAMES = [f"{field}{lookup}" for field in TEXT_FIELDS for lookup in ("", "__icontains", "__istartswith")]
TIME_NAMES = [f"{field}__{lookup}" for field in TIME_FIELDS for lookup in ("gte", "lte")]
ID_NAMES = ["id", "id__gt", "id__gte", "id__lt", "id__lte"]
POINT_NAMES = [f"relationship__points{lookup}" for lookup in ("", "__gt", "__gte", "__lt", "__lte")]
DAY_NAMES = ["birthday", "birthday__gte", "birthday__lte"]
TEXT_LIST_NAMES = [f"{field}__in" for field in TEXT_FIELDS]
FLAG_NAMES = ["address__isnull", "relationship__isnull"]

# Type → the parameters of that type, and odd values for them.
PARAMETERS: dict[str, tuple[list[str], list[str]]] = {
    "id": (ID_NAMES, WHOLE),
    "points": (POINT_NAMES, WHOLE),
    "ids": (["id__in"], LISTS),
    "texts": (TEXT_LIST_NAMES, TEXT_LISTS),
    "gender": (["gender"], LETTERS),
    "genders": (["gender__in"], LETTER_LISTS),
    "date": (DAY_NAMES, DAYS),
    "time": (TIME_NAMES, [*MOMENTS, *OTHER_TIMES]),
    "flag": (FLAG_NAMES, FLAGS),
    "ordering": (["ordering"], [*ORDERED_RIGHT, *ORDERED_WRONG, *(f"-{field}," for field in ORDERINGS[:2])]),
    "page": (["page"], COUNTED),
    "page_size": (["page_size"], [*COUNTED, "200", "201", "1000"]),
    "search": (["search"], SEARCHES),
    "text": (TEXT_NAMES, TEXTS),
    "cursor": (["cursor"], CURSORS),
}
# Item by item, at every parameter of the type: what a database takes of an offset differs from what Python takes.
EVERY_TIME = [_CLOCK + offset for offset in OFFSETS]
