"""Two people at two machines approve a plan with the real ssh-keygen; and every signature that must not count."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from eakte_ops.access.load import read_access
from eakte_ops.access.rules import Access
from eakte_ops.cli.context import CONTEXT, migrations
from eakte_ops.cli.main import main
from eakte_ops.clock import Clock
from eakte_ops.playbook.approval import NAMESPACE, Approval, NotCounted, approved, judge, of, read, text_of
from eakte_ops.playbook.memory import plans
from eakte_ops.playbook.plan import Plan
from eakte_ops.remote.fake import FakeFleet
from eakte_ops.signature.sign import sign
from eakte_ops.store import Store
from tests.integration.remote.sshd import until
from tests.unit.health import well
from tests.unit.playbook.sample_plan import NOW, sample

PLAN = sample()
HOLDERS = """\
issue: 1
operations_hosts:
  - {{name: ops-1, role: norm, addresses: [192.0.2.30]}}
  - {{name: ops-2, role: emergency, addresses: [203.0.113.20]}}
holders:
  - id: admin-1
    keys:
      - {{machine: desk-1, account: work, key: {author}, expires: "2027-11-30"}}
      - {{machine: ops-2, account: work, key: {second_of_author}, expires: "2027-11-30"}}
  - id: admin-2
    keys:
      - {{machine: desk-2, account: work, key: {approver}, expires: "2027-11-30", towns: [witten]}}
      - {{machine: desk-3, account: work, key: {elsewhere}, expires: "2027-11-30", towns: [herdecke]}}
      - {{machine: desk-4, account: work, key: {expired}, expires: "2026-11-23"}}
      - machine: desk-5
        account: work
        key: {revoked}
        expires: "2027-11-30"
        revoked: "2026-11-01"
        why: laptop stolen
  - id: night
    keys:
      - {{machine: ops-1, account: look, key: {look}, expires: "2027-11-30"}}
"""
NAMES = ("author", "second_of_author", "approver", "elsewhere", "expired", "revoked", "look", "stranger")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    for name in NAMES:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", folder / name], check=True)
    return {name: folder / name for name in NAMES}


@pytest.fixture(scope="module")
def rules(keys: dict[str, Path]) -> str:
    return HOLDERS.format(**{name: key.with_suffix(".pub").read_text().strip() for name, key in keys.items()})


@pytest.fixture(scope="module")
def access(rules: str) -> Access:
    return read_access(rules, ("witten", "herdecke"))


def signed(key: Path, plan: Plan = PLAN, namespace: str = NAMESPACE) -> Approval:
    return of(plan, sign(text_of(plan).encode(), namespace, key))


def test_two_holders_are_two_people_and_two_keys_of_one_are_one(keys: dict[str, Path], access: Access) -> None:
    by_author, again, by_second = (signed(keys[name]) for name in ("author", "second_of_author", "approver"))
    alone = approved(PLAN, [by_author.signature, again.signature], access, NOW)
    assert alone.by == ("admin-1",)
    assert alone.missing(PLAN) == ("it needs the approval of a second person: only admin-1 has signed it",)
    both = approved(PLAN, [by_author.signature, by_second.signature], access, NOW)
    assert (both.by, both.missing(PLAN), both.not_counted) == (("admin-1", "admin-2"), (), ())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("look", "the key of night at ops-1 is for looking only"),
        ("revoked", r"the key of admin-2 at desk-5 is revoked since 2026-11-01 \(laptop stolen\)"),
        ("expired", "the key of admin-2 at desk-4 has expired: its last day was 2026-11-23"),
        ("elsewhere", "the key of admin-2 at desk-3 is not for witten"),
        ("stranger", "access.yml holds no key SHA256:"),
    ],
)
def test_a_key_that_must_not_count_is_named(name: str, said: str, keys: dict[str, Path], access: Access) -> None:
    with pytest.raises(NotCounted, match=said):
        judge(PLAN, signed(keys[name]), access, NOW)
    assert approved(PLAN, [signed(keys[name]).signature], access, NOW).by == ()


def test_a_key_is_judged_by_what_holds_when_the_approval_is_used(keys: dict[str, Path], access: Access) -> None:
    long = replace(PLAN, valid_until="2028-01-01T00:00:00+00:00")
    made = signed(keys["approver"], long)
    assert judge(long, made, access, datetime(2027, 11, 30, 23, 59, tzinfo=UTC)).holder == "admin-2"
    with pytest.raises(NotCounted, match="has expired"):
        judge(long, made, access, datetime(2027, 12, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"why": "something else"}, "it is for the plan"),
        ({"town": "herdecke"}, "it is for the plan"),
        ({"valid_until": "2026-11-25T21:00:00+00:00"}, "it is for the plan"),
    ],
)
def test_the_approval_of_another_plan_does_not_count(
    other: dict[str, str], said: str, keys: dict[str, Path], access: Access
) -> None:
    with pytest.raises(NotCounted, match=said):
        judge(PLAN, signed(keys["approver"], replace(PLAN, **other)), access, NOW)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("town", "herdecke", "it is for herdecke, and the plan is for witten"),
        ("valid_until", "2027-01-01T00:00:00+00:00", "it is valid until 2027-01-01"),
        ("plan", "0" * 64, "it is for the plan 000000000000"),
    ],
)
def test_a_text_that_was_altered_on_its_way_does_not_count(
    field: str, value: str, said: str, keys: dict[str, Path], access: Access
) -> None:
    with pytest.raises(NotCounted, match=said):
        judge(PLAN, replace(signed(keys["approver"]), **{field: value}), access, NOW)


def test_a_signature_over_another_text_does_not_count_whatever_the_file_says(
    keys: dict[str, Path], access: Access
) -> None:
    other = signed(keys["approver"], replace(PLAN, why="something else"))
    with pytest.raises(NotCounted, match="by a key of admin-2 was not made over this text"):
        judge(PLAN, of(PLAN, other.signature), access, NOW)


def test_a_signature_that_was_made_for_a_release_does_not_count(keys: dict[str, Path], access: Access) -> None:
    with pytest.raises(NotCounted, match="was not made over this text"):
        judge(PLAN, signed(keys["approver"], namespace="eakte-ops-release"), access, NOW)


def test_an_approval_whose_validity_is_over_does_not_count(keys: dict[str, Path], access: Access) -> None:
    with pytest.raises(NotCounted, match="it was valid until 2026-11-24T21:00:00"):
        judge(PLAN, signed(keys["approver"]), access, NOW + timedelta(hours=9))


def test_an_approval_comes_through_a_mail_with_text_around_it(keys: dict[str, Path], access: Access) -> None:
    made = signed(keys["approver"])
    mail = f"Hello,\r\n\r\nfine with me.\r\n\r\n{made.text()}\r\n-- \r\nadmin-2".replace("\n", "\r\n").replace(
        "\r\r", "\r"
    )
    assert read(mail) == made
    assert judge(PLAN, read(mail), access, NOW).holder == "admin-2"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text.replace("town witten", "town  witten"),
        lambda text: text[:-40],
        lambda text: text.replace("BEGIN SSH", "BEGIN"),
        lambda text: "\n".join(f"> {line}" for line in text.splitlines()),
        lambda text: text * 100,
        lambda text: text.replace("approval 1", "approval 9"),
    ],
)
def test_a_file_that_holds_no_whole_approval_is_refused(change: Callable[[str], str], keys: dict[str, Path]) -> None:
    with pytest.raises(NotCounted):
        read(change(signed(keys["approver"]).text()))


@pytest.mark.parametrize("cut", [0, 10, 60, 120])
def test_a_signature_that_was_cut_off_is_none(cut: int, keys: dict[str, Path], access: Access) -> None:
    lines = signed(keys["approver"]).signature.splitlines()
    body = "".join(lines[1:-1])[:cut]
    with pytest.raises(NotCounted):
        judge(PLAN, of(PLAN, "\n".join([lines[0], body, lines[-1], ""])), access, NOW)


@dataclass
class Desk:
    """A machine with its own operations folder and store. `run`: types a command, gives status, stdout, stderr."""

    folder: Path
    run: Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(
    tmp_path: Path, rules: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[str, Path], Desk]]:
    monkeypatch.setattr("eakte_ops.clock.SYSTEM", Clock(now=lambda: NOW))
    monkeypatch.setattr("eakte_ops.cli.interrupts.has_terminal", lambda: True)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def made(name: str, key: Path) -> Desk:
        folder = tmp_path / name
        (folder / "inventories").mkdir(parents=True)
        for file in ("inventories/_defaults.yml", "inventories/witten.yml", "inventories/herdecke.yml"):
            (folder / file).write_text((well.ROOT / file).read_text())
        settings = "centre: {name: Centre, contact: {mail: a@b.example}}\n"
        (folder / "eakte-ops.yml").write_text(f"{settings}work: {{identity: {key}}}\n")
        (folder / "access.yml").write_text(rules)

        def run(*words: str, typed: str = "") -> tuple[int, str, str]:
            monkeypatch.setattr("sys.stdin", io.StringIO(typed))
            CONTEXT.begin(None, False)
            status = main(["--project", str(folder), *words])
            said = capsys.readouterr()
            return status, said.out, said.err

        return Desk(folder, run)

    yield made
    CONTEXT.begin(None, False)


def put(desk: Desk, plan: Plan = PLAN) -> None:
    (desk.folder / "state").mkdir(exist_ok=True)
    with closing(Store.open(desk.folder / "state" / "store.db", migrations())) as store, store.writing() as rows:
        plans.keep(rows, plan)


def test_a_plan_and_its_approval_travel_between_two_machines_as_files(
    desk: Callable[[str, Path], Desk], keys: dict[str, Path], tmp_path: Path
) -> None:
    one, two = desk("one", keys["author"]), desk("two", keys["approver"])
    put(one)
    short, sent, back = PLAN.hash[:6], tmp_path / "plan.json", tmp_path / "approval.txt"

    status, _, err = one.run("plans", "approve", short, typed="witten\n")
    assert status == 0
    assert "Signed by admin-1" in err
    assert "Not enough yet: it needs the approval of a second person: only admin-1 has signed it" in err
    assert one.run("plans", "show", short, "--json", "--out", str(sent))[0] == 0

    status, out, err = two.run("plans", "approve", str(sent), "--out", str(back), typed="Witten\n")
    assert status == 0, err
    assert f"Plan {short} · Witten · new settings of the gateway" in out  # it is read before it is signed
    assert back.read_text().startswith(
        f"eakte-ops approval 1\ntown witten\nplan {PLAN.hash}\nvalid-until 2026-11-24T21:00"
    )

    status, _, err = one.run("plans", "approve", "--from", str(back))
    assert status == 0
    assert f"Approved by admin-1 and admin-2. To carry it out: eakte-ops plans run {PLAN.hash[:12]}" in err
    assert "approved by admin-1 and admin-2" in one.run("plans", "show", short)[1]
    acts = one.run("audit", "show", "witten")[1]
    assert acts.count("plan.approve") == 2


def test_a_changing_command_has_its_author_sign_at_once_and_then_waits(
    desk: Callable[[str, Path], Desk], keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk("one", keys["author"])
    plan = replace(PLAN, inputs={})
    monkeypatch.setattr("sys.stdin", io.StringIO("witten\n"))
    CONTEXT.begin(one.folder, False)
    (one.folder / "state").mkdir()
    from eakte_ops.cli.changing import propose

    assert propose(plan) == 0
    assert "signed by admin-1, still needs a second person" in one.run("plans", "show", plan.hash[:6])[1]
    monkeypatch.setattr(CONTEXT, "connect", FakeFleet)  # no server can be reached: it is refused all the same
    status, _, err = one.run("plans", "run", plan.hash[:6])
    assert status == 7
    assert "it needs the approval of a second person: only admin-1 has signed it" in err


def test_an_approval_may_come_by_standard_input(
    desk: Callable[[str, Path], Desk], keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk("one", keys["author"])
    put(one)
    text = signed(keys["approver"]).text()
    monkeypatch.setattr(
        "sys.stdin", type("Pipe", (), {"buffer": io.BytesIO(text.encode()), "isatty": lambda self: False})()
    )
    from eakte_ops.cli.plans import approve

    CONTEXT.begin(one.folder, False)
    assert approve(None, None, None, Path("-")) == 0


def test_a_wrong_name_signs_nothing(desk: Callable[[str, Path], Desk], keys: dict[str, Path]) -> None:
    one = desk("one", keys["author"])
    put(one)
    for typed in ("herdecke\n", "\n", ""):
        status, _, err = one.run("plans", "approve", PLAN.hash[:6], typed=typed)
        assert (status, "not the name of the town" in err) == (2, True)
    assert "needs approval by a second person" in one.run("plans", "show", PLAN.hash[:6])[1]


def test_without_a_terminal_nobody_signs(
    desk: Callable[[str, Path], Desk], keys: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = desk("one", keys["author"])
    put(one)
    monkeypatch.setattr("eakte_ops.cli.interrupts.has_terminal", lambda: False)
    status, _, err = one.run("plans", "approve", PLAN.hash[:6], typed="witten\n")
    assert status == 7
    assert "somebody who has read it" in err


def test_a_key_that_does_not_count_leaves_nothing_behind(
    desk: Callable[[str, Path], Desk], keys: dict[str, Path]
) -> None:
    one = desk("one", keys["author"])
    put(one)
    status, _, err = one.run("plans", "approve", PLAN.hash[:6], "--key", str(keys["look"]), typed="witten\n")
    assert (status, "is for looking only" in err) == (7, True)
    assert "plan.approve" not in one.run("audit", "show", "witten")[1]


def test_the_approval_of_a_plan_that_is_not_here_is_told_as_such(
    desk: Callable[[str, Path], Desk], keys: dict[str, Path], tmp_path: Path
) -> None:
    one = desk("one", keys["author"])
    put(one, sample(why="another one"))
    (tmp_path / "approval").write_text(signed(keys["approver"]).text())
    status, _, err = one.run("plans", "approve", "--from", str(tmp_path / "approval"))
    assert status == 2
    assert f"The approval is for the plan {PLAN.hash[:12]} of witten, which is not here" in err


def test_a_plan_that_was_altered_on_its_way_is_not_signed(
    desk: Callable[[str, Path], Desk], keys: dict[str, Path], tmp_path: Path
) -> None:
    one, two = desk("one", keys["author"]), desk("two", keys["approver"])
    put(one)
    sent = tmp_path / "plan.json"
    one.run("plans", "show", PLAN.hash[:6], "--json", "--out", str(sent))
    sent.write_text(sent.read_text().replace("start eakte-gateway.service", "stop eakte-gateway.service"))
    status, _, err = two.run("plans", "approve", str(sent), typed="witten\n")
    assert status == 7
    assert "it was altered" in err


@pytest.fixture
def agent(keys: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An agent that holds the key of the approver, and one that does not count before it."""
    socket = tmp_path / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        until(socket.exists, 10)
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        for name in ("stranger", "approver"):
            subprocess.run(["ssh-add", "-q", keys[name]], check=True)
        yield
    finally:
        running.terminate()
        running.wait(10)


@pytest.mark.usefixtures("agent")
def test_without_an_identity_in_the_settings_the_key_that_counts_is_taken_from_the_agent(
    desk: Callable[[str, Path], Desk], keys: dict[str, Path]
) -> None:
    two = desk("two", keys["author"])
    (two.folder / "eakte-ops.yml").write_text("centre: {name: Centre, contact: {mail: a@b.example}}\n")
    put(two)
    status, _, err = two.run("plans", "approve", PLAN.hash[:6], typed="witten\n")
    assert (status, "Signed by admin-2" in err) == (0, True)


def test_without_any_key_the_way_to_one_is_told(desk: Callable[[str, Path], Desk], keys: dict[str, Path]) -> None:
    two = desk("two", keys["author"])
    (two.folder / "eakte-ops.yml").write_text("centre: {name: Centre, contact: {mail: a@b.example}}\n")
    put(two)
    status, _, err = two.run("plans", "approve", PLAN.hash[:6], typed="witten\n")
    assert (status, "no key for work at witten is at hand here" in err.lower()) == (7, True)


def test_a_key_without_its_public_half_beside_it_is_known_all_the_same(
    desk: Callable[[str, Path], Desk], keys: dict[str, Path], tmp_path: Path
) -> None:
    alone = tmp_path / "alone"
    alone.write_bytes(keys["author"].read_bytes())
    alone.chmod(0o600)
    one = desk("one", alone)
    put(one)
    status, _, err = one.run("plans", "approve", PLAN.hash[:6], typed="witten\n")
    assert (status, "Signed by admin-1" in err) == (0, True)
