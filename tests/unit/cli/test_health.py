"""`health` and `checks` as a person uses them, on a fleet that exists on paper only."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace

import pytest

from eakte_ops.cli.main import main
from eakte_ops.errors import HostKeyChanged, TimedOut, UsageError
from eakte_ops.health.catalogue import CHECKS, chosen
from eakte_ops.health.types import Site
from eakte_ops.remote.fake import FakeFleet
from tests.unit.health import well

DOWN = b'{"status": "DOWN"}'


def change(fleet: FakeFleet, server: str, **answers: bytes) -> Site:
    known = well.site(server)
    fleet.servers[server].answers = {**well.outputs(known), **answers}
    return known


def lying(fleet: FakeFleet) -> None:
    known = well.site("witten-app")
    page = well.web(known, {"health dms": DOWN, "aggregate service-manager": well.aggregate(known, dms="DOWN")})
    change(fleet, "witten-app", web=page)


def test_all_well(run) -> None:
    status, out, err = run("health", "witten", "herdecke")
    assert status == 0, out
    assert f" All well · 5 servers asked · {len(chosen([]))} checks · " in out
    assert "Witten    4 servers" in err
    assert "Herdecke  1 server" in err
    assert "well" in err


def test_a_finding_says_place_owner_and_next_step(run, fleet) -> None:
    lying(fleet)
    status, out, _err = run("health", "witten")
    assert status == 1
    lines = [line.rstrip() for line in out.splitlines() if line.strip()]
    assert lines[0] == " WITTEN"
    assert lines[1].startswith(" ✗ critical  witten-app  service.health  dms answers HTTP 200 and says DOWN")
    assert lines[1].endswith("  centre")
    assert lines[2].startswith("             → look at the log of dms")
    assert lines[-1].startswith(f" 1 finding · 4 servers asked · {len(chosen([]))} checks · ")
    assert all(line.startswith((" Not judged yet: ", "   ")) for line in lines[3:-1])


def test_in_german(run, fleet, monkeypatch) -> None:
    lying(fleet)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    _status, out, _err = run("health", "witten")
    assert "✗ kritisch  witten-app  service.health  dms antwortet mit HTTP 200 und sagt DOWN" in out
    assert "Zentrum" in out
    assert "1 Befund · 4 Server gefragt" in out
    assert "1 finding ·" in run("health", "witten", "--language", "en")[1]


@pytest.mark.parametrize("columns", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(run, fleet, monkeypatch, columns) -> None:
    lying(fleet)
    change(fleet, "witten-db", database=b"psql 2\n")
    fleet.servers["witten-index"].refuses = HostKeyChanged(
        server="witten-index", expected="SHA256:" + "a" * 43, found="SHA256:" + "b" * 43
    )
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    for language in ("de", "en"):
        _status, out, _err = run("health", "witten", "--language", language)
        assert max(map(len, out.splitlines())) <= columns


def test_unreachable_is_status_3_and_one_line_says_what_that_hides(run, fleet) -> None:
    lying(fleet)
    fleet.servers["witten-db"].refuses = TimedOut(server="witten-db", seconds=10, phase="connect")
    status, out, _err = run("health", "witten")
    assert status == 3
    assert "no answer within 10 s" in out
    assert "other checks could not look there" in out
    told = [line for line in out.splitlines() if line.startswith((" ✗", " !", " ?"))]
    assert sum("witten-db" in line for line in told) == 1
    assert "local-it Witten: +49 221 4710 236 · it-service@witten.example" in out


def test_what_is_wrong_here_is_not_laid_at_the_towns_door(run, fleet) -> None:
    fleet.servers["witten-db"].refuses = UsageError("this is no line", place="witten.known_hosts:6")
    status, out, _err = run("health", "witten", "--check", "queue.age")
    assert status == 3
    assert "witten.known_hosts:6: this is no line" in out
    assert "centre" in out
    assert "local-it" not in out
    assert "set it right here" in out
    assert "so 1 other check could not look there" in out


def test_a_jump_host_is_said_once(run, fleet) -> None:
    for name in ("hattingen-db", "hattingen-app"):
        fleet.servers[name].refuses = TimedOut(server="hattingen-jump", seconds=10, phase="connect")
    status, out, _err = run("health", "hattingen")
    assert (status, out.count("✗")) == (3, 1)
    assert "behind it: hattingen-db, hattingen-app" in out


def test_json(run, fleet) -> None:
    lying(fleet)
    status, out, _err = run("health", "--all", "--json")
    found = json.loads(out)
    assert (status, found["schema"], found["version"]) == (1, "eakte-ops/health", 1)
    assert [town["town"] for town in found["towns"]] == ["gevelsberg", "hattingen", "herdecke", "witten"]
    (bad,) = [each for each in found["findings"] if each["verdict"] == "critical"]
    assert (bad["server"], bad["check"], bad["subject"], bad["owner"]) == (
        "witten-app",
        "service.health",
        "dms",
        "centre",
    )
    assert set(bad["said"]) == set(bad["todo"]) == {"de", "en"}
    assert bad["values"]["http"] == 200
    servers = {server["server"]: server for town in found["towns"] for server in town["servers"]}
    assert servers["gevelsberg-app"]["state"] == "unsupported"
    assert servers["witten-db"]["connection"]["login_s"] == 0.2
    assert {result["check"] for result in servers["witten-gw"]["results"]} >= {"gateway.answer", "certificate.end"}


def test_a_town_of_windows_servers_is_not_silently_left_out(run, fleet) -> None:
    status, out, _err = run("health", "gevelsberg")
    assert status == 7
    assert out.count("Windows servers are not supported yet") == 2
    assert out.count("look at this server by hand") == 2
    assert fleet.asked == []


def test_only_one_check_says_what_it_left_out(run, fleet) -> None:
    status, out, err = run("health", "witten", "--check", "queue.age")
    assert status == 0
    assert "1 server asked · 1 check" in out
    assert fleet.asked == [("witten-db", "handover"), ("witten-db", "database")]
    assert "Not looked at (--check): reachable, login.time" in err
    assert "Not asked, nothing of this there: witten-app, witten-index, witten-gw." in err


def test_what_was_left_out_is_said_in_the_language_of_the_report(run) -> None:
    _status, _out, err = run("health", "witten", "--check", "queue.age", "--language", "de")
    assert "Nicht geprüft (--check): reachable" in err
    assert "Nicht gefragt, dort gibt es nichts davon: witten-app" in err
    assert "Not " not in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("health",), "Which towns?"),
        (("health", "witten", "--all"), "Name towns, or --all, not both"),
        (("health", "wittn"), 'There is no town "wittn"; did you mean "witten"?'),
        (("health", "witten", "--check", "disk.spaec"), 'There is no check "disk.spaec"; did you mean "disk.space"?'),
        (("checks", "disk.spaec"), 'There is no check "disk.spaec"; did you mean "disk.space"?'),
    ],
)
def test_what_does_not_exist_is_said(run, words, sentence) -> None:
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert sentence in err


def test_a_check_that_concerns_no_server_is_an_error(run, monkeypatch) -> None:
    nowhere = replace(CHECKS["certificate.end"], concerns=lambda _site: False)
    monkeypatch.setattr("eakte_ops.health.catalogue.chosen", lambda _names: (nowhere,))
    status, out, err = run("health", "herdecke", "--check", "certificate.end")
    assert (status, out) == (2, "")
    assert "No server of herdecke has anything that certificate.end looks at" in err


def test_interrupted(run, fleet) -> None:
    """Ctrl-C after the first server: what is known is shown, what is not is named."""
    from eakte_ops.cli import health_progress

    seen: list[str] = []
    done = health_progress.Progress.done

    def stop_after_one(self, look) -> None:
        done(self, look)
        seen.append(look.stop.server.name)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(health_progress.Progress, "done", stop_after_one)
        status, out, err = run("health", "witten")
    assert status == 130
    missed = {"witten-db", "witten-app", "witten-index", "witten-gw"} - set(seen)
    assert len(missed) == 3
    assert "Interrupted. Not looked at: " in err
    assert all(name in err[err.index("Interrupted.") :] for name in missed)
    assert "3 not looked at" in out
    assert "All well" not in out


def test_the_lab_is_marked(run, folder) -> None:
    settings = folder / "eakte-ops.yml"
    text = settings.read_text()
    settings.write_text(text.replace("lab: false", "lab: true") if "lab: false" in text else f"{text}lab: true\n")
    _status, out, err = run("health", "herdecke")
    assert err.splitlines()[0].startswith(f"LAB · {folder} · not in git")
    assert "LAB" not in out


def test_a_terminal_shows_moving_lines(folder, fleet, monkeypatch) -> None:
    """On a terminal the line of a finished town stays, with its bar."""
    import io

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert main(["--project", str(folder), "health", "witten"]) == 0
    assert "Witten" in screen.getvalue()
    assert "━━━━━━━━━━━━━━━━━━━━" in screen.getvalue()
    assert "well" in screen.getvalue()


def test_checks_lists_and_explains(run) -> None:
    status, out, _err = run("checks")
    assert status == 0
    assert ["queue.age", "centre", "Age", "of", "the", "work", "queues"] in [line.split() for line in out.split("\n")]
    status, out, _err = run("checks", "queue.age")
    assert "warning_minutes" in out
    assert "SUBJECT" in out
    assert "thresholds: {queue.age: {warning_minutes: 60}}" in out
    assert "Gegenstand".upper() in run("checks", "queue.age", "--language", "de")[1]


def test_checks_as_data(run) -> None:
    _status, out, _err = run("checks", "disk.space", "--json")
    found = json.loads(out)
    assert (found["schema"], found["version"]) == ("eakte-ops/checks", 1)
    (check,) = found["checks"]
    assert (check["name"], check["owner"], check["scope"]) == ("disk.space", "local-it", "server")
    assert check["thresholds"]["warning_percent"]["default"] == 85.0
    assert set(check["title"]) == {"de", "en"}


def test_a_check_without_thresholds_says_so(run) -> None:
    assert "It has no thresholds." in run("checks", "reachable")[1]


def test_the_commit_of_the_folder_is_said_and_whether_something_is_not_committed(run, folder) -> None:
    def git(*words: str) -> str:
        who = ("-c", "user.name=centre", "-c", "user.email=centre@example.org")
        done = subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "towns")
    head = git("rev-parse", "--short=10", "HEAD")
    assert run("health", "herdecke")[2].splitlines()[0] == f"{folder} · commit {head}"
    (folder / "inventories/note.txt").write_text("changed\n")
    assert "with changes that are not committed" in run("health", "herdecke")[2].splitlines()[0]


def test_other_formats_and_a_file(run, fleet, tmp_path) -> None:
    lying(fleet)
    status, out, _err = run("health", "witten", "--format", "nagios")
    assert (status, out.split(" - ")[0]) == (2, "EAKTE-OPS CRITICAL")
    file = tmp_path / "eakte.prom"
    status, out, _err = run("health", "witten", "--format", "prometheus", "--out", str(file))
    assert (status, out) == (1, "")
    assert "# TYPE eakte_ops_check gauge" in file.read_text("utf-8")


def test_two_formats_at_once_are_refused(run) -> None:
    status, _out, err = run("health", "witten", "--json", "--format", "table")
    assert status == 2
    assert "--json and --format table contradict each other" in err


def test_a_file_that_can_not_be_is_told_before_anybody_is_asked(run, tmp_path) -> None:
    status, out, err = run("health", "witten", "--out", str(tmp_path / "nowhere" / "x.prom"))
    assert (status, out) == (2, "")
    assert "there is no folder" in err
    assert "it is a folder" in run("health", "witten", "--out", str(tmp_path))[2]


def test_a_monitoring_system_is_never_told_critical_for_a_mistake_of_ours(run) -> None:
    status, out, _err = run("health", "wittn", "--format", "nagios")
    assert status == 3
    assert out.startswith('EAKTE-OPS UNKNOWN - there is no town "wittn"')
