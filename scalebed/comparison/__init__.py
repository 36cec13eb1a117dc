"""Sets two things that were measured side by side, two runs or two variants of one: what changed, by how much, and
whether that is more than is allowed.

`side` reads them, `likeness` refuses what cannot be compared, `differences` tells what else differs, `change` reckons,
`limit` judges, `verdict` puts it together, `words` says it, and the modules of output lay it out.
Works offline from run directories alone.
"""
