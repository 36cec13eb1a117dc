"""What peers in Python share: settings, statements, sessions, bodies, rows, tokens. No framework is imported here."""
