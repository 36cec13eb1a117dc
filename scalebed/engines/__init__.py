"""Where cells run: each engine implements `scalebed.ports.Engine`."""
