"""JUnit: a test case for each limit at each place, so that CI shows which was broken."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from scalebed.comparison import words
from scalebed.comparison.verdict import Comparison, describe
from scalebed.report.findings.conclusion import Conclusion


def junit_xml(comparison: Comparison) -> str:
    """A whole document. Without limits it has a case for each change, of which none can fail."""
    cases = [_case(comparison, i) for i in range(len(comparison.judgements))]
    if not comparison.limited:
        cases = [_named(f"{describe(c.place, comparison.after)}: {c.quantity}") for c in comparison.changes]
    for place, sentence in comparison.broken.items() if comparison.limited else ():
        case = _named(f"keeps what was kept before, {describe(place, comparison.after)}")
        ET.SubElement(case, "failure", type="broken", message=sentence)
        cases.append(case)
    suite = ET.Element(
        "testsuite",
        name=f"{comparison.before.name} → {comparison.after.name}",
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        skipped="0",
    )
    properties = ET.SubElement(suite, "properties")
    for sentence in words.sentences(comparison):
        ET.SubElement(properties, "property", name="mind", value=sentence)
    suite.extend(cases)
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(comparison: Comparison, number: int) -> ET.Element:
    judged, told = comparison.judgements[number], words.judgements(comparison)[number]
    case = _named(f"{judged.limit.text.strip()}, {describe(judged.change.place, comparison.after)}")
    if judged.conclusion is not Conclusion.YES:
        kind = "failure" if judged.conclusion is Conclusion.NO else "error"
        ET.SubElement(case, kind, type=judged.limit.quantity, message=told)
    ET.SubElement(case, "system-out").text = told
    return case


def _named(name: str) -> ET.Element:
    return ET.Element("testcase", classname="scalebed.compare", name=name)
