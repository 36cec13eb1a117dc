"""Sets two things that were measured side by side, two runs or two variants of one: what changed, by how much, and
whether that is more than is allowed.

`side` reads them, `likeness` refuses what cannot be compared, `change` reckons, `limit` judges, and the modules of
output lay it out. Works offline from run directories alone.
"""
