"""`eakte-ops config adopt` as a person types it, on a fleet on paper: which files are written, and which are not."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from eakte_ops.cli import config_adopt
from eakte_ops.cli.context import CONTEXT
from eakte_ops.cli.main import main
from eakte_ops.config.render import render
from eakte_ops.errors import Status
from eakte_ops.lab.secrets import town_secrets
from eakte_ops.remote.fake import FakeFleet, FakeServer, Reply
from tests.unit.health import well

Run = Callable[..., tuple[int, str, str]]
GATEWAY = "gateway/application-prod.yml"
SERVICES = "service-manager/application-prod.yml"
WITTEN = "inventories/witten.yml"
OWN = f"inventories/witten.templates/11.0/{GATEWAY}.j2"
STAT = "644\teakte-ops\teakte\t10\t12\t1.000000000\t1.000000000"


@pytest.fixture
def folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The operations folder with the templates; nobody can open a secret."""
    shutil.copytree(well.ROOT / "templates", folder / "templates")
    monkeypatch.delenv("EAKTE_OPS_IDENTITY", raising=False)
    return folder


@pytest.fixture
def secrets(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The secrets of Witten, which can be opened."""
    found = {name: secret.reveal() for name, secret in town_secrets(folder, "witten").items()}
    monkeypatch.setenv("EAKTE_OPS_IDENTITY", str(folder / "keys" / "age-identity"))
    return found


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeFleet]:
    """The servers of the towns, without a file."""
    names = [server.name for town in well.inventory().towns.values() for server in town.said.servers]
    fleet = FakeFleet({name: FakeServer({"config.files": absent}) for name in names})
    monkeypatch.setattr(CONTEXT, "connect", lambda: fleet)
    yield fleet
    assert fleet.open == 0


absent = "absent\t0\nend\n"


def holds(data: str | bytes) -> str:
    raw = data.encode() if isinstance(data, str) else data
    return f"file\t0\t{STAT}\ndata\t0\t{base64.b64encode(raw).decode()}\nend\n"


def put(fleet: FakeFleet, server: str, data: str | bytes) -> None:
    fleet.servers[server].answers = {"config.files": holds(data)}


@pytest.fixture
def run(folder: Path, fleet: FakeFleet, capsys: pytest.CaptureFixture[str]) -> Run:
    """Types a command against that fleet; gives its status, stdout and stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        CONTEXT.begin(None, False)
        status = main(["--project", str(folder), "config", *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def text_of(folder: Path, town: str, template: str, secret: str = "x") -> str:
    """What the templates say now, with one text for all secrets."""
    CONTEXT.begin(folder, False)
    (found, *_) = [
        each
        for each in render([CONTEXT.inventory(town).towns[town]], CONTEXT.library())
        if each.template.id == template
    ]
    return "".join(piece if isinstance(piece, str) else f'"{secret}"' for piece in found.pieces)


def before(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and "state" not in path.parts)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def changed(folder: Path, then: dict[str, bytes]) -> list[str]:
    now = before(folder)
    return sorted(name for name in now.keys() | then.keys() if now.get(name) != then.get(name))


def audit(folder: Path) -> list[dict[str, object]]:
    file = folder / "state" / "audit.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


@pytest.mark.usefixtures("secrets")
class TestValues:
    def test_into_the_towns_file_which_stays_as_it_was_otherwise(
        self, run: Run, folder: Path, fleet: FakeFleet
    ) -> None:
        put(fleet, "witten-gw", text_of(folder, "witten", GATEWAY).replace('"Musterakte"', '"eAkte Witten"'))
        then, text = before(folder), (folder / WITTEN).read_text("utf-8")
        (folder / WITTEN).chmod(0o640)
        status, out, err = run("adopt", "witten", GATEWAY)
        assert status == Status.OK, err
        assert out == f'configuration:\n  {GATEWAY}: {{title: "eAkte Witten"}}\n'
        assert changed(folder, then) == [WITTEN]
        assert (folder / WITTEN).read_text(
            "utf-8"
        ) == f'{text}configuration: {{{GATEWAY}: {{title: "eAkte Witten"}}}}\n'
        assert (folder / WITTEN).stat().st_mode & 0o777 == 0o640
        assert f"Written into {WITTEN}; rendered with it, the file is the one on the server." in err
        assert f"eakte-ops config diff witten --file {GATEWAY}" in err
        assert f"Then: read {WITTEN}, and keep it where the operations folder is kept; it is not in git." in err
        status, _out, err = run("adopt", "witten", GATEWAY)
        assert status == Status.OK
        assert f"witten-gw: {GATEWAY} holds what the templates say; there is nothing to take over." in err

    def test_by_the_path_on_the_server_and_on_record_before_the_look(
        self, run: Run, folder: Path, fleet: FakeFleet
    ) -> None:
        put(fleet, "witten-gw", text_of(folder, "witten", GATEWAY).replace('"Musterakte"', '"eAkte Witten"'))
        assert run("adopt", "witten", "/etc/eakte/gateway/config/application-prod.yml")[0] == Status.OK
        (entry,) = audit(folder)
        assert (entry["what"], entry["town"]) == ("config adopt", "witten")
        assert entry["details"] == {"file": GATEWAY, "servers": "witten-gw"}

    def test_without_the_audit_no_server_is_asked(self, run: Run, folder: Path, fleet: FakeFleet) -> None:
        (folder / "state").write_text("in the way")
        assert run("adopt", "witten", GATEWAY)[0] == Status.REFUSED
        assert fleet.asked == []

    def test_what_is_not_changed_by_itself_is_shown_to_be_pasted(
        self, run: Run, folder: Path, fleet: FakeFleet
    ) -> None:
        file = folder / WITTEN
        file.write_text(f"{file.read_text('utf-8')}configuration:\n  {GATEWAY}:\n    title: |-\n      old\n", "utf-8")
        put(fleet, "witten-gw", text_of(folder, "witten", GATEWAY).replace('"old"', '"new"'))
        then = before(folder)
        status, out, err = run("adopt", "witten", GATEWAY)
        assert (status, out) == (Status.REFUSED, f'configuration:\n  {GATEWAY}: {{title: "new"}}\n')
        assert f"put the lines above into {WITTEN}." in err
        assert changed(folder, then) == []

    def test_a_file_that_may_not_be_written(
        self, run: Run, folder: Path, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(fleet, "witten-gw", text_of(folder, "witten", GATEWAY).replace('"Musterakte"', '"new"'))
        then = before(folder)
        real = os.access
        monkeypatch.setattr(os, "access", lambda path, how, **more: path != folder / WITTEN and real(path, how, **more))
        status, out, err = run("adopt", "witten", GATEWAY)
        assert (status, out) == (Status.FAULT, f'configuration:\n  {GATEWAY}: {{title: "new"}}\n')
        assert f"{WITTEN} can not be written (Permission denied); nothing was changed" in err
        assert changed(folder, then) == []

    def test_in_git_the_next_steps_are_those_of_git(self, run: Run, folder: Path, fleet: FakeFleet) -> None:
        for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "x"]):
            subprocess.run(["git", "-C", str(folder), *words], check=True)
        put(fleet, "witten-gw", text_of(folder, "witten", GATEWAY).replace('"Musterakte"', '"new"'))
        err = run("adopt", "witten", GATEWAY)[2]
        assert f"Then: git diff {WITTEN}; git add {WITTEN} && git commit, with the reason." in err
        log = subprocess.run(["git", "-C", str(folder), "log", "--oneline"], capture_output=True, check=True)
        assert len(log.stdout.splitlines()) == 1

    def test_an_answer_that_changed_the_file_meanwhile_is_not_lost(
        self, run: Run, folder: Path, fleet: FakeFleet
    ) -> None:
        """Somebody edits the town's file while the server is asked."""
        text = text_of(folder, "witten", GATEWAY).replace('"Musterakte"', '"new"')

        def answer(_section: str) -> Reply:
            file = folder / WITTEN
            file.write_text(f"{file.read_text('utf-8')}# somebody was here\n", "utf-8")
            return Reply(holds(text).encode())

        fleet.servers["witten-gw"].answers = {"config.files": answer}
        assert run("adopt", "witten", GATEWAY)[0] == Status.OK
        assert "# somebody was here\nconfiguration: " in (folder / WITTEN).read_text("utf-8")

    def test_what_somebody_else_wrote_at_the_last_moment_is_not_lost(
        self, run: Run, folder: Path, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = config_adopt._with_values

        def slowly(*given: object) -> str | None:
            made = real(*given)  # type: ignore[arg-type]
            (folder / WITTEN).write_text((folder / WITTEN).read_text("utf-8") + "# a colleague's\n", "utf-8")
            return made

        monkeypatch.setattr(config_adopt, "_with_values", slowly)
        put(fleet, "witten-gw", text_of(folder, "witten", GATEWAY).replace('"Musterakte"', '"eAkte Witten"'))
        then = (folder / WITTEN).read_text("utf-8")
        status, _out, err = run("adopt", "witten", GATEWAY)
        assert status == Status.USAGE
        assert f"{WITTEN}: was changed by somebody else at the same time; nothing was written" in err
        assert (folder / WITTEN).read_text("utf-8") == f"{then}# a colleague's\n"
        assert not list((folder / "inventories").glob(".*.new"))


@pytest.mark.usefixtures("secrets")
class TestTemplates:
    def test_beside_the_towns_file_with_when_by_whom_and_from_where(
        self, run: Run, folder: Path, fleet: FakeFleet
    ) -> None:
        put(fleet, "witten-gw", text_of(folder, "witten", GATEWAY) + "# {{ by hand }}\r\n")
        then = before(folder)
        status, out, err = run("adopt", "witten", GATEWAY)
        assert (status, out) == (Status.OK, f"{OWN}\n"), err
        assert changed(folder, then) == [OWN]
        lines = (folder / OWN).read_text("utf-8").split("\n")
        assert lines[0] == "{#"
        assert lines[1].startswith("# Adopted ")
        assert lines[1].endswith(" from witten-gw")
        assert lines[-2] == '# {{ "{" }}{ by hand }}{{ "\\u000d" }}'
        assert "a template of the town's own: 1 line" in err
        assert "In 1 of them stands what nobody sees" in err
        CONTEXT.begin(None, False)
        assert main(["--project", str(folder), "inventory", "check", "witten"]) == Status.OK
        assert f"{GATEWAY} holds what the templates say" in run("adopt", "witten", GATEWAY)[2]

    def test_that_the_centres_has_changed_is_said_by_render_and_diff(
        self, run: Run, folder: Path, fleet: FakeFleet
    ) -> None:
        text = text_of(folder, "witten", GATEWAY) + "# by hand\n"
        put(fleet, "witten-gw", text)
        assert run("adopt", "witten", GATEWAY)[0] == Status.OK
        assert "has changed" not in run("render", "witten")[2]
        centre = folder / "templates" / "musterakte" / "11.0" / f"{GATEWAY}.j2"
        centre.write_text(f"{centre.read_text('utf-8')}# new\n", "utf-8")
        for words in (("render", "witten"), ("diff", "witten", "--file", GATEWAY)):
            status, _, err = run(*words)
            assert status in (Status.OK, Status.FINDINGS)
            assert f"{OWN}:3:11  replaces: templates/musterakte/11.0/{GATEWAY}.j2 has changed since" in err

    def test_values_that_have_no_effect_any_more(self, run: Run, folder: Path, fleet: FakeFleet) -> None:
        file = folder / WITTEN
        file.write_text(f"{file.read_text('utf-8')}configuration: {{{GATEWAY}: {{title: Witten}}}}\n", "utf-8")
        put(fleet, "witten-gw", "nothing: left\n")
        status, _, err = run("adopt", "witten", GATEWAY)
        assert status == Status.OK
        assert "The value `title`, which the inventory says, has no effect on it any more." in err

    def test_a_proposal_stays_one(self, run: Run, folder: Path, fleet: FakeFleet) -> None:
        name = "machine/60-eakte-index.conf"
        put(fleet, "witten-index", text_of(folder, "witten", name) + "vm.swappiness = 1\n")
        status, out, err = run("adopt", "witten", name)
        assert (status, out) == (Status.OK, f"inventories/witten.templates/11.0/{name}.j2\n")
        assert "The file belongs to local IT: what was taken over is the proposal to them from now on." in err

    def test_a_link_does_not_lead_out(self, run: Run, folder: Path, fleet: FakeFleet, tmp_path_factory) -> None:
        out = tmp_path_factory.mktemp("elsewhere")
        own = folder / "inventories" / "witten.templates"
        own.symlink_to(out)
        put(fleet, "witten-gw", "nothing: left\n")
        status, _, err = run("adopt", "witten", GATEWAY)
        assert status == Status.USAGE
        assert "this is a link; only files that lie here themselves are read" in err
        own.unlink()
        (folder / "inventories").rename(out / "inventories")
        (folder / "inventories").symlink_to(out / "inventories")
        status, _, err = run("adopt", "witten", GATEWAY)
        assert status == Status.REFUSED
        assert "a link leads out of the operations folder; nothing was written" in err
        assert not (out / "inventories" / "witten.templates").exists()

    def test_what_can_not_be_written(self, run: Run, fleet: FakeFleet, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(_file: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("eakte_ops.cli.config_adopt.replaced", full)
        put(fleet, "witten-gw", "nothing: left\n")
        status, out, err = run("adopt", "witten", GATEWAY)
        assert (status, out) == (Status.FAULT, "")
        assert f"{OWN} can not be written (No space left on device); nothing was changed" in err


class TestSecrets:
    @pytest.mark.usefixtures("secrets")
    def test_another_secret_is_said_and_never_its_value(self, run: Run, folder: Path, fleet: FakeFleet) -> None:
        put(fleet, "witten-app", text_of(folder, "witten", SERVICES, "hunter2-hunter2"))
        then = before(folder)
        status, out, err = run("adopt", "witten", SERVICES)
        assert (status, out) == (Status.OK, "")
        for name in ("database-password", "osrest-password"):
            assert f"witten-app: the secret {name} is another one there, or written otherwise" in err
        assert "hunter2" not in err
        assert changed(folder, then) == []

    def test_without_an_identity_it_is_said_what_was_not_compared(
        self, run: Run, folder: Path, fleet: FakeFleet
    ) -> None:
        put(fleet, "witten-app", text_of(folder, "witten", SERVICES, "hunter2-hunter2"))
        err = run("adopt", "witten", SERVICES)[2]
        assert "Not compared, because not opened here: the secrets database-password, osrest-password." in err

    @pytest.mark.parametrize("change", [('"Musterakte"', '"eAkte Witten"'), ("routes:", "more: lines\nroutes:")])
    def test_nothing_is_written_down_while_nobody_can_say_that_no_secret_is_in_it(
        self, run: Run, folder: Path, fleet: FakeFleet, change: tuple[str, str]
    ) -> None:
        put(fleet, "witten-gw", text_of(folder, "witten", GATEWAY).replace(*change))
        then = before(folder)
        status, out, err = run("adopt", "witten", GATEWAY)
        assert (status, out) == (Status.REFUSED, "")
        assert "could not be opened, so nobody can be sure" in err
        assert "EAKTE_OPS_IDENTITY=FILE" in err
        assert changed(folder, then) == []

    def test_lines_that_are_not_in_the_template_are_refused_and_not_shown(
        self, run: Run, folder: Path, fleet: FakeFleet
    ) -> None:
        put(fleet, "witten-app", text_of(folder, "witten", SERVICES, "hunter2-hunter2") + "more: hunter2-hunter2\n")
        then = before(folder)
        status, out, err = run("adopt", "witten", SERVICES)
        assert (status, out) == (Status.REFUSED, "")
        assert "a file with secrets has lines that are not in its template (line 13 on witten-app)" in err
        assert f"add a value to templates/musterakte/11.0/{SERVICES}.j2" in err
        assert "hunter2" not in err
        assert changed(folder, then) == []

    def test_a_file_of_which_nothing_is_shown(self, run: Run, folder: Path, fleet: FakeFleet) -> None:
        name = "service-manager/application-es.yml"
        put(fleet, "witten-app", text_of(folder, "witten", name).replace("user: elastic", "user: hunter2"))
        status, out, err = run("adopt", "witten", name)
        assert (status, out) == (Status.REFUSED, "")
        assert "nothing of this file is ever shown, and it differs from its template (line 4 on witten-app)" in err
        assert "hunter2" not in err

    @pytest.mark.usefixtures("fleet")
    def test_a_secret_of_the_vault_in_a_file_without_secrets(
        self, run: Run, folder: Path, fleet: FakeFleet, secrets: dict[str, str]
    ) -> None:
        put(fleet, "witten-gw", text_of(folder, "witten", GATEWAY) + f"a: {secrets['osrest-password']}\n")
        then = before(folder)
        status, out, err = run("adopt", "witten", GATEWAY)
        assert (status, out) == (Status.REFUSED, "")
        assert "there are lines that hold a secret" in err
        assert secrets["osrest-password"] not in err
        assert changed(folder, then) == []


class TestWhatCanNotBe:
    def test_nothing_there(self, run: Run) -> None:
        status, _, err = run("adopt", "witten", GATEWAY)
        assert status == Status.USAGE
        assert "there is no such file on witten-gw, so there is nothing to take over" in err

    @pytest.mark.parametrize(
        ("answer", "status", "said"),
        [
            ("closed\t0\nend\n", Status.REFUSED, "the account eakte-ops may not read it on witten-gw"),
            (f"file\t0\t{STAT}\nend\n", Status.REFUSED, "the account eakte-ops may not read it on witten-gw"),
            ("other\t0\tsymbolic link\nend\n", Status.REFUSED, "this is no file (symbolic link)"),
            ("file\t0\n", Status.UNREACHABLE, "was not read: the answer is not whole"),
            (holds(b"\xff\xfe"), Status.REFUSED, "is no text in UTF-8"),
            (holds(b"x" * 300_000), Status.REFUSED, "is too long for a template"),
        ],
    )
    def test_what_is_no_text(self, run: Run, folder: Path, answer: str, status: Status, said: str) -> None:
        CONTEXT.connector(None, None).servers["witten-gw"].answers = {"config.files": answer}
        then = before(folder)
        found, out, err = run("adopt", "witten", GATEWAY)
        assert (found, out) == (status, ""), err
        assert said in err
        assert changed(folder, then) == []

    def test_windows(self, run: Run, fleet: FakeFleet) -> None:
        status, _, err = run("adopt", "gevelsberg", "application-server/as.cfg")
        assert status == Status.REFUSED
        assert "taking over files of Windows servers is not supported yet" in err
        assert fleet.asked == []

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["witten", "gateway/aplication-prod.yml"], 'did you mean "gateway/application-prod.yml"?'),
            (["witten", GATEWAY, "--server", "witten-db"], f"{GATEWAY} belongs on witten-gw, not on witten-db"),
            (["witten", GATEWAY, "--server", "witten-gv"], 'did you mean "witten-gw"?'),
            (["witen", GATEWAY], 'did you mean "witten"?'),
        ],
    )
    def test_words(self, run: Run, folder: Path, fleet: FakeFleet, words: list[str], said: str) -> None:
        status, _, err = run("adopt", *words)
        assert status == Status.USAGE
        assert said in err
        assert (fleet.asked, audit(folder)) == ([], [])


ROTATION = "logs/logrotate.conf"
SERVERS = ("witten-db", "witten-app", "witten-index", "witten-gw")


@pytest.mark.usefixtures("secrets")
class TestSeveralServers:
    """The rotation of logs is a file of every server, and differs from server to server by itself."""

    @pytest.fixture
    def texts(self, folder: Path) -> dict[str, str]:
        CONTEXT.begin(folder, False)
        every = render([CONTEXT.inventory("witten").towns["witten"]], CONTEXT.library())
        return {each.server: each.masked() for each in every if each.template.id == ROTATION}

    def test_the_same_value_on_all(self, run: Run, folder: Path, fleet: FakeFleet, texts: dict[str, str]) -> None:
        for server in SERVERS:
            put(fleet, server, texts[server].replace("30", "60"))
        assert run("adopt", "witten", ROTATION)[0] == Status.OK
        assert (folder / WITTEN).read_text("utf-8").endswith(f"\nconfiguration: {{{ROTATION}: {{keep_days: 60}}}}\n")
        (entry,) = audit(folder)
        assert entry["details"] == {"file": ROTATION, "servers": ", ".join(SERVERS)}

    def test_the_same_line_on_all(self, run: Run, folder: Path, fleet: FakeFleet, texts: dict[str, str]) -> None:
        for server in SERVERS:
            put(fleet, server, texts[server].replace("weekly", "daily"))
        status, out, err = run("adopt", "witten", ROTATION)
        assert (status, out) == (Status.OK, f"inventories/witten.templates/11.0/{ROTATION}.j2\n"), err
        made = (folder / out.strip()).read_text("utf-8")
        assert "\ndaily\nmaxsize {{ values.largest_mb }}M\n" in made
        assert "{% for name in here.components %}" in made

    def test_of_one(self, run: Run, folder: Path, fleet: FakeFleet, texts: dict[str, str]) -> None:
        put(fleet, "witten-index", texts["witten-index"].replace("30", "60"))
        status, _, err = run("adopt", "witten", ROTATION, "--server", "witten-index")
        assert status == Status.OK, err
        lines = (folder / WITTEN).read_text("utf-8").split("\n")
        at = lines.index("  - name: witten-index")
        assert lines[at + 1] == f"    configuration: {{{ROTATION}: {{keep_days: 60}}}}"
        assert f"Written into {WITTEN}, at the server witten-index; rendered with it" in err
        assert fleet.asked == [("witten-index", "config.files")]

    def test_a_line_of_one(self, run: Run, folder: Path, fleet: FakeFleet, texts: dict[str, str]) -> None:
        put(fleet, "witten-index", texts["witten-index"].replace("weekly", "daily"))
        then = before(folder)
        status, out, err = run("adopt", "witten", ROTATION, "--server", "witten-index")
        assert (status, out) == (Status.REFUSED, "")
        assert "holds for witten-db, witten-app, witten-gw, too, and would change the file there" in err
        assert changed(folder, then) == []

    def test_different_ones_have_to_be_chosen_from(
        self, run: Run, folder: Path, fleet: FakeFleet, texts: dict[str, str]
    ) -> None:
        for server in SERVERS:
            put(fleet, server, texts[server])
        put(fleet, "witten-gw", texts["witten-gw"].replace("30", "60"))
        then = before(folder)
        status, out, err = run("adopt", "witten", ROTATION)
        assert (status, out) == (Status.USAGE, "")
        assert f"The servers hold different texts of {ROTATION}: {', '.join(SERVERS)}" in err
        assert "--server" in err
        assert changed(folder, then) == []

    def test_one_that_can_not_be_asked(self, run: Run, folder: Path, fleet: FakeFleet, texts: dict[str, str]) -> None:
        for server in SERVERS:
            put(fleet, server, texts[server])
        fleet.servers["witten-gw"].breaks_after = 0
        assert run("adopt", "witten", ROTATION)[0] == Status.UNREACHABLE
