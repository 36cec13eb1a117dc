"""The commands of variant.toml that work on the database."""

import argparse
import json
import os

import psycopg


def main() -> None:
    """`migrate`, `load --count N --seed S` or `objects`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("step", choices=["migrate", "load", "objects"])
    parser.add_argument("--count", type=int)
    parser.add_argument("--seed", type=int)
    arguments = parser.parse_args()
    switches = dict(pair.split("=") for pair in os.environ["SWITCHES"].split(",") if pair)
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        if arguments.step == "migrate":
            connection.execute("CREATE TABLE thing (id bigserial PRIMARY KEY, note text)")
        elif arguments.step == "load":
            insert = "INSERT INTO thing (note) SELECT md5((n + %s)::text) FROM generate_series(1, %s) n"
            connection.execute(insert, [arguments.seed, arguments.count])
        elif switches.get("index") == "on":
            connection.execute("CREATE INDEX IF NOT EXISTS thing_note ON thing (note)")
            print(json.dumps({"object": "thing_note", "set": "index", "action": "made"}))
        else:
            connection.execute("DROP INDEX IF EXISTS thing_note")


if __name__ == "__main__":
    main()
