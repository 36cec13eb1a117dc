"""The parts of the documentation that are made from the code, so that they cannot say something else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import typer
import typer.main
from typer import Context
from typer.cli import get_docs_for_click

from docsmith import answers, dashboards, elsewhere, faults, messages, metrics, peers, tables
from docsmith.chart_schema import values_schema
from docsmith.chart_switches import filled
from docsmith.quotes import quoted, quotes
from scalebed.experiment.json_schema import experiment_schema
from scalebed.experiment.scenarios import experiment, scenarios
from scalebed.experiment.workloads import script_files, workloads
from scalebed.requirements import LOCKS, image_lock

_SCRIPTS = """\
# The scripts as one ConfigMap; scripts/fix lists them anew.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
generatorOptions:
  # A TestRun names it, and kustomize does not know where.
  disableNameSuffixHash: true
configMapGenerator:
  - name: k6-scripts
    files:
{files}"""


def write(root: Path, app: typer.Typer) -> list[Path]:
    """Write what differs; returns those files. `app` is the command line, whose help becomes a page."""
    changed = drifted(root, app)
    for path, text in _contents(root, app).items():
        if path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return changed


def drifted(root: Path, app: typer.Typer) -> list[Path]:
    """Files whose generated content is not what the code and the committed results make."""
    return [
        path
        for path, text in _contents(root, app).items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]


def _contents(root: Path, app: typer.Typer) -> Mapping[Path, str]:
    return {
        root / "docs" / "reference" / "experiment.schema.json": experiment_schema(),
        **answers.files(root / "docs" / "reference"),
        root / "docs" / "reference" / "command-line.md": _command_line(app),
        **_locks(root),
        **_charts(root),
        **_script_list(root),
        root / "docs" / "reference" / "scenarios.md": _scenarios(),
        root / "docs" / "reference" / "tables.md": tables.page(),
        root / "docs" / "reference" / "faults.md": faults.page(),
        root / "docs" / "reference" / "metrics.md": metrics.page(),
        **_peers(root),
        **dashboards.files(root),
        **messages.modules(root),
        **_elsewhere(root),
        **_quoting_pages(root),
    }


def _elsewhere(root: Path) -> Mapping[Path, str]:
    if not (root / elsewhere.SOURCE).exists():
        return {}
    return {root / "docs" / "reference" / "not-verified-here.md": elsewhere.page(root)}


def _peers(root: Path) -> Mapping[Path, str]:
    if not (root / "apps" / "peers").is_dir():
        return {}
    return {root / "docs" / "reference" / "peers.md": peers.page(root)}


def _locks(root: Path) -> Mapping[Path, str]:
    if not (root / "requirements.lock").exists():
        return {}
    return {root / lock: image_lock(root, lock) for lock in LOCKS}


def _charts(root: Path) -> Mapping[Path, str]:
    """Values files with the services' switches, and the schemas of what is in them."""
    paths = [*sorted(root.glob("charts/*/values.yaml")), *sorted(root.glob("charts/*/overlays/*.yaml"))]
    values = {path: filled(path.read_text(encoding="utf-8"), root) for path in paths}
    schemas = {
        path.with_name("values.schema.json"): values_schema(path.parent.name, text)
        for path, text in values.items()
        if path.name == "values.yaml"
    }
    return {**values, **schemas}


def _script_list(root: Path) -> Mapping[Path, str]:
    folder = root / "loadtest" / "k6"
    files = [path.name for path in script_files(folder)] if folder.is_dir() else []
    lines = "".join(f"      - {name}\n" for name in files)
    return {folder / "kustomization.yaml": _SCRIPTS.format(files=lines)} if files else {}


def _command_line(app: typer.Typer) -> str:
    command = typer.main.get_group(app)
    command.commands = {name: each for name, each in command.commands.items() if not each.hidden}
    context = Context(command, info_name="scalebed")
    text = get_docs_for_click(obj=command, ctx=context, name="./scripts/scalebed", title="The command line")
    return text.rstrip() + "\n"


def _scenarios() -> str:
    lines = [
        "# The scenarios",
        "",
        "`./scripts/scalebed scenario NUMBER` runs one, before and after ([how to](../how-to/run-the-scenarios.md)).",
        "Each is a script of `loadtest/k6/` and an experiment of `loadtest/experiments/scenarios/` by the same name.",
        "",
        "| number | name | what it isolates | load | before → after |",
        "|---|---|---|---|---|",
    ]
    for each in scenarios():
        spec = experiment(each)
        isolates = workloads()[spec.workload].isolates.removeprefix("Isolates ").rstrip(".")
        rates = ", ".join(f"{rate:g}" for rate in spec.rates)
        load = f"{spec.crowd}, closed" if spec.kind == "closed" else f"{rates} a second"
        variants = " → ".join(variant.name for variant in spec.variants)
        lines.append(f"| {each.key} | {each.name} | {isolates} | {load} | {variants} |")
    return "\n".join(lines) + "\n"


def _quoting_pages(root: Path) -> Mapping[Path, str]:
    texts = {
        path: path.read_text(encoding="utf-8") for path in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
    }
    return {path: quoted(text, root) for path, text in texts.items() if quotes(text)}
