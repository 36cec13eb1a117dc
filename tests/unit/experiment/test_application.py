"""An application of the user's own in an experiment file: what is read, and with which sentence it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed.experiment.application import Application, Database
from scalebed.experiment.spec import Experiment, SpecError, load_experiment, parse_experiment

KEYS = {"name": "shop", "service": {"command": "serve $BIND"}, "load": {"script": "shop.js"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.js").write_text("export default function () {}\n", encoding="utf-8")
    return tmp_path


def read(folder: Path, **more: object) -> Experiment:
    return parse_experiment({**KEYS, **more}, "scalebed.yaml", folder=folder)


def application(spec: Experiment, number: int = 0) -> Application:
    found = spec.variants[number].application
    assert found is not None
    return found


def test_a_service_is_one_variant_of_the_experiments_name(folder: Path) -> None:
    spec = read(folder)
    assert [variant.name for variant in spec.variants] == ["shop"]
    assert application(spec).folder == str(folder)
    assert (spec.workload, spec.unit, spec.writes) == ("shop", "journeys", False)


def test_each_variant_changes_only_what_it_names(folder: Path) -> None:
    service = {"command": "serve $BIND", "env": {"A": 1, "B": "x"}, "environment": ".venv"}
    spec = read(folder, service=service, variants=[{"name": "before"}, {"name": "after", "env": {"B": 2}}, "naive"])
    assert [dict(application(spec, n).env) for n in (0, 1)] == [{"A": "1", "B": "x"}, {"A": "1", "B": "2"}]
    assert application(spec, 1).environment == str(folder / ".venv")
    assert spec.variants[2].application is None
    assert spec.variants[2].service == "naive"


def test_a_variant_may_be_an_application_beside_shipped_ones(folder: Path) -> None:
    spec = parse_experiment(
        {"name": "both", "variants": ["naive", {"name": "mine", "url": "http://127.0.0.1:8000"}], "load": KEYS["load"]},
        "scalebed.yaml",
        folder=folder,
    )
    assert application(spec, 1).url == "http://127.0.0.1:8000"


def test_what_a_run_directory_holds_is_read_again_as_it_is(folder: Path) -> None:
    spec = read(folder, database={"setup": ["migrate"]}, slo=["p(95) < 1 s", "p(99) < 2 s for search"])
    again = Experiment.model_validate_json(spec.model_dump_json())
    assert again == spec
    assert not again.unlike(spec)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (
            {"service": {"comand": "x"}},
            "service.comand: is not a key here; the keys are allow, build, ca, cert, command, ",
        ),
        (
            {"service": {"env": {}}},
            "service: needs one of these: a command, which starts it, the url where it runs, an image",
        ),
        ({"service": {"command": "a", "url": "http://127.0.0.1"}}, "service: needs one of these: a command"),
        ({"service": {"command": "a", "deployment": "shop/web"}}, "service: needs one of these: a command"),
        ({"service": {"deployment": "web"}}, "service: deployment: must be NAMESPACE/NAME of a Deployment"),
        ({"service": {"deployment": "shop/web", "env": {"A": 1}}}, "service: env: belongs to a command"),
        ({"service": {"deployment": "shop/web", "ca": "c.pem"}}, "service: ca: is for a url that this machine asks"),
        ({"service": {"deployment": "shop/web", "insecure": True}}, "insecure: belongs to a url, not to a deployment"),
        (
            {"service": {"deployment": "shop/web", "through": "a", "url": "http://10.1.1.1"}},
            "through: is a Service in the place of a url",
        ),
        ({"service": {"image": "shop:1"}}, "engine: the image shop:1 is for a cluster; say engine: kubernetes"),
        ({"service": {"image": "shop 1"}}, "image: must be the name of one, such as registry.example/shop:1.2"),
        ({"service": {"image": "shop:1", "ready": "port"}}, "ready: of an image must be a path that answers"),
        ({"service": {"image": "shop:1", "folder": "a"}}, "folder: belongs to a command, not to an image"),
        ({"service": {"command": "a", "port": 9000}}, "port: belongs to an image, not to a command"),
        ({"service": {"image": "shop:1", "values": {"a..b": 1}}}, "'a..b' has nothing between, before or after two"),
        ({"service": {"command": "a", "through": "web"}}, "service: through: is the Service of a deployment"),
        (
            {"service": {"deployment": "shop/web", "url": "http://localhost:80"}},
            "url: localhost is in a cluster the runner itself; name the address of an Ingress or a Gateway",
        ),
        ({"service": {"deployment": "shop/web", "url": "https://shop.example"}}, "add allow: shop.example"),
        (
            {"service": {"deployment": "shop/web"}},
            "engine: Deployment shop/web is for a cluster; say engine: kubernetes",
        ),
        (
            {"service": {"deployment": "shop/web"}, "engine": "kubernetes", "cpu_per_replica": 0.5},
            "cpu_per_replica: a deployment keeps the limits that it has; leave it out",
        ),
        (
            {"service": {"deployment": "shop/web"}, "engine": "kubernetes", "memory_per_replica": "1GiB"},
            "memory_per_replica: what runs already was not started here",
        ),
        (
            {
                "service": {"deployment": "shop/web"},
                "engine": "kubernetes",
                "variants": [{"name": "a"}, {"name": "b"}],
            },
            "variants: two name the same deployment",
        ),
        (
            {"service": {"deployment": "shop/web"}, "engine": "kubernetes", "variants": [{"name": "a"}, "naive"]},
            "variants: all are images and deployments of a cluster, or none is; take the others out",
        ),
        ({"service": {"url": "http://127.0.0.1/shop"}}, "service: url: must be scheme, host and port"),
        ({"service": {"url": "ftp://127.0.0.1"}}, "service: url: must be scheme, host and port"),
        ({"service": {"url": "http://me:pw@127.0.0.1"}}, "service: url: a name and a password do not belong into it"),
        ({"service": {"url": "https://shop.example"}}, "add allow: shop.example"),
        ({"service": {"url": "http://8.8.8.8", "allow": "8.8.4.4"}}, "add allow: 8.8.8.8"),
        ({"service": {"url": "http://127.0.0.1", "env": {"A": 1}}}, "service: env: belongs to a command"),
        ({"service": {"command": "a", "insecure": True}}, "service: insecure: belongs to a url, not to a command"),
        ({"service": {"command": "a", "ready": "health"}}, "service: ready: must be a path such as /health, or port"),
        ({"service": {"url": "http://127.0.0.1", "observe": "8000"}}, "service: observe: must be port:NUMBER"),
        ({"service": {"command": "a", "env": {"A B": 1}}}, "'A B' is no name of an environment variable"),
        ({"service": {"command": "a", "secrets": {"KEY": {}}}}, "name either a variable or a file to read it from"),
        (
            {"service": {"command": "a", "headers": {"A": "b"}}},
            "service: headers: belongs to what runs already, not to a",
        ),
        ({"service": {"url": "https://127.0.0.1", "key": "k.pem"}}, "service: key: belongs to a certificate"),
        ({"service": {"url": "http://127.0.0.1", "cert": "c.pem"}}, "service: cert: is for TLS; write https:// in url"),
        ({"service": {"url": "http://127.0.0.1", "headers": {"A B": "b"}}}, "'A B' is no name of a header"),
        ({"service": {"url": "http://127.0.0.1", "headers": {"TE": "b"}}}, "TE is not sent as it is given"),
        ({"service": {"url": "http://127.0.0.1", "headers": {"A": {}}}}, "must be a text, or name either a variable"),
        ({"service": {"url": "http://127.0.0.1", "headers": {"A": "a\nb"}}}, "must be one line of text"),
        ({"load": None}, "load: an application of your own needs a k6 script, as load: {script: FILE}, or requests"),
        ({"load": {"script": "none.js"}}, "none.js is no file; name a k6 script"),
        (
            {"load": {"script": "shop.js", "rewrite": ["shop.example"]}},
            "must be an origin such as https://shop.example",
        ),
        ({"load": {"script": "shop.js", "exec": "a b"}}, "must be the name of a function that the script exports"),
        ({"service": {"url": "http://127.0.0.1"}, "replicas": [1, 2]}, "replicas: of what runs at a url nothing is"),
        (
            {"service": {"url": "http://127.0.0.1"}, "cache": "valkey"},
            "cache: belongs to an application that is started",
        ),
        ({"engine": "kubernetes"}, "engine: a command, a url or a script of your own runs on this machine alone"),
        ({"workload": "browse"}, "workload: is what load names; leave it out"),
        ({"warm": False}, "warm: what an application of your own keeps is not emptied"),
        ({"variants": [{"name": "a", "switches": {"x": "1"}}]}, "switches: belong to the shipped services"),
    ],
)
def test_what_is_wrong_is_one_sentence(folder: Path, more: dict[str, object], told: str) -> None:
    with pytest.raises(SpecError) as refused:
        read(folder, **more)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_hosts_near_by_need_no_leave(folder: Path) -> None:
    for url in ("http://localhost:1", "http://10.1.2.3", "https://[::1]:9", "http://app.localhost"):
        assert application(read(folder, service={"url": url})).url == url
    assert application(read(folder, service={"url": "https://a.example", "allow": "a.example"})).allow == "a.example"


def test_every_fault_is_told_once(folder: Path) -> None:
    with pytest.raises(SpecError) as refused:
        read(folder, service={"command": "x", "comand": "y"}, slo=["p95"], replicas=[0])
    every = [str(refused.value), *refused.value.others]
    assert [text.split(": ")[1] for text in every] == ["service.comand", "replicas.0", "slo"]


def written(folder: Path, text: str, *settings: str) -> Experiment:
    (folder / "scalebed.yaml").write_text(f"name: shop\nload: {{script: shop.js}}\n{text}", encoding="utf-8")
    return load_experiment(folder / "scalebed.yaml", settings)


STARTED = "service: {command: serve}\n"


@pytest.mark.parametrize(
    "text", ["database:\n", "database: {}\n", "database: {pooler: off}\n", 'database: {pooler: "off"}\n']
)
def test_a_database_is_there_once_it_has_a_heading(folder: Path, text: str) -> None:
    assert written(folder, STARTED + text).database == Database()


def test_a_setting_takes_a_database_away_or_adds_one(folder: Path) -> None:
    assert written(folder, f"{STARTED}database:\n", "database=null").database is None
    assert written(folder, STARTED, "database=").database == Database()


def test_off_is_no_cache(folder: Path) -> None:
    assert written(folder, f"{STARTED}cache: off\n").cache == "none"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("service:\n", "service: has nothing under it; give it a command"),
        ("service: {}\n", "service: has nothing under it"),
        ("service: python serve.py\n", "service: must be a mapping of keys, such as command"),
        (f"{STARTED}cache:\n", "cache: must be 'none' or 'valkey'"),
    ],
)
def test_a_heading_with_nothing_under_it_is_told(folder: Path, text: str, told: str) -> None:
    with pytest.raises(SpecError, match=told) as refused:
        written(folder, text)
    assert not refused.value.others


def test_headers_are_texts_or_read_from_somewhere(folder: Path) -> None:
    service = {
        "url": "https://127.0.0.1",
        "headers": {"X-Number": 5, "X-Text": "a", "Cookie": {"file": "c"}},
        "cert": "c",
    }
    spec = read(folder, service=service, variants=[{"name": "a", "headers": {"X-Text": "b"}}])
    headers = application(spec).headers
    assert (headers["X-Number"].value, headers["X-Text"].value) == ("5", "b")
    assert headers["Cookie"].file == application(spec).cert == str(folder / "c")
    assert Experiment.model_validate_json(spec.model_dump_json()) == spec


def test_scheme_and_host_may_be_in_capitals(folder: Path) -> None:
    found = application(written(folder, "service: {url: 'HTTPS://Shop.Example:8443', allow: SHOP.example}\n"))
    assert found.url == "https://shop.example:8443"


SECRET = "hunter2-is-it"


@pytest.mark.parametrize(
    "text",
    [
        f"service: {{command: a, secrets: {{KEY: {SECRET}}}}}\n",
        f"service: {{command: a, secrets: {SECRET}}}\n",
        f"service: {{command: a, secrets: {{KEY: {{variable: {SECRET}}}}}}}\n",
        f"service: {{command: a, secrets: {{KEY: {{value: {SECRET}}}}}}}\n",
        f"service: {{command: a, secrets: {{KEY: [{SECRET}\n",
        f"service: {{url: 'http://me:{SECRET}@127.0.0.1:80/x'}}\n",
        f"service: {{url: 'http://127.0.0.1', headers: {{A: [{SECRET}]}}}}\n",
        f"service: {{url: 'http://127.0.0.1', headers: {SECRET}}}\n",
        f"service: {{url: 'http://127.0.0.1', headers: {{A: {{variable: {SECRET}}}}}}}\n",
        f"{STARTED}variants: [{{name: a, secrets: {{KEY: {SECRET}}}}}]\n",
    ],
)
def test_a_secret_that_stands_in_the_file_is_refused_and_not_printed(folder: Path, text: str) -> None:
    with pytest.raises(SpecError) as refused:
        written(folder, text)
    assert SECRET not in " ".join((str(refused.value), *refused.value.others))


@pytest.mark.parametrize(
    "setting", ["service.secrets.KEY={}", "service.secrets.KEY=[{}", "load.secrets={{{0}: 1, {0}: 2}}"]
)
def test_nor_is_one_on_the_command_line(folder: Path, setting: str) -> None:
    with pytest.raises(SpecError) as refused:
        written(folder, STARTED, setting.format(SECRET))
    assert SECRET not in str(refused.value)


def test_nothing_limits_what_runs_at_a_url(folder: Path) -> None:
    with pytest.raises(SpecError, match="memory_per_replica: what runs already was not started here; leave it out"):
        read(folder, service={"url": "http://127.0.0.1:8000"}, memory_per_replica="512Mi")
