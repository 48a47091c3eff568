"""What is said of a file on a server, and that no secret in it is ever said: ours, an old one, one nobody knows."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eakte_ops.config.compare import MOST_LINES, Compared, Row, compare
from eakte_ops.config.fetch import MOST, Lying
from eakte_ops.config.foreign import foreign, visible
from eakte_ops.config.record import Identity, Placed
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.config.withhold import Values, looks_secret
from eakte_ops.errors import UsageError
from eakte_ops.secret.value import Secret
from tests.unit.config.made import library, template, whole_town

MORE = 3 if os.environ.get("EAKTE_OPS_WHOLE") else 1

HEAD = """\
title: {de: Dienste, en: services}
components: [gateway]
destination: /etc/eakte/gateway/server.yml
mode: "0640"
effect: {how: restart, of: gateway}
"""
BODY = """\
# made from a template
port: 7281
database:
  host: "192.0.2.10"
  name: eakte
  user: eakte
  password: {{ secret["database-password"] | yaml }}
index:
  url: "http://192.0.2.12:8041"
  user: elastic
  password: {{ secret["elastic-password"] | yaml }}

tuning:
  threads: 8
  title: "Die Akte"
"""
OPEN = """\
# made from a template
server:
  address: "*"
  port: 80
password_encryption = 'scram-sha-256'
"""
VALUES = {"database-password": 'S3cr3t-"da\\ta', "elastic-password": "E1astic-Geheim-42", "osrest-password": "kurz"}
SECRETS = {name: Secret(f"teststadt/{name}", value) for name, value in VALUES.items()}


def rendered(body: str = BODY, head: str = HEAD) -> Rendered:
    town = whole_town("musterakte", "11.0", secrets=tuple(VALUES))
    (made,) = render([town], library(template(head, body)))
    return made


def lying(data: bytes, *, mode: str = "640", owner: str = "eakte-ops", group: str = "eakte", **more: Any) -> Lying:
    identity = Identity(mode, owner, group, len(data), 7, "1.0", "1.0")
    return Lying("/etc/eakte/gateway/server.yml", "file", identity, data, **more)


def held(made: Rendered) -> bytes:
    return made.content(lambda name: SECRETS[name]).data


def compared(data: bytes | str, made: Rendered | None = None, secrets: dict[str, Secret] = SECRETS) -> Compared:
    raw = data if isinstance(data, bytes) else data.encode()
    made = made or rendered()
    there = lying(raw, mode=f"{made.mode:o}")
    return compare(made, there, secrets, Values({name: s.reveal() for name, s in secrets.items()}))


def edited(old: str, new: str, made: Rendered | None = None) -> Compared:
    text = held(made or rendered())
    assert old.encode() in text
    return compared(text.replace(old.encode(), new.encode(), 1), made)


def told(found: Compared) -> list[tuple[str, str, str, str]]:
    return [(row.side, row.text, row.withheld, row.told) for row in found.rows if row.differs or row.told]


def everything(found: Compared) -> str:
    """All that can get out of a comparison, in whatever way it is shown."""
    return json.dumps([asdict(row) for row in found.rows], ensure_ascii=False) + repr(found)


def test_what_was_rendered_is_the_same() -> None:
    found = compared(held(rendered()))
    assert (found.state, found.stat, found.notes, told(found)) == ("same", (), (), [])
    assert [row.text for row in found.rows][6] == "  password: ‹secret database-password›"


def test_another_secret_is_said_on_both_sides_and_its_values_on_none() -> None:
    found = edited('"E1astic-Geheim-42"', '"Old-Geheim-41"')
    line = "  password: ‹secret elastic-password›"
    assert told(found) == [("server", line, "", "changed"), ("template", line, "", "changed")]
    assert (found.state, found.changed) == ("different", ("elastic-password",))
    assert "Geheim" not in everything(found)


@pytest.mark.parametrize("written", ["E1astic-Geheim-42", "'E1astic-Geheim-42'"])
def test_the_same_secret_written_in_another_way_is_no_other_one(written: str) -> None:
    found = edited('"E1astic-Geheim-42"', written)
    assert {row.told for row in found.rows if row.differs} == {"written"}
    assert (found.state, found.changed) == ("different", ())
    assert "Geheim" not in everything(found)


def test_another_value_at_a_plain_place_is_shown() -> None:
    found = edited("threads: 8", "threads: 16")
    assert told(found) == [("server", "  threads: 16", "", ""), ("template", "  threads: 8", "", "")]
    assert [(row.server, row.template) for row in found.rows if row.differs] == [(14, 0), (0, 14)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("threads: 8", "threads: 8 # was hunter2 before"),  # a comment is any text
        ("threads: 8", "threads: {a: hunter2}"),
        ("threads: 8", "threads: [hunter2]"),
        ("threads: 8", "threads: |\n    hunter2"),
        ("threads: 8", "threads: >-\n    hunter2"),
        ("threads: 8", "threads: &hunter2 8"),
        ("threads: 8", 'threads: "8\n  hunter2"'),
        ("threads: 8", "thread: hunter2"),
        ("threads: 8", "extra: hunter2\n  threads: 8"),
        ("threads: 8", "Threads: hunter2"),
        ("threads: 8", "threads: 8\n# hunter2"),
        ("threads: 8", "threads: 8\nhunter2"),
        ("threads: 8", "threads: 8\n- hunter2"),
        ("# made from a template", "# made from a template, hunter2"),
        ("# made from a template", "# hunter2"),
        ("threads: 8", "threads: hunter2"),  # a number there, so only a number is one
        ("threads: 8", "threads: 8\r hunter2"),
        ("threads: 8", "threads: 8\u2028 hunter2"),
        ("  user: elastic", "  user: hunter2"),  # user and password changed places, and the password is an old one
        ("8041", "8041/?p=hunter2"),
        ("http://192", "http://hunter2@192"),
        ("http://192", "http://elastic:hun/ter@hunter2@192"),
        ("http://192.0.2.12:8041", "http://hunter2"),
        ("  name: eakte", "  name2: hunter2"),
        ("database:\n", "database:\n  url: hunter2\n"),  # a plain place below `index`, not here
        ("index:\n", "backup:\n  url: hunter2\nindex:\n"),
        ("tuning:", "tuning: hunter2"),
        ("  user: elastic\n", "  pass: hunter2\n"),
        ("  user: elastic\n", '  user: "ela\n  threads: hunter2"\n'),
        ("tuning:\n", "tuning:\n  note: first \\\n  threads: hunter2 \\\n"),
        ("port: 7281", "[hunter2]\nport: hunter2"),
        ("port: 7281", " port: hunter2"),
        ("port: 7281", "port : hunter2"),
        ("port: 7281", "port: \u202ehunter2"),
        ("  title:", "\ttitle: hunter2 #"),
    ],
)
def test_what_the_template_does_not_know_is_not_shown_where_it_holds_secrets(old: str, new: str) -> None:
    found = edited(old, new)
    assert found.state == "different"
    assert "hunter2" not in everything(found).replace("port: ‹U+202E›hunter2", "")
    assert any(row.withheld for row in found.rows) or "\u202e" in new


@pytest.mark.parametrize("name", ["password", "PASSWORD", "user.password", "api-key", "apiKey", "token", "credentials"])
def test_a_key_that_is_called_like_a_secret_is_never_shown_even_where_the_template_has_it(name: str) -> None:
    made = rendered(BODY + f"{name}: none\n")
    assert "hunter2" not in everything(edited(f"{name}: none", f"{name}: hunter2", made))


def test_a_key_with_a_secret_anywhere_is_plain_nowhere() -> None:
    """Lines that were put in another order must not take each other's place."""
    made = rendered('a:\n  value: 1\nb:\n  value: {{ secret["elastic-password"] | yaml }}\n')
    found = compared("a:\n  value: hunter2\n", made)
    assert "hunter2" not in everything(found)
    assert ("server", "  value: ‹secret elastic-password›", "", "changed") in told(found)
    assert "hunter2" not in everything(compared("a:\n  value: hunter2\n  value: hunter2\nb:\n  value: hunter2\n", made))


def test_lines_in_another_order_are_shown_because_each_is_the_templates() -> None:
    made = rendered()
    lines = held(made).decode().splitlines(keepends=True)
    found = compared("".join([*lines[7:11], *lines[:7], *lines[11:]]), made)
    assert found.state == "different"
    assert not any(row.withheld for row in found.rows)
    assert all(value not in everything(found) for value in VALUES.values())
    assert "  password: ‹secret elastic-password›" in [row.text for row in found.rows if row.side == "server"]


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize(
    "write",
    [
        str,
        lambda value: json.dumps(value)[1:-1],
        lambda value: quote(value, safe=""),
        lambda value: base64.b64encode(value.encode()).decode(),
        lambda value: base64.b64encode(b"elastic:" + value.encode()).decode(),
        lambda value: base64.urlsafe_b64encode(b"xx" + value.encode()).decode().rstrip("="),
        lambda value: value.encode().hex(),
        lambda value: value.encode().hex().upper(),
        lambda value: "".join(f"\\u{ord(char):04x}" for char in value),
        lambda value: f"x{value}y",
    ],
)
def test_a_secret_of_the_town_is_never_shown_in_whatever_writing(name: str, write: Any) -> None:
    value = write(VALUES[name])
    for made, old in ((rendered(), "threads: 8"), (rendered(OPEN, HEAD.replace("0640", "0644")), "port: 80")):
        found = edited(old, f"{old.split(':')[0]}: {value}", made)
        assert value not in everything(found)
        assert {row.withheld for row in found.rows if row.side == "server"} <= {"value", "unknown"}


@pytest.mark.parametrize("text", ["a1Z", "x: YTFa", "x: 61315a", "pre-a1Z-post"])
def test_even_a_short_secret_is_known(text: str) -> None:
    assert Values({"pin": "a1Z"}).found_in(text) == "pin"


def test_a_secret_of_many_lines_is_known_by_each_of_them() -> None:
    values = Values({"tls-key": "BEGIN\nabcdefghi\nEND"})
    assert values.found_in("title: abcdefghi") == "tls-key"
    assert values.found_in("title: other") == ""
    assert "abcdefghi" not in repr(values)


# The rule as a property: a canary gets out only at a plain place, whatever else stands in the text.
CANARY = "Zq7xCanary9w"
_PIECES = st.sampled_from(
    [
        CANARY, f'"{CANARY}"', f"'{CANARY}", "port", "user", "password", "database", "index", "threads", "tuning", ":",
        ": ", " ", "  ", "- ", "=", "#", "|", ">", "{", "}", "[", "]", '"', "'", "\\", "\t", "\r", "\0", "\u202e", "ä",
        "…", "8", "eakte", "-----BEGIN KEY-----", "[tuning]", "---", "& ", "!x ",
    ]
)  # fmt: skip
_FREE = st.lists(_PIECES, max_size=8).map("".join)
_KEYS = st.sampled_from(["note", "passwort", "extra", "url2", "Threads", "titel", "x-y", "hosts", "user2"])
_KEYED = st.tuples(st.integers(0, 6), _KEYS, _FREE).map(lambda made: f"{' ' * made[0]}{made[1]}: {made[2]}")
_OWN = st.sampled_from(range(15))


@settings(max_examples=200 * MORE, deadline=None)
@given(st.lists(st.one_of(_OWN, _KEYED, *(_FREE.map(f"{before}{{}}".format) for before in ("# ", "- "))), max_size=20))
def test_nothing_gets_out_of_a_line_that_the_template_does_not_know(parts: list[int | str]) -> None:
    """Lines of the template in any order among keys, comments and entries of lists that it does not have."""
    made = rendered()
    lines = held(made).decode().split("\n")
    text = "\n".join(lines[part] if isinstance(part, int) else part for part in parts)
    out = everything(compared(text, made))
    assert CANARY not in out
    assert not any(value in out for value in VALUES.values())


_LEADS = ("port: ", "  host: ", "  name: ", "  user: ", "  url: ", "  threads: ", "  title: ")
_TEMPLATES = st.sampled_from((*_LEADS, "  password: "))


@settings(max_examples=200 * MORE, deadline=None)
@given(st.lists(st.one_of(_OWN, _KEYED, _FREE, st.tuples(_TEMPLATES, _FREE).map("".join)), max_size=24))
def test_what_gets_out_is_one_plain_value_of_a_key_that_the_template_has(parts: list[int | str]) -> None:
    made = rendered()
    lines = held(made).decode().split("\n")
    text = "\n".join(lines[part] if isinstance(part, int) else part for part in parts)
    for row in compared(text, made).rows:
        if CANARY in row.text:
            lead = next(lead for lead in _LEADS if row.text.startswith(lead))
            assert not set(row.text.removeprefix(lead)) & set("#{}")
            assert not row.text.removeprefix(lead).startswith(("|", ">", "[", "&", "!"))
            assert text.split("\n")[row.server - 1].startswith(lead)


_SECRET_LINES = (6, 10)


@settings(max_examples=130 * MORE, deadline=None)
@given(st.permutations(range(15)), st.lists(_FREE, min_size=2, max_size=2), st.booleans())
def test_no_value_of_a_line_with_a_secret_gets_out_old_or_new(order: list[int], olds: list[str], quoted: bool) -> None:
    """Old values stand where the secrets stand, and the lines in whatever order."""
    made = rendered()
    lines = held(made).decode().split("\n")
    for at, old in zip(_SECRET_LINES, olds, strict=True):
        value = (old + CANARY).replace("\n", "")
        lines[at] = f'  password: "{value}"' if quoted else f"  password: {value}"
    out = everything(compared("\n".join(lines[at] for at in order), made))
    assert CANARY not in out
    assert not any(value in out for value in VALUES.values())


@settings(max_examples=130 * MORE, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_are_compared_and_said_safely(junk: bytes, at: int) -> None:
    made = rendered()
    whole = held(made)
    data = whole[:at] + junk + whole[at:]
    found = compared(data, made)
    assert (found.state == "same") == (data == whole)
    for row in found.rows:
        assert row.text.replace("\t", " ").isprintable()
        assert len(row.text) < 3000
    numbers = [row.server for row in found.rows if row.server]
    assert numbers == list(range(1, len(foreign(data).lines) + 1))
    assert [row.template for row in found.rows if row.template] == list(range(1, 16))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["a: 1", "b: 2", "", "  c: 3", "x", "a: 2"]), max_size=12).map("\n".join), st.booleans()
)
def test_a_difference_of_any_byte_is_never_called_the_same(text: str, ended: bool) -> None:
    made = rendered("a: 1\n\nb: 2\n  c: 3\n", HEAD.replace("0640", "0644"))
    data = (text + "\n" * ended).encode()
    found = compare(made, lying(data, mode="644"), {}, Values({}))
    assert (found.state == "same") == (data == b"a: 1\n\nb: 2\n  c: 3\n")


def test_without_the_secret_it_is_not_compared_and_the_rest_is() -> None:
    some = {"database-password": SECRETS["database-password"]}
    found = compared(held(rendered()), secrets=some)
    assert (found.state, found.closed, found.changed) == ("not compared", ("elastic-password",), ())
    assert told(found) == [("both", "  password: ‹secret elastic-password›", "", "closed")]
    found = compared(held(rendered()).replace(b"threads: 8", b"threads: 9"), secrets=some)
    assert (found.state, found.closed) == ("different", ("elastic-password",))
    assert ("server", "  threads: 9", "", "") in told(found)
    found = compared(held(rendered()), secrets={})
    assert "Geheim" not in everything(found)
    assert found.state == "not compared"


def test_nothing_of_a_secret_file_is_shown() -> None:
    made = rendered(BODY, HEAD + "secret: true\n")
    assert compared(held(made), made).state == "same"
    found = edited("threads: 8", "threads: 9", made)
    assert (found.state, found.rows, found.notes, found.changed) == ("different", (), (("confidential", ""),), ())
    found = edited("E1astic", "Elastic", made)
    assert (found.state, found.rows, found.changed) == ("different", (), ())
    found = compare(made, lying(held(made)), {}, Values({}))
    assert (found.state, found.rows, found.notes) == ("not compared", (), ())


def test_owner_group_and_mode() -> None:
    made = rendered()
    found = compare(made, lying(held(made), mode="4644", owner="root\x1b[31m", group="users"), SECRETS, Values({}))
    assert [(each.what, each.server, each.template) for each in found.stat] == [
        ("owner", "root", "eakte-ops"),
        ("group", "users", "eakte"),
        ("mode", "4644", "0640"),
    ]
    assert (found.state, found.notes, found.exposed) == ("different", (("exposed", ""),), True)


def test_missing_closed_unread_and_of_another_kind() -> None:
    made, path = rendered(), "/etc/eakte/gateway/server.yml"
    assert compare(made, Lying(path, "absent"), {}, Values({})).state == "missing"
    assert compare(made, Lying(path, "closed"), {}, Values({})).state == "not compared"
    found = compare(made, Lying(path, "unread", why="cut"), {}, Values({}))
    assert (found.state, found.notes) == ("not compared", (("unread", "cut"),))
    found = compare(made, Lying(path, "other", what="symbolic link"), {}, Values({}))
    assert (found.state, found.stat[0].server) == ("different", "symbolic link")
    nothing = Lying(path, "file", Identity("640", "eakte-ops", "eakte", 3, 7, "1.0", "1.0"))
    assert compare(made, nothing, {}, Values({})).notes == (("unread", ""),)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda data: data.replace(b"\n", b"\r\n"), ("crlf", "15")),
        (lambda data: b"\xef\xbb\xbf" + data, ("bom", "")),
        (lambda data: data[:-1], ("not ended", "")),
        (lambda data: data + b"x" * MOST, ("long", str(MOST + 367))),
        (lambda data: data + b"\n" * MOST_LINES, ("lines", str(MOST_LINES + 15))),
    ],
)
def test_what_is_different_about_the_text_as_a_whole(change: Any, note: tuple[str, str]) -> None:
    data = change(held(rendered()))
    found = compared(data)
    assert found.state == "different"
    (kind, number), *more = found.notes
    assert not more
    assert kind == note[0]
    assert number == (str(len(data)) if kind == "long" else note[1])
    assert told(found) == []


def test_what_can_not_be_seen_is_said_where_the_line_looks_the_same() -> None:
    for hidden in ("\u200b", "\u202e", "\xa0", "\t", "  ", "\x00", "\x1b"):
        found = edited("threads: 8", f"threads: 8{hidden}")
        assert ("server", "", "unseen", "") in told(found) or told(found)[0][1].startswith("  threads: 8")
        assert "\x1b" not in everything(found)
    found = edited("name: eakte", "name: \x1b[31meakte\x00\ufeff")
    assert told(found)[0][1:3] in (("", "unknown"), ("  name: ‹U+001B›[31meakte‹U+0000›‹U+FEFF›", ""))


def test_hidden_characters_are_named_and_long_lines_cut() -> None:
    assert visible(b"a\xffb\x00\xe2\x80\xae c\t\xc2\xa0") == "a‹FF›b‹U+0000›‹U+202E› c\t‹U+00A0›"
    assert visible("‹secret x›") == "‹U+2039›secret x‹U+203A›"
    assert visible("x" * 1000) == "x" * 300 + "… ‹1000›"


def test_a_server_can_not_pretend_to_say_our_words() -> None:
    made = rendered(OPEN, HEAD.replace("0640", "0644"))
    found = edited("port: 80", "port: ‹line 7 is the same›", made)
    assert told(found)[0][1] == "  port: ‹U+2039›line 7 is the same‹U+203A›"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  port: 81", True),
        ("# anything at all", True),
        ("password_encryption = 'md5'", True),  # the template says openly what this is
        ("other_password = 'x1'", False),
        ("  url: http://user:hunter2@192.0.2.1/", False),
        ("  token: abc", False),
        ("# the password is hunter2", False),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", False),
        ("secrets:\n  - hunter2\n  more\n  inner: x", False),
        ("  etag: 0123456789abcdef0123456789abcdef", False),
        ("  note: aB3dE6gH9jK2mN5pQ8sT", False),
        ("x" * 3000, False),
        ("passwords:\n- hunter2\n- hunter3", False),  # a list may stand below the first letter of its key
        ("passwords:\n  - hunter2\n# old\n  - hunter3", False),
        ("password=\\\nhunter2", False),
        ("password=one\\\ntwo\\\nhunter2", False),
        ('password: "first\nhunter2"', False),
        ("password : |\n  hunter2", False),
        ('  {"password":\n  "hunter2"}', False),
        ("? password\n: hunter2", False),
        ("password\r= hunter2", False),
        ("# password was hunter2", False),
        ("# altes Kennwort hunter2", False),
        ("requirepass hunter2", False),
        ("dbpw = hunter2", False),
        ("Schlüssel: hunter2", False),
        ("psk: hunter2", False),
        ("\u0440assword: hunter2", False),  # the first letter is a Cyrillic one
        ("\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44: hunter2", False),
        ("pass\u200bword: hunter2", False),
        ("  url: http://user:hun/ter2@192.0.2.1/", False),
        ("  url: http://hunter2@192.0.2.1/", False),
        ("  url: jdbc:oracle:thin:scott/hunter2@192.0.2.1", False),
        ("  contact: it@witten.example", True),
        ("  title: Größe", True),
    ],
)
def test_in_a_file_for_everybody_lines_are_shown_unless_they_look_like_a_secret(line: str, shown: bool) -> None:
    made = rendered(OPEN, HEAD.replace("0640", "0644"))
    found = edited("  port: 80", line, made)
    theirs = [row for row in found.rows if row.side == "server"]
    assert len(theirs) == len(line.split("\n"))
    assert {not row.withheld for row in theirs} == {shown}


def test_a_file_that_is_not_for_everybody_is_treated_as_one_with_secrets() -> None:
    made = rendered(OPEN, HEAD)
    assert "hunter2" not in everything(edited("port: 80", "port: 80\n# hunter2", made))


def test_a_file_that_was_closed_on_the_server_is_treated_as_one_with_secrets() -> None:
    """Somebody had a reason to take it from everybody else."""
    made = rendered(OPEN, HEAD.replace("0640", "0644"))
    text = held(made).replace(b"port: 80", b"port: 80\n# hunter2")
    for mode, shown in (("644", True), ("640", False), ("600", False)):
        assert ("hunter2" in everything(compare(made, lying(text, mode=mode), {}, Values({})))) is shown


def test_after_a_secret_block_lines_are_shown_again() -> None:
    made = rendered(OPEN, HEAD.replace("0640", "0644"))
    found = edited("  port: 80", "secrets:\n  - hunter2\nvisible: yes\n# seen", made)
    assert [row.text for row in found.rows if row.side == "server"] == ["", "", "visible: yes", "# seen"]


@pytest.mark.parametrize(
    "text", ["pass" * 5000, "password" * 200, "://" * 3000, "://" + ":" * 5000, "aA1" * 9000, ":@" * 1000, "ä" * 2000]
)
def test_looking_at_a_hostile_line_takes_no_time(text: str) -> None:
    looks_secret(text[:2000])
    Values(VALUES).found_in(text[:2000])


def test_hostile_texts_are_laid_side_by_side_in_bounded_time() -> None:
    made = rendered("\n" * 1500 + "a: 1\n" * 500, HEAD.replace("0640", "0644"))
    data = b"a: 1\n" * 2000 + b"\n" * 2999
    assert compare(made, lying(data, mode="644"), {}, Values({})).state == "different"


def test_whether_it_was_changed_after_it_was_put_there() -> None:
    made = rendered()
    data = held(made).replace(b"8", b"9")
    identity = lying(data).identity
    assert identity is not None
    plain = hashlib.sha256(data).hexdigest()

    def since(placed: Placed | None, keyed: str = "") -> str:
        return compare(made, lying(data, keyed=keyed), SECRETS, Values({}), placed).since

    assert since(None) == ""
    assert since(Placed(made.path, "plain", plain, identity, 5, "run-1")) == "placed"
    assert since(Placed(made.path, "plain", "0" * 64, identity, 5, "run-1")) == "edited"
    assert since(Placed(made.path, "keyed", "a" * 64, identity, 5, "run-1"), "a" * 64) == "placed"
    assert since(Placed(made.path, "keyed", "a" * 64, identity, 5, "run-1"), "b" * 64) == "edited"
    assert since(Placed(made.path, "keyed", "a" * 64, identity, 5, "run-1")) == ""


def test_a_template_of_a_part_is_not_compared() -> None:
    made = rendered(BODY, HEAD + "partial: true\n")
    found = compare(made, lying(b"x"), SECRETS, Values({}))
    assert (found.state, found.notes) == ("not compared", (("partial", ""),))


def test_a_secret_that_its_form_can_not_carry_is_an_error_without_the_value() -> None:
    made = rendered('x={{ secret["elastic-password"] | line }}\n')
    secret = {"elastic-password": Secret("teststadt/elastic-password", "two\nlines")}
    with pytest.raises(UsageError, match="elastic-password can not stand in a line") as raised:
        compare(made, lying(b"x"), secret, Values({}))
    assert "two" not in str(raised.value)


def test_two_secrets_in_a_line_and_a_line_of_nothing_but_a_secret() -> None:
    two = 'a={{ secret["database-password"] | line }}/{{ secret["osrest-password"] | line }}'
    made = rendered(f'{{{{ secret["elastic-password"] | line }}}}\n{two}\n')
    found = compared("hunter2\na=hunter3/hunter4\n", made)
    line = "a=‹secret database-password›/‹secret osrest-password›"
    assert told(found) == [
        ("server", "", "unknown", ""),
        ("template", "‹secret elastic-password›", "", ""),
        ("server", line, "", "changed"),
        ("template", line, "", "changed"),
    ]
    assert "hunter" not in everything(found)


def test_rows_are_values_that_say_nothing_by_themselves() -> None:
    assert not Row("both", 1, 1, "x").differs
