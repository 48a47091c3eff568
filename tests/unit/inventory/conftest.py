"""An operations folder made of the samples, which each test may break."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from eakte_ops.errors import Mistake
from eakte_ops.inventory.load import Survey, survey
from eakte_ops.inventory.samples import samples_folder
from eakte_ops.inventory.vocabulary import Adjustable, Limit

VOCABULARY: Mapping[str, Mapping[str, Limit]] = {
    "disk.space": {
        "warning_percent": Limit("number", 85.0, 1, 100),
        "critical_percent": Limit("number", 95.0, 1, 100),
    },
    "queue.age": {"warning_minutes": Limit("number", 60.0, 1), "critical_minutes": Limit("number", 480.0, 1)},
    "certificate.end": {"warning_days": Limit("whole number", 30, 1, 400)},
    "index.state": {"yellow_is_well": Limit("yes or no", False)},
    "access.stop": {},
}
GATEWAY = "gateway/application-prod.yml"
_PAGES = {
    "title": Limit("text", "eAkte"),
    "sessions": Limit("whole number", 100, 1, 1000),
    "log": Limit("text", "info", choices=("info", "debug")),
    "banner": Limit("yes or no", False),
}


def templates(product: str, release: str, town: str) -> Mapping[str, Adjustable | None]:
    """Templates of two products; 12.0 has one more, and its gateway takes more sessions; hattingen one of its own."""
    if product == "enaio":
        where = {"folder": Limit("text", "")}
        return {
            "appconnector/rest.yml": Adjustable(("appconnector",), {"pool": Limit("whole number", 5, 1)}),
            "service-manager/mail.yml": Adjustable(("service-manager",), where, service="mailstorage"),
            "service-manager/sap.yml": Adjustable(("service-manager",), where, service="repository-manager"),
        }
    newer = {"sessions": Limit("whole number", 100, 1, 5000), "theme": Limit("text", "plain")}
    found: dict[str, Adjustable | None] = {
        GATEWAY: Adjustable(("gateway",), {**_PAGES, **(newer if release == "12.0" else {})}),
        "database/access.conf": Adjustable(("database",), {"networks": Limit("text", "")}, "centre"),
        "index/plain.yml": Adjustable(("index",), {}),
        "service-manager/broken.yml": None,
    }
    if release == "12.0":
        found["gateway/menu.yml"] = Adjustable(("gateway",), {"wide": Limit("yes or no", True)})
    if town == "hattingen":
        found["gateway/own.yml"] = Adjustable(("gateway",), {"colour": Limit("text", "blue")})
    return found


RESERVED = frozenset({"health", "inventory", "init"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample operations folder."""
    made = tmp_path / "operations"
    (made / "inventories").mkdir(parents=True)
    shutil.copyfile(samples_folder() / "eakte-ops.yml", made / "eakte-ops.yml")
    for file in (samples_folder() / "inventories").glob("*.yml"):
        shutil.copyfile(file, made / "inventories" / file.name)
    return made


Look = Callable[[], Survey]
Change = Callable[[str, str, str], None]


@pytest.fixture
def look(folder: Path) -> Look:
    """Surveys the folder as it is now."""
    return lambda: survey(folder, thresholds=VOCABULARY, templates=templates, reserved=RESERVED)


@pytest.fixture
def change(folder: Path) -> Change:
    """`change("witten", "ring: 0", "ring: x")` in a file of inventories/; the old text must be there once."""

    def _change(name: str, old: str, new: str) -> None:
        path = folder / "inventories" / f"{name}.yml"
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}.yml"
        path.write_text(text.replace(old, new), "utf-8")

    return _change


def told(mistakes: tuple[Mistake, ...]) -> list[str]:
    """Mistakes as people see them, without the folder's name."""
    return [str(mistake).removeprefix("inventories/") for mistake in mistakes]
