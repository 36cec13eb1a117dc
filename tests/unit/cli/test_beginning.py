"""The first file for an application, from what its folder says."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scalebed.cli.app import app
from scalebed.cli.beginning import Asked, BeginningError, begin
from scalebed.experiment.spec import load_experiment


def command(folder: Path) -> tuple[str, str | None]:
    begin(folder, None)
    (variant,) = load_experiment(folder / "scalebed.yaml").variants
    assert variant.application is not None
    return variant.application.command, variant.application.environment


@pytest.mark.parametrize(
    ("server", "told"),
    [
        ("gunicorn", "gunicorn shop.wsgi -b $BIND -w 2"),
        ("granian", "granian --interface wsgi --host $HOST --port $PORT shop.wsgi:application"),
        ("pip", "python manage.py runserver --noreload $BIND"),
    ],
)
def test_a_django_project(tmp_path: Path, server: str, told: str) -> None:
    for place in ("manage.py", "shop/wsgi.py", f".venv/bin/{server}"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).touch()
    assert command(tmp_path) == (told, str(tmp_path / ".venv"))


def test_a_node_package(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"scripts": {"start": "node ."}}', encoding="utf-8")
    assert command(tmp_path) == ("npm start", None)


@pytest.mark.parametrize("content", [b'{"scripts": {"start": "\xff"}}', b"// a comment\n{}", b"\xff\xfe{\x00}\x00"])
def test_a_package_that_cannot_be_read_is_told(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "package.json").write_bytes(content)
    assert command(tmp_path)[0] == "./serve --bind $BIND"
    said = " ".join(capsys.readouterr().out.split())
    assert "could not be read in full: package.json is no JSON in UTF-8 (" in said
    assert "put its command into scalebed.yaml" in said


@pytest.mark.parametrize("content", ["[]", '{"scripts": "start"}', '{"start": 1}', '{"scripts": {"build": "start"}}'])
def test_a_package_that_says_nothing_of_its_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "package.json").write_text(content, encoding="utf-8")
    assert command(tmp_path)[0] == "./serve --bind $BIND"


def test_a_package_that_is_a_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "package.json").mkdir()
    assert command(tmp_path)[0] == "./serve --bind $BIND"
    assert "Is a directory" in " ".join(capsys.readouterr().out.split())


def test_what_cannot_be_told_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(tmp_path)[0] == "./serve --bind $BIND"
    assert "could not be told: put its command into scalebed.yaml" in " ".join(capsys.readouterr().out.split())


def test_something_that_runs_already(tmp_path: Path) -> None:
    begin(tmp_path, "http://127.0.0.1:8000")
    spec = load_experiment(tmp_path / "scalebed.yaml")
    assert spec.variants[0].application is not None
    assert spec.variants[0].application.url == "http://127.0.0.1:8000"
    assert spec.replicas == (1,)


@pytest.mark.parametrize("name", ["scalebed.yaml", "load.js"])
def test_nothing_that_is_there_is_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(BeginningError, match=f"{name}: is there already"):
        begin(tmp_path, None)
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
    assert len(list(tmp_path.iterdir())) == 1


LINE = '203.0.113.7 - - [10/Oct/2026:13:55:{n:02d} +0200] "GET {path} HTTP/1.1" {status} 2326\n'


def test_a_load_is_made_of_an_access_log(tmp_path: Path) -> None:
    lines = [LINE.format(n=n, path=f"/items/{n}", status=200) for n in range(30)]
    lines += [LINE.format(n=n, path="/about", status=200) for n in range(10)] + [
        LINE.format(n=1, path="/x", status=404)
    ]
    log = tmp_path / "access.log.gz"
    log.write_bytes(gzip.compress("".join([*lines, "nonsense\n"]).encode()))
    folder = tmp_path / "shop"
    folder.mkdir()
    done = CliRunner().invoke(app, ["init", str(folder), "--url", "http://127.0.0.1:8000", "--log", str(log)])
    assert done.exit_code == 0, done.output
    told = " ".join(done.output.split())
    assert "Read 42 lines: 40 requests to ask again, of 2 kinds. Left out: 1 answered with 4xx." in told
    assert "one line could not be read, such as: nonsense" in told
    assert "its busiest minute had 40 of them, 0.667 a second" in told
    items, about = load_experiment(folder / "scalebed.yaml").load.requests  # type: ignore[union-attr]
    assert (items.name, items.share, about.path, about.share) == ("GET /items/{n}", 30, "/about", 10)
    assert Path(str(items.values["path"].file)).read_text().splitlines() == [f"/items/{n}" for n in range(30)]
    again = CliRunner().invoke(app, ["init", str(folder), "--log", str(log)])
    assert again.exit_code == 2
    assert "is there already" in again.stderr


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "holds no request that was a GET or HEAD"),
        ("what\n", "A line that could not be read: what"),
        (None, "cannot be read"),
    ],
)
def test_a_log_that_tells_nothing_writes_nothing(tmp_path: Path, text: str | None, told: str) -> None:
    log, folder = tmp_path / "access.log", tmp_path / "shop"
    folder.mkdir()
    if text is not None:
        log.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["init", str(folder), "--log", str(log)])
    assert done.exit_code == 2
    assert told in " ".join(done.stderr.split())
    assert not list(folder.iterdir())


def timed(minute: int, times: int) -> str:
    return f'::1 - - [29/Nov/2026:23:{minute:02}:05 +0000] "GET / HTTP/1.1" 200 5\n' * times


def test_rates_over_time_are_those_of_the_log(tmp_path: Path) -> None:
    log, folder = tmp_path / "access.log", tmp_path / "shop"
    log.write_text(timed(10, 300) + timed(11, 600) + timed(13, 60), encoding="utf-8")
    folder.mkdir()
    done = CliRunner().invoke(app, ["init", str(folder), "--log", str(log), "--lasting", "2m"])
    assert done.exit_code == 0, done.output
    spec = load_experiment(folder / "scalebed.yaml")
    assert spec.kind == "profile"
    assert [(level.rate, level.duration) for level in spec.profile] == [(5, 30), (10, 30), (0.01, 30), (1, 30)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--lasting", "2m"], "--lasting: is of an access log; name one with --log"),
        (["--log", "{log}", "--lasting", "soon"], "--lasting soon: must be a duration such as 500ms, 60s or 2m"),
        (["--log", "{log}", "--lasting", "1s"], "--lasting 1s: is less than a second for each of 4 levels; name 4s"),
        (["--log", "{timeless}", "--lasting", "2m"], "does not say when its requests came"),
    ],
)
def test_rates_that_cannot_be_told_are_refused(tmp_path: Path, words: list[str], told: str) -> None:
    log, timeless, folder = tmp_path / "access.log", tmp_path / "timeless.log", tmp_path / "shop"
    log.write_text(timed(10, 2) + timed(13, 1), encoding="utf-8")
    timeless.write_text('{"method": "GET", "path": "/", "status": 200, "time": "noon"}\n', encoding="utf-8")
    folder.mkdir()
    places = {"log": str(log), "timeless": str(timeless)}
    done = CliRunner().invoke(app, ["init", str(folder), *(word.format(**places) for word in words)])
    assert done.exit_code == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(folder.iterdir())


SHOP = "https://shop.example"


def recorded(folder: Path, *entries: tuple[str, str, int, Mapping[str, object]], name: str = "shop.har") -> Path:
    """A recording of a page and of what it asked for: methods, addresses, statuses, and more of the request."""
    told = [
        {
            "startedDateTime": "2026-11-29T07:07:00Z",
            "request": {"method": method, "url": url, "headers": [], "cookies": [], **more},
            "response": {"status": status, "content": {"mimeType": "text/html"}},
        }
        for method, url, status, more in entries
    ]
    path = folder / name
    path.write_text(json.dumps({"log": {"entries": told}}), encoding="utf-8-sig")
    return path


def test_a_load_is_made_of_a_recording(tmp_path: Path) -> None:
    signed = {"headers": [{"name": "Authorization", "value": "Bearer tell-nobody"}], "cookies": [{"name": "sid"}]}
    body = {"postData": {"mimeType": "application/json", "text": '{"note": "{braces}"}'}}
    har = recorded(
        tmp_path,
        ("GET", f"{SHOP}/", 200, signed),
        *(("GET", f"{SHOP}/items/{n}?token=tell-nobody&q=1", 200, signed) for n in range(3)),
        ("POST", f"{SHOP}/items/3/notes", 201, body),
        ("DELETE", f"{SHOP}/items/3", 204, {}),
        ("GET", "https://files.example/a.js", 200, {}),
        ("GET", "nonsense", 200, {}),
    )
    folder = tmp_path / "shop"
    folder.mkdir()
    words = ["init", str(folder), "--url", "http://127.0.0.1:8000", "--har", str(har), "--method", "post"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    told = " ".join(done.output.split())
    assert "Read 8 entries: 5 requests to https://shop.example, of 3 kinds." in told
    assert "Left out: 1 to https://files.example; --origin chooses another one." in told
    assert "Left out of its own: 1 of DELETE, which is neither GET nor HEAD." in told
    assert "one entry could not be read, such as: entry 8: nonsense" in told
    assert "Signed in were 4 requests, by a cookie or an authorization, which are not written" in told
    assert "Left out of addresses, as it tells who asked: token (3)." in told
    assert "With a body: one kind, each as it was sent first. See that no password is in it." in told
    items, page, note = load_experiment(folder / "scalebed.yaml").load.requests  # type: ignore[union-attr]
    assert (items.name, items.share, page.path, note.name) == ("GET /items/{n}", 3, "/", "POST /items/{n}/notes")
    assert note.send == {"note": "{braces}"}
    written = [path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()]
    assert len(written) == 2
    assert not any("tell-nobody" in text for text in written)


@pytest.mark.parametrize("packed", [gzip.compress, zlib.compress])
def test_a_recording_may_be_packed(tmp_path: Path, packed: Callable[[bytes], bytes]) -> None:
    """As mitmproxy packs what it calls .zhar."""
    har = recorded(tmp_path, ("GET", f"{SHOP}/", 200, {}))
    har.write_bytes(packed(har.read_bytes()))
    (tmp_path / "shop").mkdir()
    begin(tmp_path / "shop", None, Asked(har=har))
    assert (tmp_path / "shop" / "scalebed.yaml").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--har", "{nothing}"], "cannot be read"),
        (["--har", "{empty}"], "empty.har: is no JSON"),
        (["--har", "{posts}"], "holds no request to https://shop.example that was a GET or HEAD with a status of 2xx"),
        (["--har", "{posts}", "--origin", "https://x.example"], "has no request to https://x.example; those are"),
        (["--har", "{posts}", "--method", "LOOK"], "--method LOOK: is none of GET, HEAD, POST"),
        (["--har", "{posts}", "--log", "{empty}"], "--har, --log: one of them makes the load"),
        (["--origin", "https://x.example"], "--origin: is of a recording; name one with --har"),
        (["--method", "POST"], "--method: is of a recording; name one with --har"),
    ],
)
def test_a_recording_that_tells_nothing_writes_nothing(tmp_path: Path, words: list[str], told: str) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    (tmp_path / "empty.har").touch()
    recorded(tmp_path, ("POST", f"{SHOP}/", 200, {}), name="posts.har")
    places = {name: str(tmp_path / f"{name}.har") for name in ("nothing", "empty", "posts")}
    done = CliRunner().invoke(app, ["init", str(folder), *(word.format(**places) for word in words)])
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stderr.startswith("scalebed: ")
    assert len(done.stderr.splitlines()) == 1
    assert not list(folder.iterdir())
