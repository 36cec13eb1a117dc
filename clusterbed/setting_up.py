"""Brings the whole up and down: engine, images, cluster; and says what it did."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from clusterbed import bases, catalogue, services
from clusterbed import tools as toolbox
from clusterbed.announcing import ConsoleAnnouncer, describe_seconds
from clusterbed.commands import ask
from clusterbed.daemon import Daemon
from clusterbed.doctor import conclude, examine
from clusterbed.kind import CONTEXT, NAME, Cluster, is_there
from clusterbed.machine import inspect
from clusterbed.stages import Made
from clusterbed.workshop import Workshop
from scalebed.messages import EngineError

_ASK_S = 20
"""How long a registry may take to answer; one that cannot be reached may not answer at all."""


class Setup:
    """One call of `up`, `images` or `down`; `chosen`: the services whose images are wanted."""

    def __init__(self, shop: Workshop, announcer: ConsoleAnnouncer, chosen: Sequence[str] = services.USUAL) -> None:
        self._shop = shop
        self._chosen = list(chosen)
        self._announcer = announcer
        self._docker = shop.docker("engine")
        wrapper = shop.root / "k8s" / "node" / "runc-without-sys-resource"
        self._daemon = Daemon(shop.folder, wrapper, self._docker, inspect(shop.cache), shop.say)

    def images(self, registry: bool | None) -> None:
        """Have what a cluster is made of, named as charts ask for it; `registry` as for `up`."""
        self._make(self._prepare(registry))

    def up(self, registry: bool | None) -> None:
        """Have the cluster; `registry` None: with public images where their registry answers."""
        began = time.monotonic()
        registry = self._prepare(registry)
        if is_there():
            self._choose_what_was_chosen()
        made = self._make(registry)
        cluster = self._cluster(made)
        image = None if registry else made.image("node")
        found = self._adopt_or_create(cluster, image)
        with self._announcer.step("Loading the services' images"):
            cluster.load(catalogue.loaded(self._shop, self._chosen).values())
        with self._announcer.step("Installing metrics-server, the k6-operator and the namespaces"):
            cluster.install(made.folder("k6-operator-resources"))
        with self._announcer.step("Waiting for the first metrics"):
            cluster.wait_for_metrics()
        self._conclude(registry, found, time.monotonic() - began)

    def down(self, purge: bool) -> None:
        """Take the cluster away, and undo what was changed for it; the built parts stay, unless `purge` is set."""
        if self._docker.engine_version() is None:
            self._shop.say(f"No Docker daemon answers ({self._docker.silence()}), so no cluster can be asked for.")
        else:
            self._delete_cluster()
        self._daemon.stop()
        if purge:
            shutil.rmtree(self._shop.folder, ignore_errors=True)
            shutil.rmtree(self._shop.cache / "go" / "cluster-build", ignore_errors=True)
            self._shop.say(f"Removed what was built from {self._shop.folder}.")

    def _prepare(self, registry: bool | None) -> bool:
        """Have an engine; true where public images are to be used."""
        if registry is None:
            registry = self._registry_answers()
        if not registry:
            self._refuse_what_cannot_be()
        self._daemon.ensure()
        return registry

    def _choose_what_was_chosen(self) -> None:
        """The image of a service that was asked for before would grow old on the node."""
        names = services.service_names(self._shop.root)
        images = services.image_names(self._shop.root, names)
        self._chosen = [name for name in names if name in self._chosen or self._docker.has(images[f"service-{name}"])]

    def _delete_cluster(self) -> None:
        if not is_there():
            self._shop.say(f"There is no cluster {NAME}.")
            return
        self._cluster(None).delete()
        self._shop.say(f"Deleted the cluster {NAME}.")

    def _make(self, registry: bool) -> Made:
        stages = (catalogue.with_registry if registry else catalogue.without_registry)(self._shop)
        pipeline = self._shop.pipeline(stages, self._announcer)
        made = pipeline.make([*self._missing_tools(), *catalogue.wanted(self._shop, registry, self._chosen)])
        for stage, name in catalogue.loaded(self._shop, self._chosen).items():
            self._docker.tag(made.image(stage), name)
        if not registry:
            self._docker.tag(made.image(bases.PYTHON), services.BASE_NAME)
            services.offer_wheels(self._shop.root, made.folder("wheelhouse"))
        return made

    def _missing_tools(self) -> list[str]:
        return [f"tool-{name}" for name in ("kind", "kubectl") if toolbox.on_path(toolbox.BY_NAME[name]) is None]

    def _cluster(self, made: Made | None) -> Cluster:
        if made is None:
            stages = toolbox.stages(self._shop.root, self._shop.cache, self._shop.versions)
            made = self._shop.pipeline(stages, self._announcer).make(self._missing_tools())

        def folders(names: list[str]) -> Mapping[str, Path]:
            return {name: made.folder(name) for name in names}

        kind, kubectl = toolbox.gather(["kind", "kubectl"], folders, self._shop.versions)
        log = self._shop.log("cluster")
        log.begin()
        return Cluster(kind.path, kubectl.path, self._shop.root, log)

    def _adopt_or_create(self, cluster: Cluster, image: str | None) -> bool:
        """True where the cluster was there."""
        if is_there():
            if cluster.answers():
                if image is not None and cluster.node_image() != image:
                    self._shop.say(
                        "The cluster that is there was made from another node image, and is kept as it is; "
                        "scripts/airgap/down removes it."
                    )
                return True
            self._shop.say("A cluster is there and does not answer; it is made anew.")
            cluster.delete()
        with self._announcer.step("Creating the cluster"):
            cluster.create(image)
        return False

    def _registry_answers(self) -> bool:
        image = self._shop.versions["KIND_NODE_IMAGE"]
        self._shop.say(f"Asking for {image.partition('@')[0]} …")
        answer = ask(["docker", "manifest", "inspect", image], timeout_s=_ASK_S)
        if answer.printed is not None:
            self._shop.say("Its registry answers, so the cluster is made from public images.")
            return True
        why = answer.trouble
        self._shop.say(f"It cannot be had ({why}), so the cluster's images are built from package registries.")
        return False

    def _refuse_what_cannot_be(self) -> None:
        machine = inspect(self._shop.cache)
        symptoms = examine(machine, self._docker.engine_version(), self._shop.cache)
        missing = [symptom for symptom in symptoms if symptom.status == "missing"]
        if missing:
            reasons = "; ".join(f"{symptom.what}: {symptom.found}" for symptom in missing)
            raise EngineError(f"{conclude(symptoms)} {reasons}")

    def _conclude(self, registry: bool, found: bool, seconds: float) -> None:
        versions = self._shop.versions
        kubernetes = versions["KIND_NODE_IMAGE"].partition("@")[0] if registry else versions["KUBERNETES"]
        say = self._shop.say
        say(
            f"The cluster {NAME} {'was there and is brought up to date' if found else 'is up'}, "
            f"in {describe_seconds(seconds)}: "
            f"Kubernetes {kubernetes}, one node, metrics-server {versions['METRICS_SERVER']}, "
            f"k6-operator {versions['K6_OPERATOR']}, namespaces scalebed and scalebed-load."
        )
        say(f"In it: {', '.join(catalogue.loaded(self._shop, self._chosen).values())}.")
        if others := [name for name in services.service_names(self._shop.root) if name not in self._chosen]:
            say(f"Of other services, scripts/cluster --service NAME brings the image: {', '.join(others)}.")
        if not registry:
            say(
                f"Build services for it: SCALEBED_BASE_IMAGE={services.BASE_NAME} skaffold run --profile bench,offline."
            )
        say(f"Use it with --context {CONTEXT}; scripts/airgap/down takes it away.")
