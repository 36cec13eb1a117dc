"""Sets up the optimized service."""

from benchmarks.service import set_up

set_up("optimized")
