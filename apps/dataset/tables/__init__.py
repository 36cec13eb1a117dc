"""The three tables, for databases that no Django variant makes: the same app label and the same first migration.

A project that has a `contacts` app of its own, as the Django variants do, installs `dataset` alone.
"""
