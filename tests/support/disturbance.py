"""What a host does to a trial says nothing about the testbed, which then makes the trial again."""

from scalebed.records.run_directory import Trial


def disturbed(trial: Trial) -> bool:
    """Whether a hypervisor or another program took CPU beside it: it may have passed, but is measured again."""
    return trial.disturbed
