"""Everything that can be broken on purpose: what it looks like, and that mending makes it good again."""

from collections.abc import Iterator

import pytest

from tests.integration.musterakte.conftest import Town, wait_until


@pytest.fixture(autouse=True)
def _mended(town: Town) -> Iterator[None]:
    yield
    town.admin("mend", "all")
    assert town.admin("faults") == {"faults": []}


def states(town: Town) -> dict[str, str]:
    """What the aggregate says."""
    return {entry["name"]: entry["status"] for entry in town.ask("services-admin", "/applications")[1]}


@pytest.mark.parametrize("name", ["dms", "index-service", "service-manager", "application-server", "index", "gateway"])
def test_a_lying_service_answers_200_and_down(town: Town, name: str) -> None:
    assert town.admin("break", "service-lying", name) == {"broken": f"service-lying.{name}"}
    port = "osrest" if name == "application-server" else name
    assert town.health(port)["status"] == "DOWN"  # health() asserts the 200
    assert town.admin("mend", "service-lying") == {"mended": [f"service-lying.{name}"]}
    assert town.health(port)["status"] == "UP"


def test_a_service_taken_down_stays_down_and_argus_brings_it_back_when_mended(town: Town) -> None:
    town.admin("break", "service-down", "rendition")
    assert not town.listens("rendition")
    assert states(town)["rendition"] == "OFFLINE"
    assert town.health("service-manager")["components"]["rendition"]["status"] == "DOWN"
    town.admin("mend", "service-down")
    assert town.health("rendition")["status"] == "UP"


def test_the_aggregate_says_the_opposite(town: Town) -> None:
    town.admin("break", "aggregate-lies")
    assert states(town)["dms"] == "DOWN"
    assert town.health("dms")["status"] == "UP"
    town.admin("break", "service-lying", "dms")
    assert states(town)["dms"] == "UP"
    assert town.health("dms")["status"] == "DOWN"


def test_up_above_and_down_below(town: Town) -> None:
    town.admin("break", "up-but-nested-down")
    body = town.health("rendition")
    assert (body["status"], body["components"]["cache"]["status"]) == ("UP", "DOWN")
    assert states(town)["rendition"] == "UP"


OLDEST = (
    "select queuename, now() - created > interval '5 hours', lock_service from oscpmqueue where queuename = 'RENDITION'"
)


def test_a_stuck_row_is_old_locked_and_served_when_freed(town: Town) -> None:
    town.admin("break", "queue-stuck")
    assert town.sql(OLDEST, role="eakte_look").stdout == "RENDITION|t|rendition:8070/dead\n"
    town.admin("break", "queue-stuck")  # twice is once
    assert town.admin("counts")["queue"] == 1
    town.admin("mend", "queue-stuck")
    wait_until(lambda: town.admin("counts")["queue"] == 0, "row served")


def test_a_blocked_index_stays_green_and_its_work_waits(town: Town) -> None:
    town.admin("break", "index-read-only")
    body = town.health("index")
    assert body["status"] == "UP"
    details = body["components"]["cluster"]["details"]
    assert (details["color"], details["blocks"]) == ("green", ["fts:read_only_allow_delete"])
    assert town.ask("index", "/fts/_doc/X", "PUT", {"title": "t"}, user="elastic")[0] == 429
    stored = town.ask("osrest", "/osrest/documents", "POST", {"title": "Gesperrt", "pages": ["Quitte"]}, user="osrest")[
        1
    ]
    number = int(stored["id"], 16)
    log = f"select flag2 from osftslog where object_id = {number}"
    wait_until(lambda: town.sql(log).stdout == "503\n", "refusal in the log")
    town.admin("mend", "index-read-only")
    wait_until(lambda: town.sql(log).stdout == "200\n", "indexed after all")
    assert town.ask("osrest", "/osrest/search?q=Quitte", user="osrest")[1]["total"] == 1
    town.ask("osrest", f"/osrest/documents/{stored['id']}", "DELETE", user="osrest")


def test_a_red_index_is_down_for_those_who_need_it_too(town: Town) -> None:
    town.admin("break", "index-red")
    assert town.health("index")["components"]["cluster"]["details"]["color"] == "red"
    assert town.health("index")["status"] == "DOWN"
    assert town.health("index-service")["components"]["elasticsearch"]["status"] == "DOWN"


def test_an_altered_page_is_seen_by_the_hash_check(town: Town) -> None:
    town.admin("break", "hash-mismatch")
    count = "select last_check_state, count(*) from osdochash group by 1 order by 1"
    assert town.sql(count, role="eakte_look").stdout == "1|299\n2|1\n"
    found = town.admin("check", status=1)
    assert (found["checked"], len(found["bad"]), found["missing"]) == (300, 1, [])
    town.admin("mend", "hash-mismatch")
    assert town.sql(count, role="eakte_look").stdout == "1|300\n"


def test_a_missing_page_is_told_apart_from_an_altered_one(town: Town) -> None:
    number = int(town.sql("select max(object_id) from osobject where pages = 3").stdout)
    page = next((town.root / "var/documents").rglob(f"{number:08X}.002"))
    aside = page.with_suffix(".aside")
    page.rename(aside)
    try:
        assert town.admin("check", status=1) == {"checked": 300, "bad": [], "missing": [f"{number:08X}"]}
        assert town.ask("osrest", f"/osrest/documents/{number:08X}", user="osrest")[0] == 500
    finally:
        aside.rename(page)
    assert town.admin("check")["missing"] == []


@pytest.mark.parametrize("subject", ["../../x", "no_such", "x" * 41])
def test_a_fault_has_a_plain_subject(town: Town, subject: str) -> None:
    assert "no service or queue" in town.admin("break", "service-lying", subject, status=1)


def test_only_a_known_service_can_be_taken_down(town: Town) -> None:
    assert "no service nonsense" in town.admin("break", "service-down", "nonsense", status=1)


def night(town: Town, text: str) -> str:
    return town.sql(text, role="eakte_look").stdout.strip()


LAG = "select count(*) from osftslog where flag2 = 0 and extract(epoch from now()) / 60 - date1 > 300"
LEFT = "select count(*) from pg_class where relname ~ '^tmp_'"


@pytest.mark.parametrize(("fault", "text"), [("fulltext-stuck", LAG), ("leftover-index", LEFT)])
def test_what_lies_in_the_database_is_seen_there(town: Town, fault: str, text: str) -> None:
    wait_until(lambda: night(town, "select count(*) from osftslog where flag2 <> 200") == "0", "full text")
    before = town.sql("select * from osftslog order by 1").stdout
    town.admin("break", fault)
    town.admin("break", fault)
    assert night(town, text) == "1"
    town.admin("mend", fault)
    assert night(town, text) == "0"
    assert town.sql("select * from osftslog order by 1").stdout == before


def test_the_licence_ends_and_its_service_says_so(town: Town) -> None:
    def day() -> str:
        return str(town.health("license")["components"]["licence"]["details"]["valid_until"])

    before = day()
    assert before == night(town, "select current_date + 365")
    town.admin("break", "licence-ends")
    assert day() == night(town, "select current_date + 5")
    town.admin("mend", "licence-ends")
    assert day() == before


def test_a_reverted_database_is_behind_its_documents_and_nothing_is_lost(town: Town) -> None:
    wait_until(lambda: night(town, "select count(*) from osftslog where flag2 <> 200") == "0", "full text")
    everything = "select o, h, f from osobject o join osdochash h using (object_id) join osftslog f using (object_id)"
    before = town.sql(f"{everything} order by object_id").stdout
    town.admin("break", "documents-ahead")
    newest = int(night(town, "select max(object_id) from osobject"))
    assert night(town, "select last_value from osobject_object_id_seq") == str(newest)
    assert town.health("osrest")["components"]["documents"]["details"]["highest"] >= newest + 25
    status, said = town.ask("osrest", "/osrest/documents", "POST", {"title": "t", "pages": ["p"]}, user="osrest")
    assert (status, "File exists" in said["error"]) == (507, True)
    town.admin("mend", "documents-ahead")
    assert town.sql(f"{everything} order by object_id").stdout == before
    assert town.admin("check")["bad"] == []
