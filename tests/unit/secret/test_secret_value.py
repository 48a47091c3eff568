"""A canary value, and everything that programs do to objects before they end up in a log."""

import base64
import copy
import dataclasses
import io
import json
import logging
import operator
import pickle
import traceback
from collections.abc import Callable
from urllib.parse import quote

import pytest

from eakte_ops.secret.scrub import Scrubber
from eakte_ops.secret.value import Secret

CANARY = "canary-Q7x!9 'ä'"
NAME = "<secret witten/database-password>"


@dataclasses.dataclass
class Job:
    password: Secret
    where: str = "witten-db"


@pytest.fixture
def secret() -> Secret:
    return Secret("witten/database-password", CANARY)


SHOWN: dict[str, Callable[[Secret], str]] = {
    "str": str,
    "repr": repr,
    "f-string": lambda secret: f"{secret} {secret!r} {secret!s} {secret:>40}",
    "format": lambda secret: "{} {0!r}".replace("{} ", "{0} ").format(secret),
    "percent": lambda secret: operator.mod("%s %r", (secret, secret)),
    "join": lambda secret: " ".join(map(str, [secret])),
    "in a list": lambda secret: str([secret, (secret,), {"a": secret}]),
    "in a dataclass": lambda secret: f"{Job(secret)} {dataclasses.asdict(Job(secret))}",
    "copied": lambda secret: str(copy.copy(secret)),
    "deep copied": lambda secret: str(copy.deepcopy({"a": [secret]})),
    "json with default=str": lambda secret: json.dumps({"a": secret}, default=str),
    "dir": lambda secret: str(dir(secret)),
}


@pytest.mark.parametrize("way", SHOWN)
def test_it_prints_as_its_name_in_every_way(way: str, secret: Secret) -> None:
    shown = SHOWN[way](secret)
    assert CANARY not in shown
    assert "canary" not in shown
    assert NAME in shown or way == "dir"


def test_the_value_is_there_for_who_asks(secret: Secret) -> None:
    assert secret.reveal() == CANARY
    assert secret.name == "witten/database-password"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_can_not_be_stored_or_sent(secret: Secret, protocol: int) -> None:
    with pytest.raises(TypeError, match="database-password") as caught:
        pickle.dumps({"deep": [secret]}, protocol)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_json_takes_it_only_where_somebody_says_how(secret: Secret) -> None:
    with pytest.raises(TypeError) as caught:
        json.dumps({"a": secret})
    assert CANARY not in str(caught.value)


def test_it_can_not_be_changed_and_has_no_dict(secret: Secret) -> None:
    with pytest.raises(AttributeError):
        secret.name = "other"
    assert not hasattr(secret, "__dict__")
    assert not hasattr(secret, "value")


def test_logs_and_tracebacks_with_it_hold_the_name(secret: Secret) -> None:
    stream = io.StringIO()
    logger = logging.getLogger("test.secret")
    logger.addHandler(logging.StreamHandler(stream))
    try:
        raise ValueError("with", secret)
    except ValueError:
        logger.exception("failed with %s in %r", secret, {"env": secret})
    assert CANARY not in stream.getvalue()
    assert NAME in stream.getvalue()


def test_two_secrets_are_the_same_only_if_they_are_one(secret: Secret) -> None:
    assert secret != Secret("witten/database-password", CANARY)
    assert len({secret, secret, Secret("witten/database-password", CANARY)}) == 2


def test_revealed_values_are_scrubbed_in_the_forms_that_programs_make_of_them() -> None:
    scrubber = Scrubber()
    value = 'pass "word"\nsecond line: ä'
    scrubber.add("witten/x", value)
    for form in (
        value,
        json.dumps({"a": value}),
        json.dumps({"a": value}, ensure_ascii=False),
        repr(value),
        f"https://u:{quote(value, safe='')}@db.example/",
        base64.b64encode(value.encode()).decode(),
        value.encode().hex(),
        "only this: second line: ä, of two",
    ):
        cleaned = scrubber.clean(f"before {form} after")
        assert "<secret witten/x>" in cleaned
        assert "word" not in cleaned
        assert "second line" not in cleaned
        assert cleaned.startswith("before ")
        assert cleaned.endswith(" after")


def test_the_longer_runs_of_a_value_are_scrubbed_whatever_stands_around_them() -> None:
    scrubber = Scrubber()
    value = "K7mQ2vX9pL4tR8'\\\"$(id) n3Bz6Yw1Hc5Jd0"
    scrubber.add("witten/x", value)
    in_a_shell = value.replace("\\", "\\\\").replace("'", "'\\''")
    assert scrubber.clean(f"P='{in_a_shell}'").count("<secret witten/x>") == 2
    for before in range(6):
        encoded = base64.b64encode(f"{'x' * before}password: {value}\nport: 1".encode()).decode()
        left = scrubber.clean(encoded).split("<secret witten/x>")
        assert len(left) == 3
        for piece in left:  # the first and the last character of a run are all that can be had of it
            decoded = b"".join(
                base64.b64decode(f"{'A' * skip}{piece}==="[: (skip + len(piece)) // 4 * 4]) for skip in range(4)
            )
            assert not any(run[2:8].encode() in decoded for run in ("K7mQ2vX9pL4tR8", "n3Bz6Yw1Hc5Jd0"))


def test_short_values_and_unknown_text_are_left_alone() -> None:
    scrubber = Scrubber()
    scrubber.add("witten/pin", "1234")
    scrubber.add("witten/word", "Herdecke is a town")
    assert scrubber.clean("port 1234, nothing else of Herdecke") == "port 1234, nothing else of Herdecke"


def test_a_value_that_contains_another_is_replaced_as_a_whole() -> None:
    scrubber = Scrubber()
    scrubber.add("a", "password")
    scrubber.add("b", "password-longer")
    assert scrubber.clean("it is password-longer") == "it is <secret b>"
