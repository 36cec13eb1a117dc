"""What a run tells as metrics, to Prometheus and by OpenTelemetry's protocol."""
