"""Scalebed measures how HTTP services scale horizontally.

Data flows one way: spec → plan → runner → (engine, load generator, probe) → run directory → stats →
report. `spec`, `plan`, `search`, `stats`, `validity` and `bottleneck` are pure: they import no engine.
"""

__version__ = "0.1.0"
