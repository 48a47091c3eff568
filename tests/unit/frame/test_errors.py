import pickle

import pytest

from eakte_ops import errors
from eakte_ops.errors import EakteError, HostKeyChanged, InvalidFile, Mistake, Status, UsageError, worst


def test_an_error_is_a_sentence_with_place_cause_and_way_out() -> None:
    problem = HostKeyChanged(server="witten-db", expected="SHA256:old", found="SHA256:new")
    assert str(problem) == "witten-db: the host key CHANGED: confirmed SHA256:old, shown SHA256:new"
    assert "by phone" in problem.way_out
    assert problem.status is Status.UNREACHABLE


def test_place_stands_before_the_sentence() -> None:
    assert str(UsageError("no such town", place="witten.yml:3:1")) == "witten.yml:3:1: no such town"


def test_a_way_out_given_replaces_the_usual_hint() -> None:
    assert HostKeyChanged(server="a", expected="b", found="c", way_out="call them").way_out == "call them"


@pytest.mark.parametrize(
    ("several", "one"),
    [
        ([], 0),
        ([0, 0], 0),
        ([0, 1], 1),
        ([1, 2], 2),
        ([1, 3, 2], 3),
        ([3, 7], 7),
        ([7, 6, 3], 6),
        ([6, 4], 4),
        ([1, 2, 3, 4, 5, 6, 7], 5),
        ([5, 70], 70),
    ],
)
def test_where_several_statuses_hold_the_order_is_5_4_6_7_3_2_1(several: list[int], one: int) -> None:
    assert worst(Status(status) for status in several) == one


def test_invalid_file_carries_all_mistakes_in_order_and_counts_them() -> None:
    later = Mistake("b.yml", 2, 1, "ring", "missing")
    first = Mistake("a.yml", 1, 1, "", "is empty")
    problem = InvalidFile([later, first, later], files_read=10)
    assert problem.mistakes == (first, later, later)
    assert str(problem) == "3 errors in 2 of 10 files."
    assert str(first) == "a.yml:1:1  is empty"
    assert str(later) == "b.yml:2:1  ring: missing"
    assert str(InvalidFile([first])) == "1 error in 1 file."


def test_errors_travel_between_threads_and_processes() -> None:
    for problem in (HostKeyChanged(server="a", expected="b", found="c"), InvalidFile([Mistake("a", 1, 1, "", "x")])):
        again = pickle.loads(pickle.dumps(problem))
        assert (type(again), str(again), again.way_out) == (type(problem), str(problem), problem.way_out)


def test_every_error_has_a_docstring_and_a_status_that_is_documented() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, EakteError)]
    assert len(kinds) > 15
    for kind in kinds:
        assert kind.__doc__
        assert kind.status in (1, 2, 3, 4, 5, 6, 7, 70)
        assert kind.__name__ in (errors.__doc__ or "") or kind is EakteError, (
            f"{kind.__name__} is not in the tree drawn"
        )
