"""The telemetry app."""

from django.apps import AppConfig


class TelemetryConfig(AppConfig):
    """Health, metrics and logs; it has no models."""

    name = "telemetry"
