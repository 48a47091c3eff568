"""What is said about configuration files: whose mistake it is, whose it is not, and nothing is read for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from eakte_ops.inventory.load import survey
from eakte_ops.inventory.vocabulary import Adjustable
from tests.unit.inventory.conftest import GATEWAY, RESERVED, VOCABULARY, Change, Look, templates, told

RING = "ring: 0\n"
TAGS = "tags: [dmz]"


def test_town_server_and_defaults_are_laid_over_each_other(change: Change, look: Look) -> None:
    change("_defaults", "language: de", f"language: de\nconfiguration: {{{GATEWAY}: {{title: Akte, sessions: 5}}}}")
    change("witten", RING, f"{RING}configuration: {{{GATEWAY}: {{title: Witten}}}}\n")
    change("witten", TAGS, f"configuration: {{{GATEWAY}: {{sessions: 7}}}}")
    said = look().inventory().towns["witten"].said
    assert said.configuration == {GATEWAY: {"title": "Witten", "sessions": 5}}
    assert said.servers[3].configuration == {GATEWAY: {"sessions": 7}}


def test_a_default_for_another_product_or_release_is_no_mistake(change: Change, look: Look) -> None:
    change(
        "_defaults",
        "language: de",
        "language: de\nconfiguration: {gateway/menu.yml: {wide: false}, appconnector/rest.yml: {pool: 3},"
        f" {GATEWAY}: {{theme: dark}}}}",
    )
    assert told(look().mistakes()) == []


def test_the_same_words_in_a_towns_file_are_one(change: Change, look: Look) -> None:
    change("witten", RING, f"{RING}configuration: {{appconnector/rest.yml: {{pool: 3}}, {GATEWAY}: {{theme: dark}}}}\n")
    assert told(look().mistakes()) == [
        'witten.yml:11:17  configuration.appconnector/rest.yml: no template "appconnector/rest.yml"; there are'
        f" database/access.conf, {GATEWAY}, index/plain.yml, service-manager/broken.yml",
        f"witten.yml:11:82  configuration.{GATEWAY}.theme: unknown value; there are banner, log, sessions, title",
    ]


def test_a_default_that_the_release_of_one_town_does_not_take_is_that_towns_mistake(change: Change, look: Look) -> None:
    change("_defaults", "language: de", f"language: de\nconfiguration: {{{GATEWAY}: {{sessions: 2000}}}}")
    change("_defaults", 'release: "11.0"', 'release: "12.0"')
    change("witten", RING, f'{RING}release: "11.0"\n')
    assert [each for each in told(look().mistakes()) if "sessions" in each] == [
        f"witten.yml:6:1  configuration.{GATEWAY}.sessions: a whole number from 1 to 1000 expected, found 2000"
        " (comes from inventories/_defaults.yml:7)"
    ]


@pytest.mark.parametrize("text", [r"two\nlines", r"a\tb", r"a\u0085b", r"\u2028"])
def test_a_text_is_one_line_without_control_characters(text: str, change: Change, look: Look) -> None:
    change("witten", RING, f'{RING}configuration: {{{GATEWAY}: {{title: "{text}"}}}}\n')
    (said,) = look().mistakes()
    assert said.sentence in (
        "one line of text without control characters expected",
        "the text holds the character U+0085, which can not be seen; leave it out",
        "the text holds the character U+2028, which can not be seen; leave it out",
    )


def test_lines_under_each_other_are_no_line(change: Change, look: Look) -> None:
    change("witten", RING, f"{RING}configuration:\n  {GATEWAY}:\n    title: |\n      two\n      lines\n")
    change("_defaults", "language: de", f"language: de\nconfiguration:\n  {GATEWAY}:\n    title: |\n      a\n      b\n")
    assert [each.file for each in look().mistakes()] == ["inventories/_defaults.yml", "inventories/witten.yml"]


def test_a_template_that_is_wrong_itself_makes_no_town_wrong(change: Change, look: Look) -> None:
    words = "configuration: {service-manager/broken.yml: {anything: 1}}"
    change("witten", RING, f"{RING}{words}\n")
    change("witten", TAGS, words)
    change("_defaults", "language: de", f"language: de\n{words}")
    assert told(look().mistakes()) == []


def test_a_towns_own_template_has_values_for_that_town_alone(change: Change, look: Look, folder: Path) -> None:
    words = "ring: 1\nconfiguration: {gateway/own.yml: {colour: red}}\n"
    change("hattingen", "ring: 1\n", words)
    assert told(look().mistakes()) == []
    change("herdecke", "ring: 1\n", words)
    assert [each.file for each in look().mistakes()] == ["inventories/herdecke.yml"]


def test_a_file_that_is_there_only_for_another_operator(change: Change, look: Look) -> None:
    file = "    components: {database: {}} # {}: everything as in the profile of the product\n"
    change("witten", file, f"{file}    configuration: {{database/access.conf: {{networks: x}}}}\n")
    assert told(look().mistakes()) == []
    change("witten", RING, f"{RING}database_operator: local-it\n")
    assert told(look().mistakes()) == [
        "witten.yml:27:21  servers.0.configuration.database/access.conf: this file is there only where the database is"
        " operated by centre"
    ]


def test_a_file_of_a_service_is_there_only_where_that_one_is_switched_on(change: Change, look: Look) -> None:
    words = "configuration: {service-manager/mail.yml: {folder: x}}\n"
    change("gevelsberg", "    components:\n      index: {}", f"    {words}    components:\n      index: {{}}")
    assert told(look().mistakes()) == []
    change("gevelsberg", "mailstorage: {instances: 1}", "mailstorage: {instances: 0}")
    off = "is switched off on gevelsberg-services, so this file is not there"
    assert [each.sentence for each in look().mistakes()] == [f"mailstorage {off}"]
    change("gevelsberg", "service-manager/mail.yml", "service-manager/sap.yml")
    assert [each.sentence for each in look().mistakes()] == [f"repository-manager {off}"]


def test_templates_are_asked_for_only_where_a_file_speaks_of_configuration(change: Change, folder: Path) -> None:
    asked: list[str] = []

    def counting(product: str, release: str, town: str) -> dict[str, Adjustable | None]:
        asked.append(town)
        return dict(templates(product, release, town))

    def look() -> None:
        assert survey(folder, thresholds=VOCABULARY, templates=counting, reserved=RESERVED).mistakes() == ()

    look()
    assert asked == []
    change("witten", TAGS, f"configuration: {{{GATEWAY}: {{sessions: 7}}}}")
    look()
    assert asked == ["witten"]


def test_without_templates_nothing_is_compared(change: Change, folder: Path) -> None:
    change("witten", RING, f"{RING}configuration: {{gatway/x.yml: {{title: Witten}}}}\n")
    assert survey(folder, thresholds=VOCABULARY, reserved=RESERVED).mistakes() == ()
