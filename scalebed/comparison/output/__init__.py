"""A comparison as a table, as Markdown, as JUnit, and as JSON."""
