"""The parts of the programs that need neither port nor database: merging, health, index."""

from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from eakte_ops.lab.musterakte.program import area, common, gateway, index, web


def request(method: str, path: str, body: bytes = b"", peer: str = "127.0.0.1", **query: str) -> web.Request:
    return web.Request(method, path, query, body, Message(), peer, path)


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(common, "VAR", tmp_path)
    monkeypatch.setattr(common, "HOME", tmp_path)
    (tmp_path / "manifest.json").write_text('{"release": "11.0"}')
    web._product.cache_clear()
    (tmp_path / "faults").mkdir()
    (tmp_path / "index").mkdir()
    return tmp_path


@pytest.fixture
def store(var: Path) -> Iterator[index.Store]:
    made = index.Store(var / "index")
    yield made
    made.db.close()


def test_every_yml_is_merged_in_name_order_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("server: {port: 80, address: '*'}\n")
    (tmp_path / "b.bak.yml").write_text("server: {port: 81}\n")
    (tmp_path / "c.yml.old").write_text("server: {port: 82}\n")
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "e" / "application-prod-old.yml").write_text("server: {port: 83}\n")
    assert gateway.merged(tmp_path) == {"server": {"port": 83, "address": "*"}}


@pytest.mark.parametrize(
    ("text", "said"),
    [("a: [", "line 1, column 5: expected the node content, but found …"), ("- 1\n", "holds no settings")],
)
def test_a_broken_file_in_the_gateway_folder_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.yml").write_text(text)
    with pytest.raises(common.StartError, match=said) as caught:
        gateway.merged(tmp_path)
    assert str(tmp_path / "a.yml") in str(caught.value)


def failing() -> dict[str, Any]:
    raise OSError("gone")


def test_health_is_down_when_a_part_is(var: Path) -> None:
    assert web.health("dms", {})["status"] == "UP"
    body = web.health("dms", {"db": failing})
    assert (body["status"], body["components"]["db"]["status"]) == ("DOWN", "DOWN")
    assert body["components"]["db"]["details"] == {"error": "OSError: gone"}


def test_health_says_which_release_runs(var: Path) -> None:
    assert web.health("dms", {})["components"]["product"]["details"] == {"release": "11.0"}
    (var / "manifest.json").write_text('{"release": "11.10"}')
    assert web.health("dms", {})["components"]["product"]["details"] == {"release": "11.0"}


def test_the_area_knows_its_highest_number(var: Path) -> None:
    here = area.Area()
    for number in (1, 300, 299):
        path = area.page_path(number, 0)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    area.page_path(511, 0).with_suffix(".new").touch()
    here.look()
    assert here.probe() == {"highest": 300}
    here.stored(700)
    here.stored(12)
    here.look()
    assert here.probe() == {"highest": 700}


def test_faults_change_what_health_says_of_that_service_alone(var: Path) -> None:
    common.fault_file("service-lying", "dms").touch()
    common.fault_file("up-but-nested-down", "rendition").touch()
    assert web.health("dms", {})["status"] == "DOWN"
    assert web.health("license", {})["status"] == "UP"
    rendition = web.health("rendition", {})
    assert (rendition["status"], rendition["components"]["cache"]["status"]) == ("UP", "DOWN")


def test_the_health_of_the_index_is_for_this_host_only(store: index.Store) -> None:
    answers = index.Index(store, {}, {"elastic": "x"})
    assert answers(request("GET", "/manage/health")).status == 200
    with pytest.raises(web.Problem, match="this host only"):
        answers(request("GET", "/manage/health", peer="192.0.2.11"))


def test_the_index_finds_all_words_and_takes_no_query_language(store: index.Store) -> None:
    store.change(
        [("A", {"title": "Bescheid", "content": "Straße nass"}), ("B", {"title": "Bescheid", "content": "trocken"})]
    )
    assert store.search("bescheid nass") == [("A", "Bescheid")]
    assert store.search("besch") == [("A", "Bescheid"), ("B", "Bescheid")]
    for words in ("", '"', "a OR b", "title:x", "nass*", "a\0b", "NEAR("):
        assert isinstance(store.search(words), list)
    store.change([("A", None)])
    assert store.search("nass") == []


def test_a_block_lets_deletes_through_as_its_name_says(store: index.Store) -> None:
    store.change([("A", {"title": "t", "content": "c"})])
    store.keep(index.BLOCK, "true")
    with pytest.raises(index.Refused) as caught:
        store.change([("B", {"title": "t"})])
    assert (caught.value.status, caught.value.body["error"]["type"]) == (429, "cluster_block_exception")
    store.change([("A", None)])
    store.keep(index.BLOCK, None)
    store.change([("B", {"title": "t"})])


def test_a_full_disk_blocks_like_the_setting(store: index.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not store.blocked()
    monkeypatch.setattr(index, "FLOOD_STAGE", 2.0)
    assert store.blocked()


@pytest.mark.parametrize("location", ["../elsewhere", "/tmp", "a/../../b"])
def test_snapshots_stay_below_their_folder(store: index.Store, location: str) -> None:
    answers = index.Index(store, {}, {})
    body = f'{{"settings": {{"location": "{location}"}}}}'.encode()
    with pytest.raises(index.Refused, match="not below"):
        answers.answer(request("PUT", "/_snapshot/nightly", body))


@pytest.mark.parametrize("path", ["/_snapshot/..", "/_snapshot/nightly/..", "/_snapshot/A"])
def test_a_snapshot_name_is_no_path(store: index.Store, path: str) -> None:
    with pytest.raises(index.Refused, match="invalid_snapshot_name"):
        index.Index(store, {}, {}).answer(request("GET", path))


def test_bulk_takes_index_and_delete() -> None:
    body = b'{"index": {"_id": "A"}}\n{"title": "t"}\n\n{"delete": {"_id": "B"}}\n'
    assert index.Index.bulk(body) == [("A", {"title": "t"}), ("B", None)]
    with pytest.raises(index.Refused):
        index.Index.bulk(b'{"create": {"_id": "A"}}\n')
