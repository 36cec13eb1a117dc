"""Keeps what runs here apart: control groups, quotas, processes, and what a killed run left."""
