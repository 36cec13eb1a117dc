"""Lays an analysis out as `report.html` and `report.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import yaml
from markupsafe import Markup, escape

from scalebed.experiment.spec import Experiment
from scalebed.report.charts import bars, curves, panels, rows
from scalebed.report.charts.courses import course_charts
from scalebed.report.charts.outages import outage_charts
from scalebed.report.charts.timelines import timeline
from scalebed.report.charts.waterfall import Waterfall, waterfall
from scalebed.report.findings.followings import STAGES, load_unit
from scalebed.report.findings.views import MEASURES, PARTS, Analysis, Comparison
from scalebed.report.kinds import WORDS
from scalebed.report.output import spreadsheet
from scalebed.report.output.templates import page, text
from scalebed.report.sentences import figures, memory
from scalebed.report.sentences.answer import compose
from scalebed.report.sentences.cells import slo_limit


def html(analysis: Analysis) -> str:
    """One file that fetches nothing."""
    return page("report.html.j2", _context(analysis))


def markdown(analysis: Analysis) -> str:
    return text("report.md.j2", _context(analysis))


def _context(analysis: Analysis) -> dict[str, object]:
    experiment, answer = analysis.manifest.experiment, compose(analysis)
    faulty = bool(analysis.faults)
    curve = curves.capacity(analysis)
    single = None if analysis.followings or faulty else rows.rate_rows(analysis)
    latency = () if analysis.comparisons or faulty else panels.latency(analysis)
    cpu = None if faulty else bars.cpu(analysis)
    used = () if faulty else _used(analysis)
    endpoint_cells = [cell for cell in analysis.cells if cell.endpoints and not cell.fault]
    remembered = [(cell, cell.memory) for cell in analysis.cells if cell.memory is not None and not faulty]
    contents = [
        *((f"comparison-{i}", f"Compared {c.load}", True) for i, c in enumerate(analysis.comparisons)),
        ("faults", "Faults", faulty),
        ("seconds", "Second by second", faulty),
        ("cells", "Cells", not analysis.comparisons and not faulty),
        ("capacity", analysis.rate_name, bool(curve or single)),
        ("following", "Load and replicas", bool(analysis.followings)),
        ("course", "Load over time", bool(analysis.courses)),
        ("latency", "Latency by rate", bool(latency)),
        ("endpoints", "Endpoints and errors", bool(endpoint_cells)),
        ("cpu", "CPU per request", bool(cpu)),
        ("utilisation", "Utilisation and limit", bool(used)),
        ("memory", "Memory", bool(remembered)),
        ("trust", "Can this be trusted?", True),
        ("validity", "Validity", True),
        ("method", "How it was measured", True),
    ]
    return {
        "a": analysis,
        "e": experiment,
        "f": figures,
        "answer": answer,
        "headline": _emphasised(answer.headline),
        "details": [_unbroken(sentence) for sentence in answer.details],
        "quiet": " ".join(c for c in answer.caveats if c.startswith("In brackets")),
        "loud": [c for c in answer.caveats if not c.startswith("In brackets")],
        "kind": WORDS[experiment.kind].title,
        "slo": slo_limit(analysis),
        "error_limit": f"{experiment.slo.error_rate * 100:g}%",
        "contents": [(key, title) for key, title, shown in contents if shown],
        "slots": {name: i % 6 for i, name in enumerate(analysis.variants)},
        "charts": [_charts(comparison) for comparison in analysis.comparisons],
        "measures": MEASURES,
        "compares": not experiment.traits.gives_rates and len(analysis.variants) > 1,
        "scales": not experiment.traits.gives_rates and len(analysis.replicas) > 1,
        "has_capacity": any(cell.rate for cell in analysis.cells),
        "has_compared_intervals": any(comparison.has_intervals for comparison in analysis.comparisons),
        "has_intervals": any(cell.has_interval for cell in analysis.cells),
        "capacity": curve,
        "scaling": curves.scaling(analysis) if curve else None,
        "rows": single,
        "has_ceiling": bool((curve and (curve.has_ceiling or curve.beyond)) or (single and single.has_ceiling)),
        "drawings": [(each, timeline(each)) for each in analysis.followings],
        "outages": outage_charts(analysis.faults, experiment.slo),
        "courses": course_charts(analysis.courses, experiment.slo, journeys=experiment.unit == "journeys"),
        "natures": experiment.faults,
        "milestones": {key: column for key, (column, _) in STAGES.items()},
        "load_unit": load_unit(experiment),
        "panels": latency,
        "cpu": cpu,
        "used": used,
        "limited": [cell for cell in analysis.cells if cell.limit],
        "remembered": remembered,
        "memory_meaning": memory.meaning([seen for _, seen in remembered]),
        "resources": memory.resources(remembered),
        "resources_meaning": memory.MARGIN,
        "endpoint_cells": endpoint_cells,
        "fingerprint": list(_flat(analysis.manifest.fingerprint)),
        "method": _method(analysis),
        "again": _again(analysis),
        "experiment_yaml": experiment_yaml(experiment),
        "order": _order(analysis),
        "columns": spreadsheet.COLUMNS,
        "compared_columns": spreadsheet.COMPARED_COLUMNS if analysis.comparisons else (),
    }


def _charts(comparison: Comparison) -> list[Waterfall]:
    drawn = (waterfall(comparison, measure) for measure in comparison.measures)
    return [chart for chart in drawn if chart is not None]


def _emphasised(headline: str) -> Markup:
    """The headline with its ratios set off, interval included."""
    text = str(escape(headline))
    interval = rf" \((at most )?[\d.,]+({figures.DASH}[\d.,]+| or more)?\)"
    return Markup(re.sub(rf"[\d.,]+ ×({interval})?", r"<em>\g<0></em>", text))  # noqa: S704 - escaped above


def _unbroken(sentence: str) -> Markup:
    """The sentence with its ratios and intervals kept on one line."""
    figure = r"[\d.,]+ ×( \([^() ]*\))?|[\d.,%]+ \([^() ]*\)"
    return Markup(re.sub(figure, r'<span class="n">\g<0></span>', str(escape(sentence))))  # noqa: S704 - escaped above


def _used(analysis: Analysis) -> tuple[str, ...]:
    seen = {part for cell in analysis.cells for part in cell.utilisation}
    known = ("service", "host", *PARTS[1:])
    return (*(part for part in known if part in seen), *sorted(seen - set(known)))


def _flat(value: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested keys joined by dots; small flat mappings and lists on one line."""
    for key, inner in value.items():
        name = f"{prefix}{key}"
        if isinstance(inner, Mapping) and any(isinstance(v, Mapping | list) for v in inner.values()):
            yield from _flat(inner, f"{name}.")
        elif isinstance(inner, Mapping) and inner:
            yield name, ", ".join(f"{k} {v}" for k, v in inner.items())
        elif isinstance(inner, list) and all(isinstance(v, str | int | float) for v in inner):
            yield name, ", ".join(map(str, inner))
        elif inner != {}:
            yield name, inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)


def experiment_yaml(experiment: Experiment) -> str:
    """The experiment with every default written out; reading it gives the same experiment."""
    data = experiment.model_dump(mode="json", exclude_none=True)
    made = {"variants"} if experiment.compares else set()
    data = {key: value for key, value in data.items() if key not in made and value not in ("", [])}
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)


def _method(analysis: Analysis) -> str:
    experiment = analysis.manifest.experiment
    blocks = figures.count(experiment.blocks, "block")
    order = f"{blocks[0].upper()}{blocks[1:]}, each one pass over all cells in an order drawn from the seed."
    told = f"{order} {WORDS[experiment.kind].method(experiment)}"
    if not analysis.fitted:
        return told
    return (
        f"{told} The capacity of a block is where a curve through all of its trials that came near, or did not pass, "
        "meets what the SLO allows."
    )


def _again(analysis: Analysis) -> str:
    commit = analysis.manifest.fingerprint.get("commit")
    if isinstance(commit, str) and commit:
        return f"git checkout {commit}\n./scripts/scalebed run experiment.yaml   # the experiment file is given below"
    told = f"with Scalebed {analysis.manifest.scalebed_version}; the experiment file is given below"
    return f"scalebed run experiment.yaml   # {told}"


def _order(analysis: Analysis) -> list[tuple[int, list[str]]]:
    blocks: dict[int, list[str]] = {}
    for block, cell in analysis.manifest.order:
        blocks.setdefault(block, []).append(cell)
    return sorted(blocks.items())
