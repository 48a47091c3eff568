"""The pack as text: what a suspicious administrator reads."""

from __future__ import annotations

import re

import pytest

from eakte_ops.access.grant import jump_grant, server_grant
from eakte_ops.access.pack import Pack, packs, shell_text
from eakte_ops.errors import NotSupported, UsageError
from tests.unit.access.town import ACCESS, access, key, placed, town


def pack(host: str, text: str = ACCESS, **changed: object) -> Pack:
    return next(each for each in packs(town(**changed), access(text)) if each.host == host)


def function(text: str, name: str) -> str:
    """What the shell function prints, as text of the script."""
    found = re.search(rf"^text_{name}\(\) \{{\n    cat <<'END_OF_TEXT'\n(.*?)^END_OF_TEXT$", text, re.S | re.M)
    assert found, name
    return found[1]


def test_jump_hosts_come_first_and_every_machine_has_its_own_file() -> None:
    made = packs(town(), access())
    assert [each.filename for each in made] == ["witten-jump.sh", "witten-db.sh", "witten-app.sh", "witten-gw.sh"]
    assert len({each.sha256 for each in made}) == 4


def test_the_same_values_give_the_same_bytes_and_one_changed_value_another_sum() -> None:
    assert pack("witten-db").text == pack("witten-db").text
    assert pack("witten-db").sha256 != pack("witten-db", ACCESS.replace("issue: 3", "issue: 4")).sha256
    assert pack("witten-gw").sha256 != pack("witten-gw", ACCESS.replace("203.0.113.20", "203.0.113.21")).sha256


def test_the_sum_can_be_read_out() -> None:
    made = pack("witten-db")
    assert re.fullmatch(r"([0-9a-f]{4} ){15}[0-9a-f]{4}", made.spoken)
    assert made.spoken.replace(" ", "") == made.sha256


def test_a_new_number_changes_nothing_else() -> None:
    made = pack("witten-db")
    assert made.numbered(4).text == pack("witten-db", ACCESS.replace("issue: 3", "issue: 4")).text
    assert made.numbered(3).sha256 == made.sha256


def test_every_key_is_bound_to_the_operations_hosts_and_an_end() -> None:
    lines = [line for line in function(pack("witten-gw").text, "keys_ops").splitlines() if not line.startswith("#")]
    assert lines == [
        f'restrict,from="192.0.2.30,203.0.113.20,2001:db8::20",expiry-time="20271201" {key(number)}'
        for number in (1, 2)
    ]
    assert key(4) in function(pack("witten-gw").text, "keys_look")
    assert key(4) not in function(pack("witten-gw").text, "keys_ops")
    assert key(3) not in pack("witten-gw").text  # not granted for this town


def test_behind_a_jump_host_only_its_inner_address_lets_in() -> None:
    for host in ("witten-db", "witten-app"):
        assert re.findall(r'from="([^"]*)"', pack(host).text) == ["198.51.100.33"] * 3


def test_a_jump_host_opens_ways_to_the_servers_behind_it_and_nothing_else() -> None:
    lines = [line for line in function(pack("witten-jump").text, "keys_jump").splitlines() if not line.startswith("#")]
    assert len(lines) == 3
    for line in lines:
        options = line.partition(" ssh-ed25519")[0]
        assert options == (
            'restrict,port-forwarding,permitopen="198.51.100.42:2222",permitopen="198.51.100.43:22",'
            'permitlisten="localhost:1",command="/bin/false",from="192.0.2.30,203.0.113.20,2001:db8::20",'
            f'expiry-time="{"20280101" if key(4) in line else "20271201"}"'
        )
    assert "sudo" not in pack("witten-jump").text.partition("-- 3 Tools")[0]


def test_a_jump_host_without_servers_behind_it_lets_nobody_through() -> None:
    servers = [{"name": "witten-gw", "address": "192.0.2.13", "components": {"gateway": {}}}]
    assert "ssh-ed25519" not in pack("witten-jump", servers=servers).text


def test_a_revoked_key_is_in_no_pack() -> None:
    text = ACCESS.replace(f"key: {key(2)},", f'key: {key(2)}, revoked: "2026-11-22", why: lost,')
    assert key(2) in pack("witten-db").text
    assert all(key(2) not in each.text for each in packs(town(), access(text)))


def test_the_sudo_list_is_exact_and_names_the_components_of_this_server_only() -> None:
    rules = [line for line in function(pack("witten-db").text, "sudo").splitlines() if line.startswith("eakte-ops")]
    granted = [rule.partition("NOSETENV: ")[2] for rule in rules]
    units = ("eakte-database.service", "eakte-index.service")
    assert granted == [
        *(f"/usr/bin/systemctl {verb} {unit}" for unit in units for verb in ("start", "stop", "restart")),
        "/usr/bin/systemctl start --no-block eakte-job.service",
        "/usr/bin/systemctl stop eakte-job.service",
        "/usr/bin/journalctl --quiet --no-pager --output json --identifier eakte-ops",
    ]
    assert all(rule.startswith("eakte-ops ALL = (root) NOPASSWD: NOEXEC: NOSETENV: ") for rule in rules)
    assert not re.search(r"[*?\[]|status|ALL,|!/", "".join(granted))


def test_every_unit_waits_for_the_hold_and_runs_as_the_software() -> None:
    for host in ("witten-db", "witten-app", "witten-gw"):
        for unit in server_grant(town(), town().server(host), access()).units:
            assert "ConditionPathExists=!/var/lib/eakte-ops/hold\n" in unit.text
            assert "\nUser=eakte\n" in unit.text
            assert "\nNoNewPrivileges=yes\n" in unit.text
            assert "\nWantedBy=multi-user.target\n" in unit.text
            # What systemd itself opens or makes as root must not lie where an account may write.
            assert not re.search(
                r"StandardOutput|StandardError|EnvironmentFile|LogsDirectory|StateDirectory|\+/|=!",
                (unit.text.replace("ConditionPathExists=!", "")),
            )


def test_a_unit_has_what_its_component_needs_and_no_more() -> None:
    texts = {
        unit.name: unit.text
        for host in ("witten-db", "witten-app", "witten-gw")
        for unit in server_grant(town(), town().server(host), access()).units
    }
    assert "KillSignal=SIGINT\n" in texts["eakte-database.service"]
    assert "RuntimeDirectory=eakte\n" in texts["eakte-database.service"]
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE\n" in texts["eakte-gateway.service"]
    for name, text in texts.items():
        if name != "eakte-gateway.service":
            assert "CapabilityBoundingSet=\n" in text
            assert "AmbientCapabilities" not in text
        if name != "eakte-database.service":
            assert "RuntimeDirectory" not in text
    assert "After=network-online.target eakte-database.service\n" in texts["eakte-index.service"]
    assert "After=network-online.target\n" in texts["eakte-application-server.service"]


def test_a_low_port_of_the_town_gives_the_capability() -> None:
    servers = placed("index")
    assert "AmbientCapabilities" not in pack("witten-gw", servers=servers).text.partition("-- 2 ")[0]
    servers[0]["components"]["index"] = {"ports": {"http": 804}}
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in pack("witten-gw", servers=servers).text


def test_the_logs_are_rotated_as_the_software_and_nothing_else_may_be_written() -> None:
    grant = server_grant(town(), town().server("witten-db"), access())
    job, service, timer = grant.own_units
    assert (job.name, service.name, timer.name) == ("eakte-job.service", "eakte-logs.service", "eakte-logs.timer")
    assert "\nUser=eakte\nGroup=eakte\n" in service.text
    assert "\nProtectSystem=strict\nReadWritePaths=-/var/log/eakte -/var/lib/eakte/logrotate\n" in service.text
    assert "\nNoNewPrivileges=yes\nCapabilityBoundingSet=\n" in service.text
    command = "/usr/sbin/logrotate --state /var/lib/eakte/logrotate/status /etc/eakte/logs/logrotate.conf"
    assert re.findall(r"\nExec\w+=(.*)", service.text) == [command]  # and nothing before or after it, as root perhaps
    assert "\nConditionPathExists=/etc/eakte/logs/logrotate.conf\n" in service.text
    assert "\nConditionFileIsExecutable=/usr/sbin/logrotate\n" in service.text
    assert "\nOnCalendar=daily\nRandomizedDelaySec=1h\nPersistent=true\n" in timer.text
    assert [unit.begins for unit in grant.own_units] == [False, False, True]
    assert "eakte-logs" not in function(pack("witten-db").text, "sudo")
    assert function(pack("witten-db").text, "unit_logs") == service.text
    assert function(pack("witten-db").text, "unit_logs_timer") == timer.text
    assert '    "$1" text_unit_logs_timer 0644 /etc/systemd/system/eakte-logs.timer\n' in pack("witten-db").text
    assert "eakte-logs.timer rotates the software's own logs" in pack("witten-db").text.partition("-- 1 ")[0]


def test_where_there_are_no_logs_nothing_rotates_them() -> None:
    servers = [{"name": "witten-gw", "address": "192.0.2.13"}]
    grant = server_grant(town(servers=servers), town(servers=servers).server("witten-gw"), access())
    assert [unit.name for unit in grant.all_units] == ["eakte-job.service"]
    assert not [path for path in grant.places if "/logs" in path or "logrotate" in path]
    for text in (pack("witten-gw", servers=servers).text, pack("witten-jump").text):
        assert "eakte-logs" not in text
    assert "\nTIMER=''\n" in pack("witten-gw", servers=servers).text


def test_units_are_granted_for_the_release_and_those_one_may_go_to() -> None:
    place = town()
    old = place.profile.components["index"]
    later = old.model_copy(update={"since": "11.10", "unit": {"linux": "eakte-later.service"}})
    gone = old.model_copy(update={"since": "12.0", "unit": {"linux": "eakte-much-later.service"}})
    profile = place.profile.model_copy(
        update={"components": {**place.profile.components, "index": later, "database": gone}}
    )
    grant = server_grant(type(place)(place.id, place.file, place.said, profile), place.server("witten-db"), access())
    assert [unit.name for unit in grant.units] == ["eakte-later.service"]


def test_folders_have_the_owners_and_modes_of_the_contract() -> None:
    folders = {
        folder.path: (folder.owner, folder.group, folder.mode)
        for host in ("witten-db", "witten-app", "witten-gw")
        for folder in server_grant(town(), town().server(host), access()).folders
    }
    assert folders["/etc/eakte-ops/home/eakte-ops/.ssh"] == ("root", "root", "0755")
    assert folders["/opt/eakte/releases"] == ("eakte-ops", "eakte", "2755")
    for component in ("database", "index", "application-server", "service-manager"):
        assert folders[f"/etc/eakte/{component}"] == ("eakte-ops", "eakte", "2751")
    assert folders["/etc/eakte/logs"] == ("eakte-ops", "eakte", "2751")
    assert folders["/var/lib/eakte/logrotate"] == ("eakte", "eakte", "0750")
    assert folders["/etc/eakte/gateway"] == ("eakte-ops", "eakte", "2751")
    assert folders["/etc/eakte/gateway/config"] == ("eakte-ops", "eakte", "2755")
    assert folders["/var/lib/eakte"] == ("eakte", "eakte", "0751")
    assert folders["/var/lib/eakte/documents"] == ("eakte", "eakte", "0750")
    assert folders["/var/log/eakte/gateway"] == ("eakte", "eakte-look", "2750")
    assert folders["/var/lib/eakte-ops/jobs"] == ("eakte-ops", "eakte", "2750")
    assert not any(path.startswith("/run") for path in folders)


def test_files_of_the_accounts_lie_where_the_account_that_makes_them_may_write() -> None:
    for host in ("witten-db", "witten-app", "witten-gw"):
        grant = server_grant(town(), town().server(host), access())
        owners = {folder.path: folder.owner for folder in grant.folders}
        files = {file.path: (file.owner, file.group, file.mode) for file in grant.own_files}
        assert files == {
            "/var/lib/eakte-ops/ops.flock": ("eakte-ops", "eakte-ops", "0600"),
            "/var/lib/eakte-ops/last-look": ("eakte-ops", "eakte-look", "0664"),
        }
        assert all(owners[path.rpartition("/")[0]] == owner for path, (owner, _, _) in files.items())
        for path, words in files.items():
            assert f'    "$1" {" ".join(words)} {path}\n' in pack(host).text
    assert "last-look" not in pack("witten-jump").text


def test_root_touches_no_folder_that_lies_where_an_account_may_write() -> None:
    """An account that may write a folder could plant a link there; root would follow it at the next installation."""
    for host in ("witten-db", "witten-app", "witten-gw"):
        folders = server_grant(town(), town().server(host), access()).folders
        theirs = {folder.path for folder in folders if folder.owner != "root"}
        for folder in folders:
            above = [path for path in theirs if folder.path.startswith(path + "/")]
            assert not (folder.root and above), folder
            assert folder.root or above, folder


def test_no_text_of_the_pack_changes_owners_of_whole_trees() -> None:
    for each in packs(town(), access()):
        assert not re.search(r"ch(own|mod|grp)\s+(-\w*R|--recursive)|rm\s+-\w*r", each.text)
        assert "/tmp/" not in each.text
        assert not re.search(r"\b(curl|wget|nc|eval)\b", each.text)


def test_a_data_place_elsewhere_may_be_written_by_its_unit_and_is_made_by_root() -> None:
    place = town(servers=placed("index", data="/srv/index"))
    grant = server_grant(place, place.server("witten-gw"), access())
    assert next(folder for folder in grant.folders if folder.path == "/srv/index").root
    assert "ReadWritePaths=-/var/lib/eakte -/var/log/eakte/index -/srv/index\n" in grant.units[0].text


@pytest.mark.parametrize(
    "path",
    [
        "/data; reboot",
        "/data$(id)",
        "/data\n/x",
        "relative",
        "/a b",
        "/srv/../etc",
        "/srv/./x",
        "/srv/'x",
        "/",
        "/srv//x",
    ],
)
def test_a_path_that_means_something_to_a_shell_is_refused(path: str) -> None:
    place = town()
    server = place.server("witten-db")
    index = server.components["index"].model_copy(update={"places": {"data": path}})
    hostile = server.model_copy(update={"components": {"index": index}})
    with pytest.raises(UsageError, match="can not stand in an access pack"):
        server_grant(place, hostile, access())


def test_a_windows_server_has_no_pack_yet_and_that_is_said() -> None:
    servers = [{"name": "witten-win", "address": "192.0.2.14", "platform": "windows", "components": {}}]
    with pytest.raises(NotSupported, match=r"windows \(witten-win\) is not supported yet"):
        packs(town(servers=servers), access())


def test_signers_may_sign_releases_and_nothing_else() -> None:
    signers = function(pack("witten-db").text, "signers")
    assert signers == f'releases namespaces="eakte-release",valid-before="20281130235959" {key(9)}\n'
    none = ACCESS.partition("signers:")[0]
    assert "text_signers() { :; }" in pack("witten-db", none).text


def test_the_programs_of_jobs_in_the_pack_are_those_that_are_tested() -> None:
    assert function(pack("witten-db").text, "runner") == shell_text("eakte-run")
    assert function(pack("witten-db").text, "claim") == shell_text("eakte-claim")


def test_only_a_server_can_be_said_to_be_done_with() -> None:
    assert 'sh witten-db.sh done "WORDS"' in pack("witten-db").text
    assert "done_pack() { die " in pack("witten-jump").text
    assert 'done "WORDS"' not in pack("witten-jump").text


def test_the_town_name_can_not_leave_its_comment() -> None:
    made = pack("witten-db", municipality={"key": "05954036", "name": "Witten $(ruin) `x` 'y'"})
    assert "Witten $(ruin)" in made.text.splitlines()[1]
    assert all("ruin" not in line for line in made.text.splitlines()[2:])


def test_the_port_of_a_server_with_an_ipv6_address_is_written_as_sshd_wants_it() -> None:
    servers = [{"name": "witten-db", "address": "2001:db8::42", "jump": "witten-jump", "components": {"database": {}}}]
    place = town(servers=servers)
    assert 'permitopen="[2001:db8::42]:22"' in jump_grant(place, place.said.jump_hosts[0], access()).keys["eakte-jump"]
