"""Which algorithms a server offers to whoever connects: a weak one is a way in, also where we never use it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from eakte_ops.health.limits import limit
from eakte_ops.health.types import Check, Look, NotKnown, Result, Shown, Text
from eakte_ops.remote.types import Offered

# What OpenSSH took out of its defaults by 8.8, and what TR-02102-4 of the BSI leaves out. Not hmac-sha1: Debian 12
# offers it by default, and HMAC does not suffer from what breaks SHA-1 in signatures.
WEAK = (
    "diffie-hellman-*-sha1 gss-*-sha1-* rsa1024-sha1 ssh-rsa ssh-dss none *-cbc *-cbc@* arcfour* hmac-md5* "
    "hmac-sha1-96* hmac-ripemd160*"
)

OFFERED: Shown[Offered] = Shown("offered", lambda visit: visit.offered)


@dataclass(frozen=True, slots=True)
class AlgorithmLimits:
    """Names as SSH writes them; `*` stands for anything."""

    weak: str = limit(
        WEAK,
        "names that must not be offered, blanks between them, * for anything",
        "Namen, die nicht angeboten werden dürfen, Leerzeichen dazwischen, * für Beliebiges",
    )


def _algorithms(look: Look, limits: AlgorithmLimits) -> Iterable[Result]:
    offered = look[OFFERED]
    kinds = {
        "key exchange": offered.key_exchanges,
        "host key": offered.host_keys,
        "cipher": offered.ciphers,
        "mac": offered.macs,
    }
    if not any(kinds.values()):
        raise NotKnown("left-out")
    weak = limits.weak.split()
    for kind, names in kinds.items():
        found = tuple(name for name in names if any(fnmatchcase(name, pattern) for pattern in weak))
        if found:
            yield Result("warning", kind, "weak", {"names": found})
        else:
            yield Result("ok", kind, "strong", {"count": len(names)})


ALGORITHMS = Check(
    name="ssh.algorithms",
    owner="local-it",
    facts=(OFFERED,),
    limits=AlgorithmLimits(),
    judge=_algorithms,
    text={
        "en": Text(
            title="Algorithms that sshd offers",
            means="sshd still offers algorithms that are considered broken or too weak. We never agree on one of them, "
            "but whoever stands on the line can push another client into it. hmac-sha1 is left out on purpose: it is "
            "a default of Debian 12 and not broken in this use.",
            todo="take {names} out of sshd ({subject}): a file in /etc/ssh/sshd_config.d with Ciphers -..., MACs -..., "
            "KexAlgorithms -... or HostKeyAlgorithms -..., then sshd -t and a reload",
            said={
                "weak": "sshd offers weak algorithms ({subject}): {names}",
                "strong": "{subject}: nothing weak among {count:number}",
            },
            incident="A line for an old scanner brought CBC ciphers and SHA-1 key exchange back into sshd; nobody "
            "took them out again, and two years later the auditors found them on every server.",
        ),
        "de": Text(
            title="Verfahren, die sshd anbietet",
            means="sshd bietet noch Verfahren an, die als gebrochen oder zu schwach gelten. Wir einigen uns nie auf "
            "eines davon, aber wer auf der Leitung sitzt, kann einen anderen Client dazu bringen. hmac-sha1 fehlt hier "
            "mit Absicht: Debian 12 bietet es von sich aus an, und in dieser Verwendung ist es nicht gebrochen.",
            todo="{names} aus dem sshd nehmen ({subject}): eine Datei in /etc/ssh/sshd_config.d mit Ciphers -..., "
            "MACs -..., KexAlgorithms -... oder HostKeyAlgorithms -..., danach sshd -t und neu laden",
            said={
                "weak": "sshd bietet schwache Verfahren an ({subject}): {names}",
                "strong": "{subject}: nichts Schwaches unter {count:number}",
            },
            incident="Eine Zeile für einen alten Scanner holte CBC und Schlüsseltausch mit SHA-1 in den sshd zurück; "
            "niemand nahm sie wieder heraus, und zwei Jahre später fand die Prüfung sie auf jedem Server.",
        ),
    },
)

CHECKS = (ALGORITHMS,)
