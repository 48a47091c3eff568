"""Reading `sudo -n -l`, which breaks lines where it likes."""

from __future__ import annotations

import pytest

from eakte_ops.access.sudo import commands, read_list

HEAD = (
    "Matching Defaults entries for eakte-ops on x:\n    env_reset\n\n"
    "User eakte-ops may run the following commands on x:\n"
)


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ("    (root) NOPASSWD: /usr/bin/id\n", ("/usr/bin/id",)),
        (
            "    (root) NOSETENV: NOEXEC: NOPASSWD: /usr/bin/systemctl start\n        a.service\n",
            ("/usr/bin/systemctl start a.service",),
        ),
        ("    (root) NOPASSWD: /bin/a, /bin/b\n    (root) NOPASSWD: /bin/c\n", ("/bin/a", "/bin/b", "/bin/c")),
        ("    (ALL : ALL) ALL\n", ("(ALL : ALL) ALL",)),
        ("    (root) /bin/a\n", ("(root) /bin/a",)),
        ("    (root) NOPASSWD: SETENV: /bin/a\n", ("(root) NOPASSWD: SETENV: /bin/a",)),
        ("    (eakte) NOPASSWD: /bin/a\n", ("(eakte) NOPASSWD: /bin/a",)),
        ("", ()),
    ],
)
def test_rules_are_read_with_what_is_unusual_about_them(said: str, rules: tuple[str, ...]) -> None:
    assert read_list(HEAD + said) == rules


@pytest.mark.parametrize("said", ["sudo: a password is required", "", "Sorry, user eakte-look may not run sudo on x."])
def test_no_list_is_no_rule(said: str) -> None:
    assert read_list(said) == ()


def test_the_granted_commands_hold_no_pattern() -> None:
    assert not any(set(command) & set("*?[]!\\,:=") for command in commands(["eakte-gateway.service"]))
