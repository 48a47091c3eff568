"""Each verdict of the checks on the product: what programs say, gateway, index, database."""

from __future__ import annotations

import json
from datetime import timedelta
from types import SimpleNamespace

import pytest

from eakte_ops.health.findings import findings
from eakte_ops.health.types import Cause, Judged, NotKnown
from eakte_ops.remote.types import Answer
from tests.unit.health import well
from tests.unit.health.well import body, cluster, look, results, web

SITE = well.site()
DOWN = b'{"status": "DOWN"}'
STOPPED = {"ActiveState": "inactive", "SubState": "dead"}


def health(bodies=None, **more):
    return results("service.health", look(web=web(SITE, bodies, **more)))


def test_200_with_down_is_critical() -> None:
    result = health({"health dms": DOWN})["dms"]
    assert (result.verdict, result.said, result.values["http"]) == ("critical", "down", 200)


def test_a_body_counts_whatever_the_http_status() -> None:
    assert health({"health dms": DOWN}, status={"health dms": 503})["dms"].said == "down"
    assert health(status={"health dms": 503})["dms"].verdict == "ok"


@pytest.mark.parametrize(
    ("status", "verdict"), [("up", "ok"), ("OUT_OF_SERVICE", "critical"), ("UNKNOWN", "warning"), ("fine", "warning")]
)
def test_other_words(status, verdict) -> None:
    assert health({"health dms": body(status)})["dms"].verdict == verdict


def test_up_with_a_part_that_is_down_is_a_warning() -> None:
    part = {"status": "DOWN", "details": {"error": "cache folder is gone"}}
    result = health({"health rendition": body("UP", cache=part)})["rendition"]
    assert (result.verdict, result.values["parts"]) == ("warning", ("cache: cache folder is gone",))


def test_parts_of_parts_are_seen() -> None:
    deep = {"status": "UP", "components": {"eureka": {"status": "DOWN"}}}
    assert health({"health dms": body("UP", discovery=deep)})["dms"].values["parts"] == ("discovery/eureka",)


@pytest.mark.parametrize(("fault", "said"), [(7, "refused"), (28, "silent"), (52, "broken")])
def test_no_answer(fault, said) -> None:
    result = health(fault={"health dms": fault})["dms"]
    assert (result.verdict, result.said) == ("critical", said)


@pytest.mark.parametrize("junk", [b"", b"<html>", b"[]", b'"UP"', b"null", b'{"status": 1}', b"{" * 5000, b"\xff\xfe"])
def test_what_is_no_health_body_is_unknown(junk) -> None:
    assert health({"health dms": junk})["dms"].verdict == "unknown"


def test_an_answer_that_is_left_out_is_unknown() -> None:
    assert health(leave_out=("health dms",))["dms"].verdict == "unknown"


def test_a_manager_down_only_because_of_a_service_names_it_as_the_cause() -> None:
    manager = body("DOWN", dms={"status": "DOWN"}, rendition={"status": "UP"})
    found = health({"health dms": DOWN, "health service-manager": manager})
    assert found["service-manager"].because == (Cause("service.health", "dms"),)
    assert found["dms"].because == ()


def test_a_manager_down_for_another_reason_too_stands_for_itself() -> None:
    manager = body("DOWN", dms={"status": "DOWN"}, disk={"status": "DOWN"})
    assert health({"health dms": DOWN, "health service-manager": manager})["service-manager"].because == ()


def test_a_full_disk_is_the_cause_of_a_program_that_is_down_for_it() -> None:
    full = b'{"status": "DOWN", "components": {"diskSpace": {"status": "DOWN"}}}'
    assert health({"health dms": full})["dms"].because == (Cause("disk.space"),)


def test_what_a_stopped_unit_causes_points_to_it() -> None:
    seen = look(units=well.units(SITE, gateway=STOPPED), web=web(SITE, fault={"health gateway": 7, "page gateway": 7}))
    assert results("service.health", seen)["gateway"].because == (Cause("service.units", "gateway"),)
    assert results("gateway.answer", seen)["gateway"].because == (Cause("service.units", "gateway"),)


def test_parts_that_stand_for_other_components_are_their_consequence() -> None:
    down = {"status": "DOWN"}
    found = health({"health rendition": body("DOWN", db=down, osrest=down), "health license": body("UP", licence=down)})
    assert found["rendition"].because == (
        Cause("database.answers", component="database"),
        Cause(component="application-server"),
    )
    assert found["license"].because == ()


def aggregate(listing: bytes, **more):
    return results("service.aggregate", look(web=web(SITE, {"aggregate service-manager": listing, **more})))


def test_the_aggregate_disagrees_both_ways() -> None:
    wrong = aggregate(well.aggregate(SITE, dms="DOWN"))["dms"]
    assert (wrong.said, wrong.because) == ("differs", ())
    lying = aggregate(well.aggregate(SITE), **{"health dms": DOWN})
    assert (lying["dms"].verdict, lying["dms"].values) == ("warning", {"own": "DOWN", "theirs": "UP"})
    assert lying["dms"].because == (Cause("service.health", "dms"),)
    assert lying["license"].verdict == "ok"


def test_both_saying_down_agree() -> None:
    assert aggregate(well.aggregate(SITE, dms="DOWN"), **{"health dms": DOWN})["dms"].verdict == "ok"


def test_offline_in_the_aggregate_and_nobody_listening_agree() -> None:
    page = web(SITE, {"aggregate service-manager": well.aggregate(SITE, dms="OFFLINE")}, fault={"health dms": 7})
    assert results("service.aggregate", look(web=page))["dms"].verdict == "ok"


def test_a_service_the_aggregate_does_not_know() -> None:
    assert aggregate(b"[]")["dms"].said == "unlisted"


@pytest.mark.parametrize("junk", [b"{}", b"[1]", b'[{"name": "dms"}]', b"no", b'[{"name": 1, "status": "UP"}]'])
def test_junk_as_aggregate_is_unknown(junk) -> None:
    assert {result.verdict for result in aggregate(junk).values()} == {"unknown"}


def test_no_aggregate_because_services_admin_is_down() -> None:
    page = web(SITE, fault={"aggregate service-manager": 7, "health services-admin": 7})
    (result,) = results("service.aggregate", look(web=page)).values()
    assert (result.verdict, result.because) == ("unknown", (Cause("service.health", "services-admin"),))


def test_a_closed_rpc_port() -> None:
    result = results("service.ports", look(ports=b"0016\nend\n"))["application-server rpc"]
    assert (result.verdict, result.values["port"]) == ("critical", 4000)


@pytest.mark.parametrize(
    ("state", "line", "verdict"),
    [
        ("ok", "08:40 Server start succeeded", "ok"),
        ("ok", "08:40 Server start failed: no database", "critical"),
        ("ok", "", "critical"),
        ("absent", "", "warning"),
        ("unreadable", "", "unknown"),
    ],
)
def test_start_report(state, line, verdict) -> None:
    path = "/var/log/eakte/application-server/startup.txt"
    found = results("service.startup", look(startup=f"file\t{state}\t{path}\t{line}\nend\n".encode()))
    assert found["application-server"].verdict == verdict


def page(**more):
    return results("gateway.answer", look(web=web(SITE, **more)))["gateway"]


def test_gateway_page() -> None:
    assert page().verdict == "ok"
    assert (page(seconds=2.5).verdict, page(seconds=2.5).said) == ("warning", "slow")
    assert page(status={"page gateway": 500}).said == "status"
    assert (page(status={"page gateway": 503}).verdict, page(status={"page gateway": 503}).said) == (
        "critical",
        "notice",
    )
    assert page(bodies={"page gateway": b"<html>It works!</html>"}).said == "other-page"
    assert page(fault={"page gateway": 7}).said == "refused"
    assert page(leave_out=("page gateway",)).verdict == "unknown"


def certificate(days: float):
    end = well.NOW + timedelta(days=days)
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    said = f"{months[end.month - 1]} {end.day:2d} {end:%H:%M:%S %Y} GMT"
    out = f"443\tnotAfter={said}\tsubject=CN = gw.example\t\nend\n".encode()
    return results("certificate.end", look(certificate=out))["port 443"]


@pytest.mark.parametrize(
    ("days", "verdict", "said"),
    [
        (400, "ok", "valid"),
        (30, "ok", "valid"),
        (29.9, "warning", "soon"),
        (7, "warning", "soon"),
        (6.9, "critical", "soon"),
        (0, "critical", "expired"),
        (-3, "critical", "expired"),
    ],
)
def test_certificate(days, verdict, said) -> None:
    assert (certificate(days).verdict, certificate(days).said) == (verdict, said)


def test_no_certificate_is_the_centres() -> None:
    result = results("certificate.end", look(certificate=b"443\tnone\nend\n"))["port 443"]
    assert (result.verdict, result.owner) == ("critical", "centre")


def test_no_openssl_is_not_known() -> None:
    with pytest.raises(NotKnown):
        results("certificate.end", look(certificate=b"no-openssl\n"))


def index(text: bytes, check: str = "index.state", **limits):
    return results(check, look(web=web(SITE, {"index index": text})), **limits)["index"]


@pytest.mark.parametrize(
    ("text", "verdict", "said"),
    [
        (body("UP", cluster=cluster()), "ok", "fine"),
        (body("UP", cluster=cluster("yellow")), "warning", "yellow"),
        (body("DOWN", cluster=cluster("red", status="DOWN")), "critical", "red"),
        (body("DOWN"), "critical", "down"),
        (body("UP", cluster=cluster("pink")), "unknown", ""),
        (body("UP"), "unknown", ""),
        (b"nonsense", "unknown", ""),
    ],
)
def test_index_state(text, verdict, said) -> None:
    assert (index(text).verdict, index(text).said) == (verdict, said)


def test_yellow_may_be_called_well() -> None:
    assert index(body("UP", cluster=cluster("yellow")), yellow_is_well=True).verdict == "ok"


def test_blocks_belong_to_whoever_can_end_them() -> None:
    blocked = cluster(blocks=("fts:read_only_allow_delete",))
    room = index(body("UP", cluster=blocked), "index.blocks")
    assert (room.verdict, room.owner, room.said) == ("critical", "centre", "blocked-room")
    full = index(body("UP", free=3 * 10**8, cluster=blocked), "index.blocks")
    assert (full.verdict, full.owner, full.todo) == ("critical", "local-it", "room")
    assert full.values["wanted"] == pytest.approx(0.6e9)  # 2.7 GB used are 75 % of 3.6 GB


def test_blocks_are_not_hidden_by_green() -> None:
    blocked = body("UP", cluster=cluster(blocks=("fts:read_only_allow_delete",)))
    assert index(blocked).verdict == "ok"
    assert index(blocked, "index.blocks").verdict == "critical"


def test_blocks_that_can_not_be_read_are_unknown() -> None:
    odd = {"status": "UP", "details": {"color": "green", "blocks": "none"}}
    assert index(body("UP", cluster=odd), "index.blocks").verdict == "unknown"


def test_the_database_does_not_answer() -> None:
    silent = Answer("database", 0, b"psql 2\n", b'psql: error: connection to server on socket "/run/eakte" failed')
    seen = look(database=silent)
    (result,) = results("database.answers", seen).values()
    assert (result.verdict, result.owner) == ("critical", "centre")
    (queue,) = results("queue.age", seen).values()
    assert (queue.verdict, queue.because) == ("unknown", (Cause("database.answers"),))


def test_a_database_of_local_it_is_their_finding() -> None:
    from dataclasses import replace

    theirs = replace(look(database=b"psql 2\n"), site=replace(SITE, database_operator="local-it"))
    assert results("database.answers", theirs)[""].owner == "local-it"


@pytest.mark.parametrize(
    ("age", "held", "verdict", "said"),
    [
        (3599, 0, "ok", "moving"),
        (3600, 0, "warning", "waits"),
        (21600, 1, "warning", "held"),
        (28800, 0, "critical", "waits"),
    ],
)
def test_queues(age, held, verdict, said) -> None:
    found = results("queue.age", look(database=well.database((("RENDITION", 5, age, held), ("OTHER", 1, 1, 0)))))
    assert (found["RENDITION"].verdict, found["RENDITION"].said) == (verdict, said)
    assert found["OTHER"].verdict == "ok"


def test_empty_queues_are_well() -> None:
    assert results("queue.age", look(database=well.database(())))[""].said == "empty"


def test_a_table_that_can_not_be_read_is_unknown_though_the_database_answers() -> None:
    text = b'{"alive": "15.14", "recovery": false}\npsql 1\n'
    seen = look(database=Answer("database", 0, text, b"ERROR:  permission denied for table oscpmqueue\n"))
    assert results("database.answers", seen)[""].verdict == "ok"
    (result,) = results("queue.age", seen).values()
    assert (result.verdict, result.because) == ("unknown", ())
    assert "permission denied" in str(result.values["err"])


@pytest.mark.parametrize(
    ("states", "verdict"), [({0: 5, 1: 9}, "ok"), ({}, "ok"), ({1: 9, 2: 1}, "critical"), ({3: 2}, "critical")]
)
def test_hashes(states, verdict) -> None:
    text = well.database(hashes=states) if states else b'{"alive": "15"}\n{"hashes": []}\npsql 0\n'
    assert results("documents.hashes", look(database=text))[""].verdict == verdict


def test_a_service_whose_own_word_is_not_known_can_not_be_compared() -> None:
    page = web(SITE, leave_out=("health dms",))
    result = results("service.aggregate", look(web=page))["dms"]
    assert (result.verdict, result.because) == ("unknown", (Cause("service.health", "dms"),))


def test_a_gateway_without_anybody_behind_it_points_there() -> None:
    assert page(status={"page gateway": 502}).because == (Cause(component="application-server"),)
    assert page(status={"page gateway": 500}).because == ()


def test_no_blocks_to_read_because_the_index_does_not_answer() -> None:
    seen = look(web=web(SITE, fault={"index index": 7}))
    result = results("index.blocks", seen)["index"]
    assert (result.verdict, result.because) == ("unknown", (Cause("index.state", "index"),))


def test_a_start_report_the_answer_leaves_out_is_unknown() -> None:
    assert results("service.startup", look(startup=b"end\n"))["application-server"].verdict == "unknown"


def test_a_block_without_figures_of_the_disk_is_still_critical() -> None:
    bare = {"status": "UP", "components": {"cluster": cluster(blocks=("all:read_only",))}}
    result = index(json.dumps(bare).encode(), "index.blocks")
    assert (result.verdict, result.said, result.owner) == ("critical", "blocked", None)


@pytest.mark.parametrize(
    ("free", "verdict"), [(2e9, "ok"), (0.75e9, "ok"), (0.74e9, "warning"), (0.45e9, "warning"), (0.44e9, "critical")]
)
def test_room_for_the_index(free, verdict) -> None:
    result = index(body("UP", free=int(free), cluster=cluster()), "index.room")
    assert result.verdict == verdict
    if verdict == "critical":
        assert (result.owner, result.because) == ("local-it", (Cause("disk.space"),))
        assert (free + result.values["wanted"]) / (3e9 + result.values["wanted"]) == pytest.approx(0.25)


def test_room_that_the_index_does_not_tell_is_unknown() -> None:
    assert index(json.dumps({"status": "UP"}).encode(), "index.room").verdict == "unknown"
    seen = look(web=web(SITE, fault={"index index": 7}))
    result = results("index.room", seen)["index"]
    assert (result.verdict, result.because) == ("unknown", (Cause("index.state", "index"),))


def storage(used: int, path: str = "/") -> bytes:
    """One file system of 3 GB; `used` per cent of it."""
    free = 1000 - 10 * used
    return f"mount\text4\trw\t{path}\nspace\t3000000 1000 {free} {free} 1000 900\t{path}\nend\n".encode()


@pytest.mark.parametrize(
    ("used", "told"),
    [
        (70, []),
        (80, [("index.room", "warning")]),
        (88, [("index.room", "critical")]),  # the disk alone would be a warning
        (97, [("disk.space", "critical")]),
    ],
)
def test_a_disk_that_fills_under_the_index_is_told_once(used, told) -> None:
    """By whichever of the two says the worse."""
    free = 3 * 10**9 * (100 - used) // 100
    page = web(SITE, {"index index": body("UP", free=free, cluster=cluster())})
    seen = look(storage=storage(used), web=page)
    every = [
        Judged("herdecke", "herdecke-box", check, "centre", result)
        for check in ("disk.space", "index.room")
        for result in results(check, seen).values()
    ]
    server = SimpleNamespace(name="herdecke-box", components=("index",))
    target = SimpleNamespace(via=None)
    stop = SimpleNamespace(town=SimpleNamespace(id="herdecke"), server=server, target=target)
    found = findings([SimpleNamespace(stop=stop, state="looked", error=None, results=tuple(every))])
    assert [(each.judged.check, each.judged.verdict) for each in found] == told


def test_another_disk_is_not_the_indexs() -> None:
    assert results("disk.space", look(storage=storage(88, "/srv")))["/srv"].because == ()
    assert results("disk.space", look(storage=storage(88, "/var/lib/eakte")))["/var/lib/eakte"].because == (
        Cause("index.room"),
    )
