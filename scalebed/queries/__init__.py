"""`scalebed queries`: the benchmark of queries over Django variants and over strategies of database objects.

    strategies (strategies.toml) ──> study ──order──> runner ──> study_directory ──> findings ──> report, charts
                                                       │
                                          a bed: databases, benchmark, writes (local_bed)

A strategy is a named set of database objects. Every block measures each variant on each strategy once, in a seeded
random order, and intervals rest on blocks.
"""
