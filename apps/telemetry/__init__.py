"""Health, metrics and logs: the same code, and so the same cost, in every Django variant.

    settings ──> logs.logging_config          one JSON object a line on stderr
    MIDDLEWARE ──> middleware.MetricsMiddleware ──> metrics (prometheus_client)
    ROOT_URLCONF ──> urls: healthz, readyz, metrics

prometheus_client decides when it is first imported whether its values live in shared files, so the folder
is named here, where every import of this package passes.
"""

import os

if metrics_dir := os.environ.get("METRICS_DIR"):
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", metrics_dir)
