"""Runs cells as processes on this machine: the only room that starts and stops them."""
