"""A script of the user's own: what k6 says of it, and the file by which it is run as it is.

The file imports the script, so that what that imports and opens is found beside it, and has options of its own: those
that say how much load there is give way, all others stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from scalebed.experiment import thresholds
from scalebed.messages import EngineError

_AMOUNT = (
    *("scenarios", "vus", "duration", "iterations", "stages", "rps", "executionSegment", "executionSegmentSequence"),
    *("thresholds", "summaryTrendStats", "summaryTimeUnit", "systemTags", "paused"),
)
"""Options that give way: how much load there is, and what k6 itself makes of the results."""
_TOLD = ("scenarios", "vus", "duration", "iterations", "stages", "rps")
_NO_HTTP = {
    "k6/ws": "WebSockets",
    "k6/websockets": "WebSockets",
    "k6/experimental/websockets": "WebSockets",
    "k6/net/grpc": "gRPC",
    "k6/experimental/grpc": "gRPC",
    "k6/browser": "a browser",
    "k6/experimental/browser": "a browser",
}
"""Modules whose traffic is not counted, and could not be judged."""
OWN_NAMES = frozenset({"BASE_URL", "RATE", "DURATION", "STEPS", "USERS", "STAGES", "MAX_VUS", "SEED", "CONTACTS"}) | {
    "TIMEOUT", "ONLY_TARGET", "REWRITE", "TARGET_HEADERS"
}  # fmt: skip
"""Variables that say how much load there is."""


@dataclass(frozen=True)
class Inspected:
    """What `k6 inspect` and `k6 deps` print of a script."""

    options: Mapping[str, Any]
    imports: Sequence[str]
    """k6's modules by name, files as `file://…`, all that is imported by what is imported included."""
    opened: Sequence[Path] = ()
    """Files that it reads at its start, by `open` and the like."""
    around: Sequence[Path] = ()
    """The testbed's own, by which it is run."""

    @property
    def modules(self) -> tuple[Path, ...]:
        """The script and the files that it imports."""
        return tuple(Path(unquote(urlsplit(name).path)) for name in self.imports if name.startswith("file://"))

    @property
    def files(self) -> tuple[Path, ...]:
        """All that it is made of."""
        return tuple(dict.fromkeys((*self.modules, *self.opened)))


@dataclass(frozen=True)
class Journey:
    """The function that is one journey, with what its scenario gives it."""

    exec: str
    env: Mapping[str, str]
    tags: Mapping[str, str]


def require_http(inspected: Inspected) -> None:
    """Raises EngineError where the script asks by another protocol."""
    for name in inspected.imports:
        if what := _NO_HTTP.get(name):
            raise EngineError(f"the script imports {name}: {what} cannot be measured, only requests of k6/http")


def journey(inspected: Inspected, chosen: str = "") -> Journey:
    """What is run at each arrival. Raises EngineError where the script leaves a choice that nobody made."""
    scenarios: Mapping[str, Mapping[str, Any]] = inspected.options.get("scenarios") or {}
    by_function = {each.get("exec") or "default": each for each in reversed(list(scenarios.values()))}
    if not chosen and len(by_function) > 1:
        names = ", ".join(sorted(by_function))
        raise EngineError(f"the script's scenarios run {names}, and a journey is one function; name it as load.exec")
    exec_ = chosen or next(iter(by_function), "default")
    scenario = by_function.get(exec_, {})
    return Journey(exec_, _texts(scenario.get("env")), _texts(scenario.get("tags")))


def remarks(inspected: Inspected, *, judged: bool = False) -> Iterator[str]:
    """Sentences on what of the script has no effect. `judged`: its thresholds have, as part of the SLO."""
    options = inspected.options
    if given := [key for key in _TOLD if options.get(key)]:
        yield (
            f"The script's {', '.join(given)} {'give' if len(given) > 1 or given[0].endswith('s') else 'gives'} way: "
            "the experiment says how much load there is."
        )
    if options.get("thresholds") and not judged:
        lines, _ = thresholds.read(options["thresholds"])
        told = f"; a line `thresholds` there takes them as {', '.join(lines)}" if lines else ""
        yield f"The script's thresholds have no effect, since trials are judged by the experiment's slo{told}."


def wrapper(
    script: Path, arrivals: Path, made: Journey, *, insecure: bool = False, client: tuple[Path, Path] | None = None
) -> str:
    """The file that k6 runs: it lets `arrivals` say how much load there is, and the script all else.

    `client`: the files of its certificate and key, which k6 reads itself.

    A script without such a function is refused by it, in its first line of output.
    """
    forced: dict[str, object] = {
        "systemTags": ["status", "error", "check", "url", "name", "group", "method"],
        **({"insecureSkipTLSVerify": True} if insecure else {}),
    }
    extra = {key: value for key, value in (("env", made.env), ("tags", made.tags)) if value}
    said = f"{script} exports no function {made.exec}; name the one that is a journey as load.exec"
    return f"""\
import {{ scenario }} from {_module(arrivals)};
import {{ guard }} from 'k6/x/scalebed';
import * as script from {_module(script)};

const journey = script[{json.dumps(made.exec)}];
if (typeof journey !== 'function') {{
  throw new Error({json.dumps(said)});
}}
const kept = {{ ...script.options }};
for (const key of {json.dumps(_AMOUNT)}) {{
  delete kept[key];
}}
export const options = {{
  ...kept, ...{json.dumps(forced)},{_client(client)} scenarios: {{ load: {{ ...scenario(), ...{json.dumps(extra)} }} }},
}};

export function setup() {{
  guard();
  return script.setup === undefined ? undefined : script.setup();
}}

export default function (data) {{
  return journey(data);
}}

export function teardown(data) {{
  guard();
  return script.teardown === undefined ? undefined : script.teardown(data);
}}
"""


def ways(rewrite: Sequence[str], headers: Mapping[str, str]) -> dict[str, str]:
    """Variables that say how a script of the user's own asks: nobody but the target, with these headers."""
    told = {"ONLY_TARGET": "true", "REWRITE": " ".join(rewrite)}
    return told | ({"TARGET_HEADERS": json.dumps(dict(headers))} if headers else {})


def _client(files: tuple[Path, Path] | None) -> str:
    """Without domains, since nobody but the target is asked."""
    if files is None:
        return ""
    cert, key = (json.dumps(str(file)) for file in files)
    return f" tlsAuth: [{{ cert: open({cert}), key: open({key}) }}],"


def _module(path: Path) -> str:
    return json.dumps(path.as_uri())


def _texts(values: Mapping[str, Any] | None) -> Mapping[str, str]:
    return {str(key): str(value) for key, value in (values or {}).items()}
