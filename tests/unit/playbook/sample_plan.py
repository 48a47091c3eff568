"""A plan with everything that a plan can have, for texts and judgements."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from eakte_ops.inventory.hours import Hours
from eakte_ops.playbook.compile import Compiled
from eakte_ops.playbook.make import Origin, make_plan
from eakte_ops.playbook.plan import AskPerson, Assumption, Gate, Needs, OnServer, Plan, Send, Step

NOW = datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
"""A Tuesday, 14:05 in Berlin."""
TUE_THU = Hours.of("Europe/Berlin", [{"days": ["tue", "thu"], "from": "18:00", "until": "22:00"}])

NEEDS = Needs(window=True, second_person=True)
FILE = "server:\n  port: 8080\n"
SECRET_FILE = "user: osrest\npassword: ‹secret osrest-password›\n"

STEPS = (
    Step(
        "01-space-witten-app",
        1,
        "witten-app",
        "look whether there is room",
        Gate(("disk.space",)),
        limit=30,
        name="space",
        title_de="schauen, ob Platz ist",
    ),
    *(
        Step(
            f"02-bring-{server}",
            2,
            server,
            "bring the files",
            Send(
                f"config:{server}:gateway/application-prod.yml",
                "0" * 64,
                "/var/lib/eakte-ops/incoming/a.yml",
                "0640",
                text,
            ),
            name="bring",
            title_de="Dateien hinbringen",
            expected=5,
        )
        for server, text in (("witten-gw", FILE), ("witten-app", SECRET_FILE))
    ),
    Step(
        "03-dump-witten-db",
        3,
        "witten-db",
        "copy the settings table",
        OnServer(
            "pg_dump --table=settings eakte >/var/lib/eakte/dump.$run\necho dump=/var/lib/eakte/dump.$run\n",
            account="software",
        ),
        verify="[ -s /var/lib/eakte/dump.$run ] || exit 10\n",
        undo=OnServer("rm -f /var/lib/eakte/dump.$run\n", account="software"),
        gives=("dump",),
        limit=900,
        expected=540,
        name="dump",
        title_de="Tabelle der Einstellungen kopieren",
        word_for_word=True,
    ),
    Step("04-check-window", 4, "", "window and assumptions", Gate(("plan.window", "plan.assumptions")), name="check"),
    Step(
        "05-stop-witten-gw",
        5,
        "witten-gw",
        "stop the gateway",
        OnServer("sudo -n /usr/bin/systemctl stop eakte-gateway.service\n"),
        verify="systemctl is-active --quiet eakte-gateway.service && exit 10\nexit 0\n",
        undo=OnServer("sudo -n /usr/bin/systemctl start eakte-gateway.service\n"),
        stops=True,
        limit=180,
        expected=20,
        name="stop",
        title_de="Gateway anhalten",
    ),
    Step(
        "06-set-witten-db",
        6,
        "witten-db",
        "write the new settings",
        OnServer(
            'psql --quiet -v "new=$OSREST" -f - eakte <"$from"\n',
            secrets={"OSREST": "osrest-password"},
            takes={"from": "dump"},
        ),
        undo=OnServer('psql --quiet -f "$from" eakte\n', takes={"from": "dump"}),
        limit=300,
        expected=60,
        name="set",
        title_de="neue Einstellungen schreiben",
    ),
    Step(
        "07-patch",
        7,
        "",
        "local IT swaps the network cable",
        AskPerson("Is the network cable of witten-gw swapped?", ("done", "not-done"), "Ist das Netzkabel getauscht?"),
        owner="local-it",
        limit=1800,
        expected=300,
        name="patch",
        title_de="Örtliche IT tauscht das Netzkabel",
    ),
    Step(
        "08-open-witten-gw",
        8,
        "witten-gw",
        "open the gateway",
        OnServer("sudo -n /usr/bin/systemctl start eakte-gateway.service\n"),
        undo=OnServer("sudo -n /usr/bin/systemctl stop eakte-gateway.service\n"),
        no_return=True,
        limit=180,
        expected=25,
        name="open",
        title_de="Gateway öffnen",
    ),
    Step(
        "09-well-witten-gw",
        9,
        "witten-gw",
        "wait until it is well",
        Gate(("service.health",), ("gateway",)),
        limit=120,
        expected=30,
        name="well",
        title_de="warten, bis es gesund ist",
    ),
)
ASSUMES = (
    Assumption(
        "witten-gw",
        "free disk",
        "df -P /opt | awk 'NR==2 {print 100-$5}'",
        "25",
        "at-least",
        "61 %",
        title_de="freier Platz",
    ),
    Assumption("witten-db", "release", "readlink /opt/eakte/current", "/opt/eakte/releases/11.0", title_de="Version"),
)


def sample(*, now: datetime = NOW, hours: Hours = TUE_THU, needs: Needs = NEEDS, **more: Any) -> Plan:
    """The plan, made at `now`; `more` replaces fields of it."""
    compiled = Compiled(
        "new settings of the gateway", "neue Einstellungen des Gateways", STEPS, needs, ASSUMES, {"dump": "path"}
    )
    origin = Origin(
        who="mueller",
        author="admin-1",
        now=now,
        commit="commit 0123456789",
        clean=True,
        tool="0.1.0",
        inputs={"inventories/witten.yml": "0" * 64},
        why="ticket 4711",
        playbook="settings",
        arguments={"component": "gateway"},
    )
    return replace(make_plan(compiled, origin, "witten", hours, "playbook"), **more)
