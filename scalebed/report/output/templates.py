"""Fills the templates of the report package."""

from __future__ import annotations

import re
from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scalebed.report.findings.views import PARTS


def page(template: str, context: Mapping[str, object]) -> str:
    """HTML in one file that fetches nothing, with the reports' style in it."""
    made = _environment(autoescape=True)
    loader = made.loader
    css = loader.get_source(made, "report.css")[0] if loader else ""
    return made.get_template(template).render(css=Markup(css), **context)  # noqa: S704 - our own


def text(template: str, context: Mapping[str, object]) -> str:
    """Markdown; no two empty lines follow each other."""
    made = _environment(autoescape=False).get_template(template).render(**context)
    return re.sub(r"\n{3,}", "\n\n", made).rstrip() + "\n"


def _environment(*, autoescape: bool) -> Environment:
    made = Environment(
        loader=PackageLoader("scalebed.report"),
        autoescape=autoescape,  # noqa: S701 - Markdown is no HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["known_parts"] = PARTS
    return made
