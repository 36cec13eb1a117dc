"""Programs that are found or built, each once, into the cache."""
