"""`manage.py benchmark`: how long the questions of a real application take in a variant, and why.

    sample (values from the rows) ──> questions ──> measuring ──> results (JSON, CSV) ──> charts
                                                        │
      asking (the variant's own request path) ── recording (its statements) ── coldness ── explaining

A question is a request of the contract. It goes through the variant's real WSGI application in this process: routes,
middleware, view, queries, JSON. So what is timed and explained is the variant's own SQL.
"""
