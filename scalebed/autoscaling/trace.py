"""A trace: what a controller saw, sync by sync, in one document that a person can write by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from scalebed.autoscaling.controller import Look
from scalebed.autoscaling.part import Part
from scalebed.autoscaling.pods import Pod
from scalebed.autoscaling.proposals import Readings
from scalebed.autoscaling.quantity import Quantity
from scalebed.autoscaling.settings import RELEASES, ReleaseName, Settings
from scalebed.autoscaling.spec import Spec
from scalebed.autoscaling.sync import Sync, Total
from scalebed.experiment.strict import first_fault
from scalebed.messages import UserError


class TraceError(UserError):
    """A trace that cannot be read; one sentence."""


class Trace(Part):
    """The document."""

    format: Literal["scalebed-hpa-trace/1"]
    release: ReleaseName
    about: str = ""
    """Where it comes from, for whoever reads it."""
    controller: Settings = Settings()
    spec: Spec
    """The autoscaler's, as `kubectl get hpa NAME -o json` has it under `spec`."""
    requests: Mapping[str, Quantity] = {}
    """Of every pod that gives none of its own."""
    syncs: tuple[Sync, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Trace:
        first, zero = self.syncs[0], self.controller.scales_to_zero(RELEASES[self.release])
        if first.replicas is None or first.pods is None:
            raise ValueError("the first sync needs replicas and pods")
        for before, after in zip(self.syncs, self.syncs[1:], strict=False):
            if after.at_s <= before.at_s:
                raise ValueError(f"the sync at {after.at_s:g} s does not come after the one at {before.at_s:g} s")
        if not zero and any(spec.min_replicas == 0 for spec in self._specs()):
            raise ValueError(f"minReplicas 0 needs scale_to_zero, which {self.release} has not without a word")
        return self

    def _specs(self) -> list[Spec]:
        return [self.spec, *(sync.spec for sync in self.syncs if sync.spec is not None)]

    def looks(self, replicas: list[int]) -> Iterator[Look]:
        """Each sync in full. `replicas` holds what the last decision left, which whoever decides puts there."""
        spec = self.spec
        pods: tuple[Pod, ...] = ()
        totals: Mapping[str, Total | None] = {}
        for sync in self.syncs:
            spec = sync.spec or spec
            pods = pods if sync.pods is None else tuple(self._with_requests(pod) for pod in sync.pods)
            totals = totals if sync.totals is None else sync.totals
            current = replicas[-1] if sync.replicas is None else sync.replicas
            alive = sum(pod.listed and not pod.deleted and pod.phase in ("Pending", "Running") for pod in pods)
            yield Look(
                at_s=sync.at_s,
                replicas=current,
                status_replicas=alive if sync.status_replicas is None else sync.status_replicas,
                pods=pods,
                readings=Readings(totals, sync.failing),
                spec=spec,
                rescaled_at_s=sync.rescaled_at_s,
            )

    def _with_requests(self, pod: Pod) -> Pod:
        if pod.containers or pod.requests:
            return pod
        return pod.model_copy(update={"requests": self.requests})


def parse(text: str, where: str) -> Trace:
    """A trace from JSON. Raises TraceError, which names `where` and what in it."""
    try:
        return Trace.model_validate_json(text)
    except ValidationError as error:
        place, wrong = first_fault(error)
        raise TraceError(
            f"{where}{f', {place}' if place else ''}: {wrong}; docs/reference/hpa.md has the format"
        ) from None
