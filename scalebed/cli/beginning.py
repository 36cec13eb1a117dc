"""What `init` does: a first file and a first script for an application, from what its folder says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from scalebed.cli.console import say, whisper
from scalebed.cli.documents.machine import InitDocument
from scalebed.cli.from_har import from_har
from scalebed.cli.from_log import PATHS_FOLDER, FirstLoad, from_log
from scalebed.documents import show
from scalebed.experiment.shipped import BESIDE
from scalebed.experiment.variant import as_name
from scalebed.messages import UserError
from scalebed.report.sentences import figures

SCRIPT = "load.js"
_ENVIRONMENTS = (".venv", "venv", "env", "node_modules/.bin")
_COMMAND = "./serve --bind $BIND"


class BeginningError(UserError):
    """One sentence: what is there already, or cannot be written."""


@dataclass(frozen=True)
class Asked:
    """Where it stands what people asked for: in an access log, in a recording, or nowhere."""

    log: Path | None = None
    har: Path | None = None
    origin: str | None = None
    """Of which requests of the recording are taken."""
    methods: Sequence[str] = ()
    """Of the recording, beside GET and HEAD."""
    lasting: str | None = None
    """How long a load lasts whose rate goes as that of the log went."""

    @property
    def load(self) -> FirstLoad:
        """Raises UserError."""
        if self.lasting is not None and self.log is None:
            raise BeginningError("--lasting: is of an access log; name one with --log")
        if self.har is None:
            for word, given in (("--origin", self.origin), ("--method", self.methods)):
                if given:
                    raise BeginningError(f"{word}: is of a recording; name one with --har")
            return _script() if self.log is None else from_log(self.log, self.lasting)
        if self.log is not None:
            raise BeginningError("--har, --log: one of them makes the load; leave the other one out")
        return from_har(self.har, self.origin, self.methods)


def begin(folder: Path, url: str | None, asked: Asked | None = None, *, as_json: bool = False) -> None:
    """Write the files, or, where one of them is there, nothing: the load is a first script, or what people asked for.

    Raises UserError.
    """
    load, files, told, kind = (asked or Asked()).load
    for name in (BESIDE, *files):
        if (folder / name).exists():
            raise BeginningError(f"{folder / name}: is there already; edit it, or begin in another folder")
    service, untold = ({"url": url}, []) if url is not None else _service(folder)
    try:
        (folder / BESIDE).write_text(_file(folder, service, load, kind), encoding="utf-8")
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BeginningError(f"{folder}: cannot be written ({error.strerror}); name a folder that can") from error
    named = [*files] if len(files) < 3 else [f"{len(files)} files of paths in {PATHS_FOLDER}"]
    tell = whisper if as_json else say
    tell(f"Wrote {figures.listing([BESIDE, *named])}.")
    for line in (*untold, *told):
        tell(line)
    tell("Next: scalebed check" if "requests" in load else "Next: say in load.js what people do, then: scalebed check")
    if as_json:
        show(InitDocument(folder=str(folder), files=(BESIDE, *files), told=(*untold, *told)))


def _script() -> FirstLoad:
    return FirstLoad({"script": SCRIPT}, {SCRIPT: _SCRIPT})


def _service(folder: Path) -> tuple[dict[str, str], list[str]]:
    """How the application is started, as far as its folder tells, and sentences on what it does not tell."""
    found: dict[str, str] = {}
    told: list[str] = []
    environment = next((name for name in _ENVIRONMENTS if (folder / name).is_dir()), None)
    try:
        command = next(_commands(folder, folder / environment / "bin" if environment else None), None)
    except (OSError, ValueError) as error:  # ValueError: no text, or no JSON
        command = None
        told.append(f"{folder} could not be read in full: {error}.")
    if command is None:
        command = _COMMAND
        told.append(f"How the application is started could not be told: put its command into {BESIDE}.")
    found["command"] = command
    if environment is not None:
        found["environment"] = environment
    return found, told


def _commands(folder: Path, programs: Path | None) -> Iterator[str]:
    installed = {path.name for path in programs.iterdir()} if programs is not None and programs.is_dir() else set()
    for wsgi in sorted(folder.glob("*/wsgi.py")) if (folder / "manage.py").exists() else ():
        module = f"{wsgi.parent.name}.wsgi"
        if "gunicorn" in installed:
            yield f"gunicorn {module} -b $BIND -w 2"
        elif "granian" in installed:
            yield f"granian --interface wsgi --host $HOST --port $PORT {module}:application"
        elif "uwsgi" in installed:
            yield f"uwsgi --http $BIND --module {module} --master --processes 2"
        else:
            yield "python manage.py runserver --noreload $BIND"
    if (folder / "package.json").exists() and _starts(folder / "package.json"):
        yield "npm start"


def _starts(package: Path) -> bool:
    """Whether a Node package says how it is started. Raises OSError, and ValueError where it is no JSON in UTF-8."""
    try:
        said = json.loads(package.read_text("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"{package.name} is no JSON in UTF-8 ({error})") from error
    scripts = said.get("scripts") if isinstance(said, dict) else None
    return isinstance(scripts, dict) and "start" in scripts


def _file(folder: Path, service: dict[str, str], load: Mapping[str, object], kind: Mapping[str, object]) -> str:
    name = as_name(folder.resolve().name) or "service"
    written, asked = (
        yaml.safe_dump(keys, sort_keys=False, allow_unicode=True, width=100)
        for keys in ({"name": name, "service": service}, {"load": load, **kind})
    )
    started = "" if "url" in service else _STARTED
    return f"{written}{started}{asked}{_REST}{'' if 'url' in service else _SCALED}"


_STARTED = """\
# database:                # a Postgres of its own, whose address is in $DATABASE_URL and in $PGHOST, $PGPORT and so on
#   setup: [python manage.py migrate --no-input]
"""
_REST = """\
slo:                       # all must hold
  - p(95) < 500 ms
  - errors < 1 %
blocks: 3                  # so many repetitions, over which there is an interval
"""
_SCALED = """\
replicas: [1, 2]
cpu_per_replica: 0.5       # in cores
"""
_SCRIPT = """\
// What one person does: a journey. Any k6 script will do; BASE_URL is where the service is.
import http from 'k6/http';
import { check } from 'k6';

export default function () {
  const page = http.get(`${__ENV.BASE_URL}/`);
  check(page, { 'the page is there': (answer) => answer.status === 200 });
}
"""
