"""JUnit: a test case for each limit at each place, so that CI shows which was broken."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from scalebed.comparison import words
from scalebed.comparison.limit import Judgement
from scalebed.comparison.verdict import Comparison, describe
from scalebed.report.findings.conclusion import Conclusion
from scalebed.report.output.junit import document


def junit_xml(comparison: Comparison) -> str:
    """A whole document. Without limits it has a case for each change, of which none can fail."""
    told = zip(comparison.judgements, words.judgements(comparison), strict=True)
    cases = [_case(comparison, judged, sentence) for judged, sentence in told]
    if not comparison.limited:
        cases = [_named(f"{describe(c.place, comparison.after)}: {c.quantity}") for c in comparison.changes]
    for place, sentence in comparison.broken.items() if comparison.limited else ():
        case = _named(f"keeps what was kept before, {describe(place, comparison.after)}")
        ET.SubElement(case, "failure", type="broken", message=sentence)
        cases.append(case)
    properties = ET.Element("properties")
    for sentence in words.sentences(comparison):
        ET.SubElement(properties, "property", name="mind", value=sentence)
    return document(f"{comparison.before.name} → {comparison.after.name}", cases, [properties])


def _case(comparison: Comparison, judged: Judgement, told: str) -> ET.Element:
    case = _named(f"{judged.limit.text.strip()}, {describe(judged.change.place, comparison.after)}")
    if judged.conclusion is not Conclusion.YES:
        kind = "failure" if judged.conclusion is Conclusion.NO else "error"
        ET.SubElement(case, kind, type=judged.limit.quantity, message=told)
    ET.SubElement(case, "system-out").text = told
    return case


def _named(name: str) -> ET.Element:
    return ET.Element("testcase", classname="scalebed.compare", name=name)
