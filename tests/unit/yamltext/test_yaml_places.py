"""Every value has a place; asking further than the file reaches gives the nearest one."""

import pytest

from eakte_ops import yamltext
from eakte_ops.errors import Mistake

TEXT = """\
municipality:
  key: "05954036"
servers:
  - name: witten-db
    release: 11.10
  - {name: witten-app, tags: [a, b]}
"""


@pytest.mark.parametrize(
    ("path", "key", "place"),
    [
        ((), False, (1, 1)),
        (("municipality",), False, (2, 3)),
        (("municipality",), True, (1, 1)),
        (("municipality", "key"), False, (2, 8)),
        (("municipality", "key"), True, (2, 3)),
        (("servers", 1, "tags", 1), False, (6, 34)),
        (("servers", 1), True, (6, 5)),
        (("servers", 0, "absent"), True, (4, 5)),
        (("servers", 7, "name"), False, (4, 3)),
        (("municipality", "key", "deeper", 3), False, (2, 8)),
        (("servers", -1), False, (4, 3)),
    ],
)
def test_place(path: yamltext.Path, key: bool, place: tuple[int, int]) -> None:
    assert yamltext.read(TEXT, "witten.yml").place(path, key) == place


def test_the_word_as_written_is_kept_for_unquoted_scalars_only() -> None:
    document = yamltext.read(TEXT, "witten.yml")
    assert document.raw(("servers", 0, "release")) == "11.10"
    assert document.raw(("municipality", "key")) is None
    assert document.raw(("servers",)) is None
    assert document.raw(("nothing", 0)) is None


def test_the_collector_looks_up_places_sorts_and_stays_silent_about_doubtful_values() -> None:
    document = yamltext.read("a: 1\nb: &x {c: 2}\n", "witten.yml")
    mistakes = yamltext.Mistakes(document)
    assert not mistakes
    mistakes.add(("b", "c"), "never said, b was complained about already")
    mistakes.add(("zzz",), "missing there")
    mistakes.add(("a",), "the key", key=True)
    mistakes.add(("a",), "the value")
    assert mistakes
    assert mistakes.found == (
        Mistake("witten.yml", 1, 1, "a", "the key"),
        Mistake("witten.yml", 1, 1, "zzz", "missing there"),
        Mistake("witten.yml", 1, 4, "a", "the value"),
    )


def test_did_you_mean_keeps_silent_where_nothing_is_close() -> None:
    assert yamltext.did_you_mean("componets", ["components", "name"]) == '; did you mean "components"?'
    assert yamltext.did_you_mean("Gateway", ["gateway"]) == '; did you mean "gateway"?'
    assert yamltext.did_you_mean("xyzzy", ["components", "name"]) == ""
    assert yamltext.did_you_mean("x" * 100_000, ["components"]) == ""
