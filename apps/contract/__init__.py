"""What every service agrees on: `contract.toml`, and the Python that reads it.

Neither a web framework nor a driver nor a cache is imported here. What is measured stands in each service: handlers,
statements, drivers, caches and encoders.
"""
