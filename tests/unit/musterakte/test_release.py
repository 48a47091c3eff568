"""What is put on a server: the files of a release."""

import ast
import hashlib
import json
import sys

import pytest

from eakte_ops.lab.musterakte import PROGRAMS, RELEASES, release_files

COMPONENTS = PROGRAMS[:5]


@pytest.mark.parametrize("release", RELEASES)
def test_a_release_has_every_program_and_a_true_manifest(release: str) -> None:
    files = release_files(release)
    manifest = json.loads(files.pop("manifest.json")[0])
    assert manifest["release"] == release
    assert set(manifest["components"]) == set(COMPONENTS)
    assert manifest["files"] == {path: hashlib.sha256(content).hexdigest() for path, (content, _) in files.items()}
    assert {path for path, (_, mode) in files.items() if mode == 0o750} == {f"bin/{name}" for name in PROGRAMS}
    assert {mode for _, mode in files.values()} == {0o750, 0o640}
    assert next(path for path in files if path.startswith("schema/")).endswith("001_objects.sql")


def test_the_programs_import_only_what_debian_has_on_the_servers() -> None:
    allowed = {"psycopg2", "yaml", "musterakte"}
    for path, (content, _) in release_files("11.0").items():
        if not path.endswith(".py") and not path.startswith("bin/"):
            continue
        for node in ast.walk(ast.parse(content)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                top = name.partition(".")[0]
                assert top in allowed or top in sys.stdlib_module_names, f"{path}: {name}"
