"""Where cells run: each engine implements `scalebed.execution.ports.Engine`."""
