"""Contacts in layers: `domain` ← `application` ← `infrastructure` and `api`; `composition` joins them."""
