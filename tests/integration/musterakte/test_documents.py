"""Storing, reading, searching, deleting; the hash rule; the order of record and file."""

import hashlib
import re

import pytest

from tests.integration.musterakte.conftest import PASSWORD, Town, wait_until


def oshash(*pages: str) -> str:
    """The rule of the field's community source, written a second time."""
    joined = "".join(hashlib.sha256(page.encode()).hexdigest().upper() for page in pages)
    return hashlib.sha256(joined.encode("ascii")).hexdigest().upper()


def test_a_document_goes_in_is_found_comes_back_and_goes_away(town: Town) -> None:
    pages = ["Spielplatz Nordstraße\nÖlfleck", "Zweites Blatt: Wiedervorlage"]
    sent = {"title": "Prüfvermerk Xylofon", "pages": pages}
    status, stored = town.ask("gateway", "/osrest/documents", "POST", sent, user="osrest")
    assert (status, stored["hash"], stored["pages"]) == (201, oshash(*pages), 2)
    name = stored["id"]
    assert re.fullmatch(r"[0-9A-F]{8}", name)
    assert sorted(path.name for path in (town.root / "var/documents").rglob(f"{name}.*")) == [
        f"{name}.000",
        f"{name}.001",
    ]

    status, read = town.ask("osrest", f"/osrest/documents/{name}", user="osrest")
    assert (status, read["title"], read["pages"], read["hash"]) == (200, sent["title"], pages, stored["hash"])
    row = town.sql(f"select oshash, last_check_state from osdochash where object_id = {int(name, 16)}")
    assert row.stdout == f"{stored['hash']}|0\n"

    def found() -> bool:
        return bool(town.ask("osrest", "/osrest/search?q=xylofon", user="osrest")[1]["total"])

    wait_until(found, "document in the index")
    flag = wait_until(lambda: town.sql(f"select flag2 from osftslog where object_id = {int(name, 16)}").stdout, "log")
    assert flag == "200\n"
    assert town.ask("osrest", f"/osrest/documents/{name}", "DELETE", user="osrest") == (200, {"deleted": name})
    wait_until(lambda: not found(), "document out of the index")
    assert town.ask("osrest", f"/osrest/documents/{name}", user="osrest")[0] == 404
    assert not list((town.root / "var/documents").rglob(f"{name}.*"))


def test_documents_are_for_those_with_the_password(town: Town) -> None:
    first = town.sql("select min(object_id) from osobject").stdout.strip()
    path = f"/osrest/documents/{int(first):08X}"
    assert town.ask("osrest", path)[0] == 401
    assert town.ask("osrest", path, user="osrest", password="wrong")[0] == 401
    assert town.ask("gateway", "/osrest/search?q=Bescheid")[0] == 401
    assert town.ask("osrest", path, user="osrest", password=PASSWORD)[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        {"title": "x"},
        {"title": "x", "pages": []},
        {"title": "x\0", "pages": ["y"]},
        {"title": "x", "pages": [1]},
    ],
)
def test_what_is_no_document_is_refused_and_leaves_nothing(town: Town, body: object) -> None:
    before = town.admin("counts")["documents"]
    status, answer = town.ask("osrest", "/osrest/documents", "POST", body, user="osrest")
    assert status == 400
    assert answer["error"]
    assert town.admin("counts")["documents"] == before


def test_when_the_file_can_not_be_written_no_record_stays(town: Town) -> None:
    before = town.admin("counts")["documents"]
    folder = town.root / "var/documents"
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.touch()
    try:
        status, answer = town.ask("osrest", "/osrest/documents", "POST", {"title": "t", "pages": ["p"]}, user="osrest")
    finally:
        folder.unlink()
        aside.rename(folder)
    assert status == 507
    assert "not stored" in answer["error"]
    assert town.admin("counts")["documents"] == before


def test_samples_top_up_and_every_hash_is_good(town: Town) -> None:
    assert town.admin("load-samples", "300") == {"added": 0}
    assert town.sql("select count(distinct title), max(pages) from osobject").stdout == "300|3\n"
    assert town.admin("check") == {"checked": 300, "bad": [], "missing": []}
    row = town.sql("select count(*), min(last_check_state), max(last_check_state) from osdochash").stdout
    assert row == "300|1|1\n"


def test_times_of_the_full_text_are_minutes(town: Town) -> None:
    text = "select bool_and(abs(date1 - extract(epoch from now()) / 60) < 60) from osftslog"
    assert town.sql(text).stdout == "t\n"
