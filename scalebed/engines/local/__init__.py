"""Runs cells as processes on this machine: the only package that starts and stops them."""
