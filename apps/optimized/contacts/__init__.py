"""Contacts in layers: `contract` ← `application` ← `infrastructure` and `api`; `composition` joins them."""
