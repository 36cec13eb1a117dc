"""The messages of Prometheus's protocols; the modules are generated from the files beside them (`scripts/fix`)."""
