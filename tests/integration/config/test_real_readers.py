"""What the forms write, read by those who read it on the servers: Java, PostgreSQL."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from eakte_ops.config.forms import conf, properties
from tests.unit.config.properties_model import load
from tests.unit.config.test_forms import ODD, fits_a_line


def some(count: int) -> list[str]:
    """Odd values, alone and put together, always the same."""
    chosen = random.Random(4)
    short = [each for each in ODD if len(each) < 100]
    return [*ODD, *("".join(chosen.choices(short, k=chosen.randint(2, 5))) for _ in range(count))]


@pytest.fixture(scope="module")
def postgres() -> str:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        pytest.skip("PostgreSQL is not installed (apt install postgresql-15)")
    return str(found[-1])


@pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed (apt install default-jdk-headless)")
def test_java_reads_what_was_meant_and_so_does_our_model_of_it(tmp_path: Path) -> None:
    values = {f"key{at:04}": value for at, value in enumerate(some(1500))}
    text = "# before\n" + "".join(f"{key}={properties(value, '')}\n" for key, value in values.items())
    file = tmp_path / "a.properties"
    file.write_text(text, "latin-1")
    program = Path(__file__).with_name("Load.java")
    run = subprocess.run(["java", "-Xshare:auto", program, file], capture_output=True, text=True, check=False)
    if "class not found" in run.stderr or "jdk.compiler" in run.stderr:
        pytest.skip("this Java can not compile (apt install default-jdk-headless)")
    assert run.returncode == 0, run.stderr
    read = dict(map(_from_hex, line.split()) for line in run.stdout.splitlines())
    assert read == values
    assert {
        key: value.encode("utf-16-be", "surrogatepass").decode("utf-16-be") for key, value in load(text).items()
    } == read


def _from_hex(word: str) -> str:
    return bytes.fromhex(word.removeprefix("x")).decode("utf-16-be")


@pytest.mark.parametrize(
    "text",
    [
        "a=b\\\n  c\\\\\nd:e\nf g", "#c\n!d\n\n \t\f#e\na",
        "a\\ b\\=c\\:d = e = f : g", "a=\\q\\\"\\u0041\\\\", "=a\n:b\n",
        "a=b\\", "  a  =  b  ", "a\\\n   b=c", "a=\\\n\nb=c",
    ],
)  # fmt: skip
@pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed (apt install default-jdk-headless)")
def test_our_model_of_java_reads_any_file_as_java_does(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.properties"
    file.write_text(text, "latin-1")
    program = Path(__file__).with_name("Load.java")
    run = subprocess.run(["java", program, file], capture_output=True, text=True, check=True)
    assert dict(map(_from_hex, line.split()) for line in run.stdout.splitlines()) == load(text)


def test_postgresql_reads_what_was_meant(tmp_path: Path, postgres: str) -> None:
    """Settings of our own making, since those of PostgreSQL change what they are given."""
    values = [each for each in some(60) if fits_a_line(each) and len(each) < 900]
    assert len(values) > 40
    lines = [f"eakte.value{at} = {conf(value, '')} # after\n" for at, value in enumerate(values)]
    (tmp_path / "postgresql.conf").write_text("".join(lines), "utf-8")
    for at, value in enumerate(values):
        words = [postgres, "-C", f"eakte.value{at}", "-D", tmp_path]  # in this order root may ask, too
        run = subprocess.run(words, capture_output=True, text=True, check=True)
        assert run.stdout == f"{value}\n"
