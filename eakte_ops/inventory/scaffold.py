"""What a new operations folder holds. Pure: names and texts come out, nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from eakte_ops.inventory import schema
from eakte_ops.inventory.samples import samples_folder

SAMPLE_TOWN = "inventories/witten.yml"
SHARED = ("eakte-ops.yml", "inventories/_defaults.yml", SAMPLE_TOWN, "templates/README.md", "playbooks/README.md")

GITIGNORE = """\
# What the program remembers on this machine; it is no part of the inventory.
/state/
# Private keys never belong into git. Secrets of towns do, as age files: they are encrypted.
/keys/
"""

ACCESS = """\
# Who the centre is for the towns: from where it comes, which keys its people and the night hold, who signs releases.
# The access packs are made from this file: eakte-ops access pack TOWN

# Counted up at every change: it is the version number of the packs. (access revoke counts it up itself.)
issue: 1

# Every key is let in from these addresses only. The second host takes over in an emergency.
operations_hosts:
  - {name: ops-1, role: norm, addresses: [192.0.2.30]}
  - {name: ops-2, role: emergency, addresses: [203.0.113.20]}

# One key per person and machine. Holders are roles, never names of people. account: work changes software and
# configuration, look only looks. expires: last day. towns: all, or a list of towns. For example:
#   - id: admin-1
#     keys:
#       - {machine: desk-1, account: work, key: "ssh-ed25519 AAAA...", expires: "2027-11-30", towns: all}
#   - id: night
#     keys:
#       - {machine: ops-1, account: look, key: "ssh-ed25519 AAAA...", expires: "2027-11-30", towns: all}
holders: []

# Whose signature under a release counts: {name: releases, key: "ssh-ed25519 AAAA...", expires: "2028-11-30"}
signers: []
"""

README = """\
# Operations folder

This folder is the centre's own: its towns, its settings. Keep it in git; every change of a town then has an author,
a date and a reason. The program finds it from here upwards, or by --project DIR or EAKTE_OPS_PROJECT.

| file | what it is |
| --- | --- |
| eakte-ops.yml | settings of the centre |
| access.yml | from where the centre comes, and with which keys |
| inventories/_defaults.yml | what holds for every town that says nothing else |
| inventories/TOWN.yml | a town: contacts, windows, servers |
| templates/PRODUCT/RELEASE/ | what configuration files on the servers should hold |
| playbooks/ | procedures of the centre: restart, handover and the like are made of them |
| schema/ | lets editors complete and check while you type; made by the program, `eakte-ops inventory schema` |

## Next steps

1. Write the centre's name and mailbox into eakte-ops.yml.
2. Replace the sample town: copy inventories/witten.yml to inventories/YOURTOWN.yml, change every line, remove it.
3. `eakte-ops inventory check` names everything that is wrong, with file, line and column.
4. `git init && git add -A && git commit -m "Begin"`
5. Write the centre's addresses and keys into access.yml, then `eakte-ops access pack TOWN` writes what the
   town's local IT reads and installs. Nothing reaches a server before that.
6. `eakte-ops health TOWN` looks at its servers and changes nothing.
7. `eakte-ops config render TOWN` shows what its configuration files should hold. Templates of a product that no town
   has may be removed.
"""


def files(with_town: bool = True, has: Collection[str] = ()) -> dict[str, str]:
    """Relative path -> text of every file of an operations folder.

    With `with_town` False the sample town is left out. `has`: the PRODUCT/RELEASE whose templates are there already;
    none is added to them, so that one that was taken away stays away.
    """
    found = {name: _text(name) for name in SHARED}
    found |= {f"schema/{name}": schema.text(kind) for kind, name in schema.FILES.items()}
    found |= {".gitignore": GITIGNORE, "README.md": README, "access.yml": ACCESS}
    found |= {name: _sample(name) for name in _templates(has)}
    found |= {name: _text(name) for name in _playbooks()}
    if not with_town:
        del found[SAMPLE_TOWN]
    return dict(sorted(found.items()))


def _templates(has: Collection[str]) -> Iterator[str]:
    top = samples_folder()
    for path in (top / "templates").glob("*/*/*/*.j2"):
        name = path.relative_to(top).as_posix()
        if "/".join(name.split("/")[1:3]) not in has:
            yield name


def _playbooks() -> Iterator[str]:
    """All of them: commands of the program are made of some."""
    for path in (samples_folder() / "playbooks").glob("*.yml"):
        yield f"playbooks/{path.name}"


def _sample(name: str) -> str:
    return (samples_folder() / name).read_text("utf-8")


def _text(name: str) -> str:
    """A sample; the schema that its first line names lies in the operations folder itself."""
    text = _sample(name)
    return text.replace("docs/reference/", "schema/", 1) if name.endswith(".yml") else text
