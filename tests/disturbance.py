"""What a host does to a trial: INVALID by it says nothing about the testbed, which then makes the trial again."""

from scalebed.results import Trial

_BY_THE_HOST = ("A hypervisor took", "Other programs used")


def disturbed(trial: Trial) -> bool:
    """Whether a hypervisor or another program spoiled it, whatever else was found."""
    return trial.verdict == "INVALID" and any(reason.startswith(_BY_THE_HOST) for reason in trial.reasons)
