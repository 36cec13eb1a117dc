"""Scalebed measures how HTTP services scale horizontally.

Data goes one way: experiment → search → execution → records → report. docs/architecture.md says what is where.
"""

__version__ = "0.1.0"
