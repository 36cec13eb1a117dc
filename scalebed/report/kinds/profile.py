"""`profile`: what was served of a load that goes up and down."""

from __future__ import annotations

from scalebed.experiment.spec import Experiment
from scalebed.report.findings.conclusion import Conclusion
from scalebed.report.findings.courses import Course
from scalebed.report.findings.views import Analysis
from scalebed.report.kinds.words import Words
from scalebed.report.sentences import figures
from scalebed.report.sentences.cells import nothing, slo_limit, telling_row

_WORDS = {
    Conclusion.YES: "meets it",
    Conclusion.NO: "misses it",
    Conclusion.NO_VALID_ANSWER: "stayed undecided",
    Conclusion.COULD_NOT_RUN: "could not run",
}


class ProfileWords(Words):
    title = "load over time"
    rate_name = "Served"

    def rate_meaning(self, experiment: Experiment) -> str:
        return "over the whole load"

    def method(self, experiment: Experiment) -> str:
        return (
            f"In each, the load is {experiment.crowd}, one after another, for {experiment.duration or 0:g} s together; "
            "requests arrive whether or not earlier ones have been answered, and every second counts. The SLO is "
            "judged over all of them. A second is told by what was over in it; it is a small sample, so a few are out "
            "of the SLO by chance."
        )

    def headline(self, analysis: Analysis) -> str:
        row = telling_row(analysis)
        told = [course for course in analysis.courses if course.replicas == row.replicas]
        if not told:
            return nothing(analysis, row)
        concluded = {each.cell: each.conclusion for each in analysis.conclusions}
        percentile = figures.percentile_name(analysis.manifest.experiment.slo.percentile)
        latencies = {cell.id: figures.milliseconds(cell.slo_latency) for cell in analysis.cells}
        parts = [
            f"{course.variant} {_WORDS[concluded[course.cell]]} ({percentile} {latencies[course.cell]}, out of it in "
            f"{course.out:,} of {course.seconds:,} seconds)"
            for course in told
        ]
        at = f"at {figures.count(row.replicas, 'replica')}"
        crowd = analysis.manifest.experiment.crowd
        return f"Asked for {slo_limit(analysis)} with {crowd} one after another {at}: {'; '.join(parts)}."

    def details(self, analysis: Analysis) -> tuple[str, ...]:
        return tuple(_worst(course, analysis) for course in analysis.courses if course.out)


def _worst(course: Course, analysis: Analysis) -> str:
    """Where it was out of the SLO most."""
    phase = course.worst
    whose = course.variant
    if len(analysis.replicas) > 1:
        whose += f" at {figures.count(course.replicas, 'replica')}"
    return (
        f"{whose} was out of it most at {phase.level} a second ({phase.begins_s:g} to {phase.ends_s:g} s): in "
        f"{phase.out:,} of {phase.seconds:,} seconds; {figures.figure(phase.arrivals)} {analysis.unit} a second came "
        f"there, and {figures.figure(phase.served)} requests were served."
    )
