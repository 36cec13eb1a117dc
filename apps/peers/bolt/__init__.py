"""Django Bolt: the core of the contract by Django's ORM behind an HTTP server in Rust."""
