"""Releases of the chart: made, adopted, scaled, and given back as they were."""
