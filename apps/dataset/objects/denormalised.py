"""The address and the relationship once more, as columns of the contact that triggers keep. Pure.

A page then needs one table instead of three, and one index can span what lay in several. What it costs: each change
of an address or of points writes the contact too, with every index that the contact has.
"""

from dataclasses import dataclass

from dataset.objects.definitions import DatabaseObject, btree, trigram


@dataclass(frozen=True)
class Copied:
    """A column of the contact, and where its value comes from."""

    name: str
    type: str
    source: str


ADDRESS = tuple(
    Copied(f"address_{column}", f"varchar({length})", column)
    for column, length in (("street", 100), ("street_number", 16), ("city", 100), ("city_code", 16), ("country", 100))
)
RELATIONSHIP = (
    Copied("relationship_id", "bigint", "id"),
    Copied("relationship_points", "integer", "points"),
    Copied("relationship_created", "timestamptz", "created"),
    Copied("relationship_last_activity", "timestamptz", "last_activity"),
)
COLUMNS = (*ADDRESS, *RELATIONSHIP)


def _assigned(columns: tuple[Copied, ...], source: str) -> str:
    return ", ".join(f"{column.name} = {source}.{column.source}" for column in columns)


_ADD = f"ALTER TABLE app_user {', '.join(f'ADD COLUMN {column.name} {column.type}' for column in COLUMNS)}"
_DROP = f"ALTER TABLE app_user {', '.join(f'DROP COLUMN {column.name}' for column in COLUMNS)}"
_FILL = (
    f"UPDATE app_user u SET {_assigned(ADDRESS, 'a')}, {_assigned(RELATIONSHIP, 'r')}"  # noqa: S608  constants
    " FROM app_user v LEFT JOIN address a ON a.id = v.address_id"
    " LEFT JOIN customer_relationship r ON r.appuser_id = v.id WHERE v.id = u.id"
)
# The update left every row there twice, and no VACUUM runs in a transaction; this writes the table anew. It refuses to
# while a deferred check is still due.
_COMPACT = (
    "SET CONSTRAINTS ALL IMMEDIATE",
    "CLUSTER app_user USING app_user_pkey",
    "ALTER TABLE app_user SET WITHOUT CLUSTER",
)

_OF_CONTACT = f"""
CREATE FUNCTION opt_copy_address_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT {", ".join(column.source for column in ADDRESS)} INTO {", ".join(f"NEW.{column.name}" for column in ADDRESS)}
    FROM address WHERE id = NEW.address_id;
    RETURN NEW;
END $$"""  # noqa: S608  constants
_OF_ADDRESS = f"""
CREATE FUNCTION opt_copy_address_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE app_user SET {_assigned(ADDRESS, "NEW")} WHERE address_id = NEW.id;
    RETURN NULL;
END $$"""  # noqa: S608  constants
_OF_RELATIONSHIP = f"""
CREATE FUNCTION opt_copy_relationship() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND NEW.appuser_id <> OLD.appuser_id THEN
        UPDATE app_user SET {", ".join(f"{column.name} = NULL" for column in RELATIONSHIP)} WHERE id = OLD.appuser_id;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        UPDATE app_user SET {_assigned(RELATIONSHIP, "NEW")} WHERE id = NEW.appuser_id;
    END IF;
    RETURN NULL;
END $$"""  # noqa: S608  constants
_TRIGGERS = (
    (
        "CREATE TRIGGER opt_denormalised BEFORE INSERT OR UPDATE OF address_id ON app_user"
        " FOR EACH ROW EXECUTE FUNCTION opt_copy_address_in()"
    ),
    (
        "CREATE TRIGGER opt_denormalised AFTER UPDATE ON address"
        " FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION opt_copy_address_out()"
    ),
    (
        "CREATE TRIGGER opt_denormalised AFTER INSERT OR UPDATE OR DELETE ON customer_relationship"
        " FOR EACH ROW EXECUTE FUNCTION opt_copy_relationship()"
    ),
)
_FUNCTIONS = ("opt_copy_address_in", "opt_copy_address_out", "opt_copy_relationship")

# Filled without triggers and before there are indexes to fill as well.
COPIES = DatabaseObject(
    "app_user.denormalised", "denormalised", "columns", "app_user", COLUMNS[0].name,
    (_ADD, _FILL, *_COMPACT), (_DROP,),
)  # fmt: skip
KEEPERS = DatabaseObject(
    "denormalised triggers", "denormalised", "triggers", "app_user", "opt_denormalised",
    (_OF_CONTACT, _OF_ADDRESS, _OF_RELATIONSHIP, *_TRIGGERS),
    tuple(f"DROP FUNCTION {name} CASCADE" for name in _FUNCTIONS),
)  # fmt: skip
# What `indexes` and `trigram` give the other two tables, on the copies, and two that span what lay in two tables.
INDEXES = (
    *(
        btree("app_user", f"{column}, id", of="denormalised")
        for column in (
            "address_street",
            "address_city",
            "address_city_code",
            "relationship_points",
            "relationship_created",
            "relationship_last_activity",
        )
    ),
    btree("app_user", "address_country, created, id", of="denormalised"),
    btree("app_user", "address_country, relationship_points, id", of="denormalised"),
    *(trigram("app_user", column.name, of="denormalised") for column in ADDRESS),
)
