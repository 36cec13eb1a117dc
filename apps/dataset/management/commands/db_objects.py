"""`manage.py db_objects sync|list|strategy NAME`: the database objects that switches or a strategy ask for."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dataset.objects.choice import OBJECTS, ChoiceError, of_service, of_strategy, wanted
from dataset.objects.definitions import Choice, DatabaseObject
from dataset.objects.matching import match, present


class Command(BaseCommand):
    """Makes, drops and lists the objects; each line of output is one JSON object."""

    help = (
        "Make the database objects match SWITCHES over the defaults of the variant.toml in the working folder (sync), "
        "or a strategy of strategies.toml (strategy NAME); or list them (list)."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=("sync", "list", "strategy"))
        parser.add_argument("name", nargs="?", help="of the strategy")

    def handle(self, *args: Any, **options: Any) -> None:
        action, name = options["action"], options["name"]
        if (name is None) is (action == "strategy"):
            raise CommandError(
                "Name the strategy: db_objects strategy NAME." if name is None else f"{action} takes no name."
            )
        try:
            choice = of_service(Path.cwd(), os.environ.get("SWITCHES", "")) if name is None else of_strategy(name)
        except ChoiceError as error:
            raise CommandError(str(error)) from None
        if action == "list":
            self._list(choice)
        else:
            match(choice, self._changed, self.stderr.write)

    def _list(self, choice: Choice) -> None:
        there, due = present(), {item.name for item in wanted(choice)}
        for item in OBJECTS:
            self._say(item, present=item.name in there, wanted=item.name in due, bytes=there.get(item.name, 0))

    def _changed(self, item: DatabaseObject, action: str, seconds: float, size: int) -> None:
        self._say(item, action=action, seconds=seconds, bytes=size)

    def _say(self, item: DatabaseObject, **facts: object) -> None:
        self.stdout.write(json.dumps({"object": item.name, "set": item.set, **facts}))
