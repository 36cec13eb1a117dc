"""What a run found, as frozen values: read once from its directory, with intervals."""
