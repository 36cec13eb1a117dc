"""Fills the templates of the report package."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scalebed.report.findings.views import PARTS


def page(template: str, context: Mapping[str, object]) -> str:
    """HTML in one file that fetches nothing, with the reports' style and script in it."""
    made = _environment(autoescape=True).get_template(template)
    return made.render(css=Markup(_source("report.css")), js=Markup(script()), **context)  # noqa: S704 - our own


def script() -> str:
    """The one script of a report, which sorts its tables."""
    return _source("tables.js")


def _source(name: str) -> str:
    return (files("scalebed.report") / "templates" / name).read_text(encoding="utf-8")


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
