"""`manage.py generate_fake_data`: `generate_data` under another name."""

from dataset.management.commands import generate_data


class Command(generate_data.Command):
    """Loads contacts, with the options called `--customers` and `--worker`."""

    count_options = ("--customers", "--count")
    worker_options = ("--worker", "--workers")
