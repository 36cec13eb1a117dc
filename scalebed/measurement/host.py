"""Whose the machine is while it is measured."""

from __future__ import annotations

from typing import Literal

Host = Literal["alone", "shared"]
"""alone: what other programs spoil is INVALID. shared: it counts, marked as rough."""
