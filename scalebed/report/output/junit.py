"""`junit.xml`: a test case for each cell, so that CI shows which has no figure, or not the one asked for.

A cell whose answer is no is a failure, one without a valid answer an error: what CI shows is what the exit code says.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from scalebed.report.findings.caveats import of_cell
from scalebed.report.findings.conclusion import CellConclusion, Conclusion
from scalebed.report.findings.views import Analysis, CellView
from scalebed.report.sentences import figures


def junit_xml(analysis: Analysis) -> str:
    """The answer no is a failure, no valid one an error; a cell that was not measured yet is skipped."""
    experiment = analysis.manifest.experiment
    conclusions = {each.cell: each for each in analysis.conclusions}
    cases = [_case(analysis, cell, conclusions[cell.id]) for cell in analysis.cells]
    return document(f"scalebed.{experiment.name}", cases, timestamp=analysis.manifest.started)


def document(name: str, cases: Sequence[ET.Element], properties: Sequence[ET.Element] = (), **more: str) -> str:
    """A whole document with one suite; `more` are further attributes of it."""

    def having(tag: str) -> str:
        return str(sum(case.find(tag) is not None for case in cases))

    counts = {"failures": having("failure"), "errors": having("error"), "skipped": having("skipped")}
    suite = ET.Element("testsuite", {"name": name, "tests": str(len(cases)), **counts, **more})
    suite.extend([*properties, *cases])
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(analysis: Analysis, cell: CellView, conclusion: CellConclusion) -> ET.Element:
    seconds = sum(trial.duration_s for trial in analysis.trials if trial.cell == cell.id)
    classname = f"scalebed.{analysis.manifest.experiment.name}"
    case = ET.Element("testcase", classname=classname, name=cell.title, time=f"{seconds:.1f}")
    said = ". ".join(part for part in (cell.bound or cell.state, cell.note) if part)
    if cell.state == "not measured":
        ET.SubElement(case, "skipped", message=said)
        return case
    minded = of_cell(analysis.caveats, cell.id)
    if minded:
        properties = ET.SubElement(case, "properties")
        for caveat in minded:
            ET.SubElement(properties, "property", name="caveat", value=caveat.kind)
    if conclusion.conclusion is not Conclusion.YES:
        kind = "failure" if conclusion.conclusion is Conclusion.NO else "error"
        ET.SubElement(case, kind, type=cell.state, message=f"{conclusion.reason} ({said})")
    lines = [line for line in (_figure(analysis, cell),) if line]
    lines += [f"Mind, {caveat.kind}: {caveat.sentence}" for caveat in minded]
    if lines:
        ET.SubElement(case, "system-out").text = "\n".join(lines)
    return case


def _figure(analysis: Analysis, cell: CellView) -> str:
    if cell.rate is not None:
        within = figures.span(cell.rate.lower, cell.rate.upper, like=cell.rate.estimate)
        out = f"{analysis.rate_name}: {figures.figure(cell.rate.estimate)} {analysis.unit} a second"
        return f"{out} ({within})" if within else out
    if cell.bound:
        return f"{analysis.rate_name}: {cell.bound} {analysis.unit} a second"
    if cell.state == "measured":
        return f"CPU {analysis.rate_meaning}: {figures.with_unit(cell.cpu_total, 'ms')} a request, all parts together"
    return ""
