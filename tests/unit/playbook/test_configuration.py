"""`config apply` as a plan: what happens to which file in which order, back and forth; and no secret in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from eakte_ops.config.library import Library
from eakte_ops.config.render import render
from eakte_ops.config.rendered import Rendered
from eakte_ops.errors import NotSupported, UsageError
from eakte_ops.inventory.model import Inventory, Town
from eakte_ops.playbook.artefacts import KINDS
from eakte_ops.playbook.change import Change
from eakte_ops.playbook.compile import Compiled, compile_
from eakte_ops.playbook.draft import Ground
from eakte_ops.playbook.load import load_playbooks
from eakte_ops.playbook.plan import AskPerson, Gate, OnServer, Plan, Send, Step
from eakte_ops.playbook.sources import NotAsPlanned, Sources, made
from eakte_ops.secret.value import Secret
from tests.unit.config.made import library, template, town_of, whole_town

HERE = Path(__file__).parents[3]
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
SEEN = "2026-11-24 15:00:00.123456789 +0000 inode 4711"


@cache
def _sample() -> tuple[Inventory, Library]:
    from eakte_ops.cli.context import Context

    context = Context(project=HERE)
    return context.inventory(), context.library()


def town(name: str = "witten") -> Town:
    return _sample()[0].towns[name]


def files(*wanted: str, of: str = "witten") -> tuple[Change, ...]:
    """Changes of a town: `server template`."""
    found = {f"{each.server} {each.template.id}": each for each in render([town(of)], _sample()[1].right((of,)))}
    return tuple(Change(found[each], SEEN) for each in wanted)


def compiled(changes: Sequence[Change], of: Town | None = None, **arguments: str) -> Compiled:
    playbook = load_playbooks(HERE).of("config-apply")
    return compile_(playbook, Ground(of or town(), NOW, arguments, tuple(changes)))


def told(steps: Sequence[Step]) -> list[str]:
    return [f"{step.stage} {step.server or '-'}: {step.title}{' (stops)' if step.stops else ''}" for step in steps]


def plan_of(done: Compiled) -> Plan:
    return Plan("witten", "p", "w", "t", "t", "1", done.steps, assumes=done.assumes, values=done.values)


SOME = (
    "witten-db database/pg_hba.conf",
    "witten-app application-server/server.yml",
    "witten-app logs/logrotate.conf",
    "witten-gw gateway/application-prod.yml",
    "witten-gw gateway/tls.properties",
)


def test_the_whole_of_it() -> None:
    done = compiled(files(*SOME))
    assert told(done.steps) == [
        "1 witten-db: folders for what comes and for what is there now",
        "1 witten-app: folders for what comes and for what is there now",
        "1 witten-gw: folders for what comes and for what is there now",
        "2 witten-db: bring database/pg_hba.conf",
        "2 witten-app: bring application-server/server.yml",
        "2 witten-app: bring logs/logrotate.conf",
        "2 witten-gw: bring gateway/application-prod.yml",
        "2 witten-gw: bring gateway/tls.properties",
        "3 witten-db: try whether they can be used: database/pg_hba.conf",
        "3 witten-app: try whether they can be used: application-server/server.yml, logs/logrotate.conf",
        "3 witten-gw: try whether they can be used: gateway/application-prod.yml, gateway/tls.properties",
        "4 witten-gw: note how gateway runs",
        "5 witten-app: note how application-server runs",
        "6 witten-db: note how database runs",
        "7 -: before the service stops: does what the plan stands on still hold?",
        "8 witten-db: put in place, keep what is there: database/pg_hba.conf",
        "8 witten-app: put in place, keep what is there: application-server/server.yml, logs/logrotate.conf (stops)",
        "8 witten-gw: put in place, keep what is there: gateway/application-prod.yml, gateway/tls.properties (stops)",
        "9 witten-db: reload database",
        "10 witten-db: database well: service.units, database.answers",
        "11 witten-app: restart application-server (stops)",
        "12 witten-app: application-server well: service.units, service.ports, service.startup, service.health",
        "13 witten-gw: restart gateway (stops)",
        "14 witten-gw: gateway well: service.units, service.health",
        "15 witten-index: index well: service.units, index.state",
        "15 witten-app: service-manager well: service.units, service.health",
        "16 witten-db: take away what was brought, keep what was there before",
        "16 witten-app: take away what was brought, keep what was there before",
        "16 witten-gw: take away what was brought, keep what was there before",
    ]
    assert done.purpose_de == "Konfiguration einsetzen"
    assert all(step.title_de for step in done.steps)


def test_the_way_back_brings_the_files_before_it_restarts_and_restarts_as_the_product_starts() -> None:
    back = [step for step in reversed(compiled(files(*SOME)).steps) if step.undo is not None and not does_nothing(step)]
    stages = sorted({step.stage for step in back}, reverse=True)
    names = [sorted({step.name for step in back if step.stage == stage}) for stage in stages]
    assert names == [["place"], ["remember"], ["remember"], ["remember"], ["bring"], ["bring"]]
    assert [step.server for step in back if step.name == "remember"] == ["witten-db", "witten-app", "witten-gw"]
    undo = {step.server: step.undo for step in back if step.name == "remember"}
    assert isinstance(undo["witten-db"], OnServer)
    assert undo["witten-db"].account == "software"
    assert "'/opt/eakte/current/bin/musterakte-admin' 'reload-database'" in undo["witten-db"].text
    assert isinstance(undo["witten-gw"], OnServer)
    assert undo["witten-gw"].takes == {"ran": "ran-before-gateway-witten-gw"}
    assert "systemctl restart eakte-gateway.service" in undo["witten-gw"].text


def does_nothing(step: Step) -> bool:
    return (
        isinstance(step.undo, OnServer) and step.undo.text.startswith("# Nothing") and step.undo.text.endswith("\n:\n")
    )


def test_every_step_says_what_its_way_back_is() -> None:
    steps = [step for step in compiled(files(*SOME)).steps if not isinstance(step.do, Gate)]
    assert all(step.undo is not None for step in steps)
    assert {step.name for step in steps if does_nothing(step)} == {"try", "effect", "clean"}


def test_every_change_can_be_verified_or_repeated_and_has_its_way_back() -> None:
    for step in compiled(files(*SOME)).steps:
        assert isinstance(step.do, Gate) or step.repeatable
        if isinstance(step.do, OnServer) and step.name == "place":
            assert step.verify is not None
            assert isinstance(step.undo, OnServer)


def test_a_restart_makes_a_reload_needless_and_each_component_is_restarted_once() -> None:
    done = compiled(
        files(
            "witten-db database/pg_hba.conf", "witten-db database/pg_ident.conf", "witten-db database/postgresql.conf"
        )
    )
    effects = [step.title for step in done.steps if step.name == "effect" and isinstance(step.do, OnServer)]
    assert effects == ["restart database"]
    done = compiled(files("witten-db database/pg_hba.conf", "witten-db database/pg_ident.conf"))
    (reload,) = [step.do for step in done.steps if step.name == "effect" and isinstance(step.do, OnServer)]
    assert reload.text.count("reload-database") == 1


def test_what_takes_effect_by_itself_needs_no_restart_and_no_window() -> None:
    done = compiled(files("witten-gw logs/logrotate.conf"))
    assert {step.name for step in done.steps} == {"bring", "try", "place", "clean"}
    assert not any(step.stops for step in done.steps)
    assert not done.needs.window
    assert compiled(files(*SOME)).needs.window


def test_where_only_note_or_mode_change_no_component_has_to_hear_of_it() -> None:
    done = compiled([replace(each, new_text=False) for each in files("witten-gw gateway/application-prod.yml")])
    assert {step.name for step in done.steps} == {"bring", "try", "place", "clean"}
    (change,) = files("witten-gw gateway/application-prod.yml")
    assert change.new_text


def test_one_server_alone() -> None:
    done = compiled(files(*SOME), server="witten-gw")
    assert {step.server for step in done.steps} == {"witten-gw", ""}


def test_nothing_secret_is_in_a_plan() -> None:
    """Of a file that is never shown nothing at all, of others their text with the names of secrets; no hash of any."""
    changes = files(
        "witten-app service-manager/application-es.yml",
        "witten-app service-manager/application-prod.yml",
        "witten-index index/built-in.usr",
    )
    done = compiled(changes)
    sends = {step.do.artefact.rpartition("/")[2]: step.do for step in done.steps if isinstance(step.do, Send)}
    assert sends["application-es.yml"].text == sends["built-in.usr"].text == ""
    assert "‹secret database-password›" in sends["application-prod.yml"].text
    assert {send.mode for send in sends.values()} == {"0600"}
    text = plan_of(done).text()
    for change in changes:
        if change.file.confidential:
            for line in change.file.masked().splitlines():
                assert line.startswith("#") or len(line) < 8 or line not in text
    hashes = set(re.findall(r"\b[0-9a-f]{64}\b", text))
    assert hashes == {change.file.fingerprint for change in changes}


def test_what_was_seen_is_taken_for_granted() -> None:
    (changed, missing) = files("witten-gw gateway/application-prod.yml", "witten-gw gateway/tls.properties")
    done = compiled([changed, replace(missing, seen="")])
    found = {each.title: each for each in done.assumes}
    seen = found["/etc/eakte/gateway/config/application-prod.yml untouched since"]
    assert (seen.server, seen.value, seen.rule) == ("witten-gw", SEEN, "equal")
    assert (seen.seen, seen.title_de) == (
        "2026-11-24 16:00:00",
        "/etc/eakte/gateway/config/application-prod.yml unberührt seit",
    )
    assert found["/etc/eakte/gateway/tls.properties is not there"].value == ""
    assert found["unit eakte-gateway.service"].value == "loaded"
    place = next(step for step in done.steps if step.name == "place" and isinstance(step.do, OnServer))
    assert isinstance(place.do, OnServer)
    assert (
        f"replace 'gateway/application-prod.yml' '/etc/eakte/gateway/config/application-prod.yml' 0644 'eakte' '{SEEN}'"
        in place.do.text
    )
    assert "replace 'gateway/tls.properties' '/etc/eakte/gateway/tls.properties' 0644 'eakte' ''" in place.do.text


BY_HAND = """\
title: {de: a, en: a}
components: [gateway]
service: ""
destination: "{{ layout.configuration }}/gateway/a.conf"
effect: {how: EFFECT}
"""


def made_files(effect: str, more: str = "", of: Town | None = None) -> tuple[Town, Library, tuple[Rendered, ...]]:
    found = of or town()
    head = BY_HAND.replace("EFFECT", effect) + more
    templates = library(template(head, "a: 1\n", name="gateway/a.conf"))
    return found, templates, render([found], templates)


def test_a_reload_that_no_command_does_is_asked_for_back_and_forth() -> None:
    text = BY_HAND.replace("EFFECT", "reload, of: service-manager").replace("[gateway]", "[service-manager]")
    text = text.replace('service: ""', "service: license")
    templates = library(template(text, "a: 1\n", name="gateway/a.conf"))
    done = compiled([Change(each, "") for each in render([town()], templates)])
    asked = [step.do for step in done.steps if isinstance(step.do, AskPerson)]
    assert [each.question for each in asked] == ["reload license in the administration of the software (witten-app)"]
    (undo,) = [step.undo for step in done.steps if step.name == "remember"]
    assert isinstance(undo, AskPerson)
    assert undo.question_de.startswith("die alten Dateien sind wieder da; falls sie die neuen genommen hat: license")


def test_what_local_it_operates_is_restarted_by_local_it() -> None:
    theirs = whole_town("musterakte", "11.0", operator="local-it")
    text = BY_HAND.replace("EFFECT", "restart, of: database").replace("[gateway]", "[database]")
    templates = library(template(text.replace("/gateway/", "/database/"), "a: 1\n", name="database/a.conf"))
    changes = [Change(each, "") for each in render([theirs], templates)]
    (step,) = [each for each in compiled(changes, theirs).steps if isinstance(each.do, AskPerson)]
    assert (step.owner, step.stops) == ("local-it", True)


def test_a_component_that_the_server_lacks_can_not_hear_of_a_file() -> None:
    found, _, rendered = made_files("restart, of: index")
    with pytest.raises(UsageError, match="takes effect by index, and witten-gw has none"):
        compiled([Change(each, "") for each in rendered], found)


def test_files_that_the_softwares_account_tries_come_so_that_it_can_read_them() -> None:
    more = 'validation: [try, "{file}"]\nvalidated_as: software\n'
    found, _, rendered = made_files("none", more)
    done = compiled([Change(each, "") for each in rendered], found)
    (send,) = [step.do for step in done.steps if isinstance(step.do, Send)]
    (tried,) = [step.do for step in done.steps if step.name == "try"]
    assert send.mode == "0640"
    assert isinstance(tried, OnServer)
    assert tried.account == "software"
    assert """file="$state/incoming/$run/"'gateway/a.conf'\n'try' "$file" || fault=1\n""" in tried.text


def sources(of: Town, templates: Library) -> Sources:
    return Sources(of, lambda: templates, lambda name: Secret(name, f"value-of-{name}"))


def test_what_is_sent_is_rendered_again_with_its_secrets() -> None:
    (change,) = files("witten-app service-manager/application-prod.yml")
    (send,) = [step.do for step in compiled([change]).steps if isinstance(step.do, Send)]
    given = sources(town(), _sample()[1])
    data = made(send, given, KINDS)
    assert data == change.file.content(given.reveal).data
    assert b"value-of-database-password" in data


@pytest.mark.parametrize("way", ["text", "server", "template"])
def test_what_is_not_as_planned_is_not_sent(way: str) -> None:
    found, templates, rendered = made_files("none")
    (send,) = [s.do for s in compiled([Change(each, "") for each in rendered], found).steps if isinstance(s.do, Send)]
    assert made(send, sources(found, templates), KINDS) == b"a: 1\n"
    match way:
        case "text":
            templates = library(template(BY_HAND.replace("EFFECT", "none"), "a: 2\n", name="gateway/a.conf"))
        case "server":
            send = replace(send, artefact="config:witten-db:gateway/a.conf")
        case "template":
            templates = library()
    with pytest.raises(NotAsPlanned, match="is not what the plan was made from any more"):
        made(send, sources(found, templates), KINDS)


def test_windows_is_refused_with_its_name() -> None:
    found = town_of("""\
product: enaio
release: "11.0"
servers:
  - {name: one, address: 192.0.2.77, platform: windows, components: {gateway: {}}}
""")
    with pytest.raises(NotSupported, match="one"):
        compiled([], found)
