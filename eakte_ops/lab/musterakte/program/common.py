"""Where things lie, what this release is, what was broken on purpose."""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

ETC = Path(os.environ.get("EAKTE_ETC", "/etc/eakte"))
VAR = Path(os.environ.get("EAKTE_VAR", "/var/lib/eakte"))
LOG = Path(os.environ.get("EAKTE_LOG", "/var/log/eakte"))
RUN = Path(os.environ.get("EAKTE_RUN", "/run/eakte"))
NOTICE = Path(os.environ.get("EAKTE_NOTICE", "/var/lib/eakte-ops/notice"))
_QUOTED = r"(?s)['\"].*['\"]"
HOME = Path(__file__).resolve().parent.parent.parent  # the release folder


class StartError(Exception):
    """The program can not start; the text is one sentence for the person who reads the journal."""


def manifest() -> dict[str, Any]:
    """What this release is: the content of its manifest.json."""
    content: dict[str, Any] = json.loads((HOME / "manifest.json").read_text())
    return content


def read_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file; StartError names the file and why it can not be used."""
    text = read_text(path)
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise StartError(f"{path}: {_problem(error)}") from error
    except (ValueError, RecursionError) as error:
        raise StartError(f"{path}: holds a value that is none") from error
    if not isinstance(content, dict):
        raise StartError(f"{path}: holds no settings")
    return content


def read_text(path: Path) -> str:
    """The text of a file; StartError when there is none."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise StartError(f"{path}: is no UTF-8 text") from error
    except OSError as error:
        raise StartError(f"{path}: can not be read: {error.strerror}") from error


def _problem(error: yaml.YAMLError) -> str:
    """Where and why. What the parser quotes is left out: it may be a piece of a password."""
    mark, why = getattr(error, "problem_mark", None), getattr(error, "problem", None) or "is no YAML"
    place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{place}{re.sub(_QUOTED, '…', why)}"


def config_path(name: str) -> Path:
    """Place of a configuration file, which releases name differently."""
    return ETC / str(manifest()["config"][name])


def config(name: str) -> dict[str, Any]:
    """The settings of one configuration file."""
    return read_yaml(config_path(name))


def now() -> str:
    """This moment in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def minutes() -> int:
    """This moment as osftslog counts: minutes since 1970."""
    return int(datetime.now(UTC).timestamp()) // 60


def log(component: str, text: str) -> None:
    """Add a line to the component's log. It is for the night account too: no titles, no search words."""
    with (LOG / component / f"{component}.log").open("a") as file:
        file.write(f"{now()} {text}\n")


_said: dict[tuple[str, str], str] = {}


def log_change(component: str, subject: str, text: str) -> None:
    """Log what is wrong with a subject, once until it changes; an empty text means nothing is."""
    if text and _said.get((component, subject)) != text:
        log(component, f"{subject}: {text}")
    _said[component, subject] = text


def fault_file(name: str, subject: str) -> Path:
    """The file whose presence breaks something."""
    return VAR / "faults" / f"{name}.{subject}"


def fault(name: str, subject: str) -> bool:
    """Whether this was broken on purpose (`musterakte-admin break`)."""
    return fault_file(name, subject).exists()
