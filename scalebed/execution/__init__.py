"""Drives a plan through ports that engines implement."""
