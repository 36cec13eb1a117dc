"""Runs cells as releases of the chart in a Kubernetes cluster, with load by the k6-operator."""
