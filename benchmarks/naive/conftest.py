"""Sets up the naive service."""

from benchmarks.service import set_up

set_up("naive")
