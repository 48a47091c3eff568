"""The page that asks local IT for what belongs to root."""

from __future__ import annotations

import hashlib

from eakte_ops.config.proposal import proposal, proposal_filename
from eakte_ops.config.render import render
from eakte_ops.inventory.model import Town
from tests.unit.config.made import library, template, whole_town

HEAD = """\
title: {de: "Ports *wichtig*", en: ports}
components: [gateway, index]
destination: /etc/nftables.d/eakte.nft
owner: root
mode: "0644"
effect: {how: hand}
validation: ["{{ layout.current }}/bin/admin", check, "--file={file}", "a b"]
source: "RFC <1>"
"""
CONTACT = 'contacts: {centre: {mail: betrieb@centre.example, phone: "+49 221 4710 100"}}\n'


def page(head: str = HEAD, body: str = "tcp dport 80 accept\n", language: str = "de") -> tuple[Town, str]:
    town = whole_town("musterakte", "11.0", secrets=("elastic-password",))
    said = town.said.model_copy(update={"language": language})
    town = Town(town.id, town.file, said, town.profile)
    return town, proposal(town, render([town], library(template(head, body))))


def test_who_what_where_why_and_how() -> None:
    town, text = page()
    assert proposal_filename(town) == "VORSCHLAG-teststadt.md"
    assert text.startswith("# Vorschlag an die örtliche IT: Teststadt\n\nDas Zentrum")
    assert "## one\n\n### `/etc/nftables.d/eakte.nft`\n" in text
    for said in (
        "- Wozu: Ports \\*wichtig\\*",
        "- Wegen: index, gateway",
        "- Besitzer und Rechte: `root:root 0644`",
        "- Wie es wirkt: sobald Sie es wirken lassen",
        "- Zum Prüfen (als eakte-ops): `/opt/eakte/current/bin/admin check --file=/etc/nftables.d/eakte.nft 'a b'`",
        "- Beschrieben in: RFC \\<1\\>",
        f"- SHA-256: `{hashlib.sha256(b'tcp dport 80 accept' + bytes([10])).hexdigest()}`",
        "- Zum Einrichten: `install -o root -g root -m 0644 DATEI /etc/nftables.d/eakte.nft`",
        "```\ntcp dport 80 accept\n```\n",
    ):
        assert said in text


def test_in_english() -> None:
    town, text = page(language="en")
    assert proposal_filename(town) == "PROPOSAL-teststadt.md"
    assert text.startswith("# Proposal to local IT of Teststadt\n")
    assert "install -o root -g root -m 0644 FILE /etc/nftables.d/eakte.nft" in text


def test_nothing_to_ask_for_is_no_page() -> None:
    assert page(HEAD.replace("owner: root\n", "").replace("/etc/nftables.d", "/etc/eakte"))[1] == ""


def test_a_secret_stands_by_its_name_and_no_sum_is_promised() -> None:
    _, text = page(HEAD.replace("0644", "0600"), 'user=x\npassword={{ secret["elastic-password"] | line }}\n')
    assert "password=‹secret elastic-password›" in text
    assert "Sie erfahren es auf anderem Weg, nie per Mail." in text
    assert "SHA-256" not in text
    assert "install -o" not in text


def test_of_a_confidential_file_not_even_the_template_is_shown() -> None:
    _, text = page(HEAD.replace("0644", "0600") + "secret: true\n", "hidden=1\n")
    assert "hidden=1" not in text
    assert "kommt auf anderem Weg" in text


def test_a_text_can_not_end_its_own_frame() -> None:
    _, text = page(body="a\n```\n# heading\n````\n")
    assert "`````\na\n```\n# heading\n````\n`````\n" in text


def test_a_part_of_a_file_is_called_so() -> None:
    _, text = page(HEAD + "partial: true\n")
    assert "Nur die beschriebenen Zeilen; der Rest Ihrer Datei bleibt, wie er ist." in text
