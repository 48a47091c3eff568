"""What a threshold may be set to."""

from __future__ import annotations

import pytest

from eakte_ops.inventory.vocabulary import Limit

FINE = [
    (Limit("number"), 3),
    (Limit("number"), 3.5),
    (Limit("number", least=1, most=2), 1),
    (Limit("number", least=1, most=2), 2.0),
    (Limit("whole number"), 3),
    (Limit("yes or no"), False),
    (Limit("text"), "any"),
    (Limit("text", choices=("a", "b")), "b"),
]
WRONG = [
    (Limit("number"), "3", "a number expected, found '3'"),
    (Limit("number"), True, "a number expected, found True"),
    (Limit("number", least=1), 0.5, "a number, at least 1, expected, found 0.5"),
    (Limit("number", most=1), 1.5, "a number, at most 1, expected, found 1.5"),
    (Limit("number", least=1, most=2), 2.5, "a number from 1 to 2 expected, found 2.5"),
    (Limit("number", least=1, most=2), float("nan"), "a number from 1 to 2 expected, found nan"),
    (Limit("whole number"), 3.0, "a whole number expected, found 3.0"),
    (Limit("yes or no"), 1, "yes or no (true, false) expected, found 1"),
    (Limit("text"), 1, "text expected"),
    (Limit("text", choices=("a", "b")), "c", "one of a, b expected"),
]


@pytest.mark.parametrize(("limit", "value"), FINE)
def test_fine(limit: Limit, value: object) -> None:
    assert limit.objection(value) is None


@pytest.mark.parametrize(("limit", "value", "objection"), WRONG)
def test_wrong(limit: Limit, value: object, objection: str) -> None:
    assert limit.objection(value) == objection
