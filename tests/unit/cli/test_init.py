"""`eakte-ops init`: right from the first moment, and nothing that was there is changed."""

from __future__ import annotations

import json
import shlex
import shutil
from pathlib import Path

import pytest

from eakte_ops import health
from eakte_ops.cli import main as frame
from eakte_ops.config.library import load_library
from eakte_ops.config.render import render
from eakte_ops.errors import Status
from eakte_ops.inventory.load import load

TOP = Path(__file__).parents[3]
TEMPLATES = {path.relative_to(TOP).as_posix() for path in (TOP / "templates").rglob("*.j2")}
PLAYBOOKS = {path.relative_to(TOP).as_posix() for path in (TOP / "playbooks").glob("*.yml")}
FILES = {
    *TEMPLATES,
    *PLAYBOOKS,
    ".gitignore",
    "README.md",
    "access.yml",
    "eakte-ops.yml",
    "inventories/_defaults.yml",
    "inventories/witten.yml",
    "playbooks/README.md",
    "schema/playbook.schema.json",
    "schema/defaults.schema.json",
    "schema/inventory.schema.json",
    "schema/settings.schema.json",
    "templates/README.md",
}


def there(folder: Path) -> set[str]:
    """Relative names of all files."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_is_right_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = tmp_path / "deep" / "new"
    assert frame.main(["init", str(new)]) == Status.OK
    assert there(new) == FILES
    assert {line.removeprefix(f"{new}/") for line in capsys.readouterr().out.splitlines()} == FILES
    assert frame.main(["--project", str(new), "inventory", "check"]) == Status.OK
    counted = f"{len(TEMPLATES)} templates, {len(PLAYBOOKS)} playbooks"
    assert capsys.readouterr().out == f"1 town, 4 servers, {counted}: no errors.\n"


def test_the_samples_point_at_schemas_that_are_there(tmp_path: Path) -> None:
    frame.main(["init", str(tmp_path)])
    for name in ("eakte-ops.yml", "inventories/_defaults.yml", "inventories/witten.yml", "playbooks/restart.yml"):
        first = (tmp_path / name).read_text("utf-8").splitlines()[0]
        target = (tmp_path / name).parent / first.partition("$schema=")[2]
        assert json.loads(target.read_text("utf-8"))["type"] == "object"


def test_an_empty_folder_with_git_is_taken(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert frame.main(["init", str(tmp_path)]) == Status.OK
    assert there(tmp_path) == FILES


def test_only_what_lacks_is_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame.main(["init", str(tmp_path)])
    (tmp_path / "eakte-ops.yml").write_text("# mine\n", "utf-8")
    (tmp_path / "inventories" / "witten.yml").rename(tmp_path / "inventories" / "mine.yml")
    (tmp_path / "inventories" / "_defaults.yml").unlink()
    (tmp_path / "templates" / "README.md").unlink()
    capsys.readouterr()
    assert frame.main(["init", str(tmp_path)]) == Status.OK
    assert capsys.readouterr().out.splitlines() == [
        f"{tmp_path}/inventories/_defaults.yml",
        f"{tmp_path}/templates/README.md",
    ]
    assert (tmp_path / "eakte-ops.yml").read_text("utf-8") == "# mine\n"
    assert not (tmp_path / "inventories" / "witten.yml").exists()
    assert frame.main(["init", str(tmp_path)]) == Status.OK
    assert capsys.readouterr().err == f"{tmp_path} lacks nothing; nothing was changed.\n"


def test_a_new_folder_renders_its_town(tmp_path: Path) -> None:
    assert frame.main(["init", str(tmp_path)]) == Status.OK
    assert {path.split("/")[1] for path in TEMPLATES} == {"enaio", "musterakte"}
    for name in TEMPLATES:
        assert (tmp_path / name).read_bytes() == (TOP / name).read_bytes()
    library = load_library(tmp_path).right()
    town = load(tmp_path, thresholds=health.vocabulary()).towns["witten"]
    assert render([town], library)


def test_a_template_that_was_taken_away_stays_away_and_a_release_that_lacks_is_added(tmp_path: Path) -> None:
    frame.main(["init", str(tmp_path)])
    (tmp_path / "templates" / "enaio" / "11.10" / "gateway" / "application-prod.yml.j2").unlink()
    shutil.rmtree(tmp_path / "templates" / "enaio" / "12.0")
    assert frame.main(["init", str(tmp_path)]) == Status.OK
    assert FILES - there(tmp_path) == {"templates/enaio/11.10/gateway/application-prod.yml.j2"}


def test_somebody_elses_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.odt").write_text("")
    assert frame.main(["init", str(tmp_path)]) == Status.USAGE
    assert there(tmp_path) == {"thesis.odt"}
    err = capsys.readouterr().err
    assert "is not empty and no operations folder (thesis.odt); nothing was written" in err
    assert "→ name a new or an empty folder" in err


def test_a_link_out_of_the_folder_is_not_written_through(tmp_path: Path) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "outside"
    folder.mkdir()
    (folder / "eakte-ops.yml").symlink_to(outside)
    assert frame.main(["init", str(folder)]) == Status.OK
    assert not outside.exists()


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_file_is_no_folder(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert frame.main(["init", str(tmp_path / name)]) == Status.USAGE
    assert "Not a directory" in capsys.readouterr().err


def test_a_file_where_a_folder_belongs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "eakte-ops.yml").write_text("")
    (tmp_path / "templates").write_text("")
    assert frame.main(["init", str(tmp_path)]) == Status.USAGE
    assert "templates is no folder" in capsys.readouterr().err


def test_the_next_command_can_be_copied_whatever_the_folder_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert frame.main(["init", str(tmp_path / "a town's")]) == Status.OK
    line = next(line for line in capsys.readouterr().err.splitlines() if "--project" in line)
    assert shlex.split(line)[2] == str(tmp_path / "a town's")
