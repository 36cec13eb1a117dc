"""The metrics of a run that is measured here, to whoever monitors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console

from scalebed.cli.engine_options import Told
from scalebed.execution.observer import Observer
from scalebed.experiment.spec import Experiment
from scalebed.messages import Say
from scalebed.provision.extras import wanted
from scalebed.records.run_directory import RunDirectory


@contextmanager
def metrics(
    directory: RunDirectory, experiment: Experiment, told: Told, console: Console, say: Say
) -> Iterator[Observer]:
    """Tells them in the ways that are asked for, and says where they can be scraped. Raises EngineError without the
    extra, AddressError, RemoteWriteError and OtlpError."""
    with wanted("metrics", "Metrics of a run"):
        from scalebed.metrics import scraping  # noqa: PLC0415
        from scalebed.metrics.otlp import OtlpSender  # noqa: PLC0415
        from scalebed.metrics.pushing import Pusher  # noqa: PLC0415
        from scalebed.metrics.remote_write import INTERVAL_S, RemoteWriter  # noqa: PLC0415
        from scalebed.metrics.tally import Tally  # noqa: PLC0415

    tally = Tally(directory.path.resolve().name, experiment, directory.repetitions)
    with ExitStack() as stack:
        if told.scraped:
            server = scraping.server(tally, told.address or scraping.ADDRESS)
            stack.callback(server.close)
            console.print(f"Metrics: {server.url}metrics", soft_wrap=True, highlight=False, markup=False)
        if told.remote_write is not None:
            stack.callback(Pusher(tally, RemoteWriter(told.remote_write), INTERVAL_S, say).close)
        if told.otlp:
            sender = OtlpSender()
            stack.callback(Pusher(tally, sender, sender.interval_s, say).close)
        yield tally
