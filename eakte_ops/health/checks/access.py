"""Access is granted exactly as agreed: not less, not more, and in the right version of the access pack."""

from __future__ import annotations

from collections.abc import Iterable

from eakte_ops.access.compare import compare
from eakte_ops.health.facts.granted import GRANTED
from eakte_ops.health.facts.reading import word
from eakte_ops.health.types import Cause, Check, Look, NoLimits, NotKnown, Result, Text, Values, unknown

_RIGHTS = ("account", "groups", "keys", "setuid", "sudo")  # who may come in and what they may do


def _granted(look: Look, _limits: NoLimits) -> Iterable[Result]:
    if look.site.granted is None:
        yield unknown(NotKnown("no-access-file"), owner="centre", todo="no-access-file")
        return
    compared = compare(look.site.granted(), look[GRANTED])
    if not compared.differences:
        yield Result("ok", said="as-granted", values={"unseen": compared.not_looked_at or ("-",)})
    sentences: dict[str, list[str]] = {}
    for difference in compared.differences:
        said = word(difference.said.encode("utf-8", "replace"), 300)
        sentences.setdefault(word(difference.subject.encode("utf-8", "replace")), []).append(said)
    for subject, said_there in sentences.items():
        # Another pack than the one handed out explains what differs below it; it never hides a right that is too much.
        older = (Cause("access.granted", "version"),) if subject != "version" and "version" in sentences else ()
        severe = subject.split(" ")[0] in _RIGHTS
        values: Values = {"what": "; ".join(said_there[:3]), "count": len(said_there)}
        yield Result("critical" if severe else "warning", subject, "differs", values, because=older)


ACCESS = Check(
    name="access.granted",
    owner="local-it",
    facts=(GRANTED,),
    limits=NoLimits(),
    judge=_granted,
    text={
        "en": Text(
            title="Access exactly as granted",
            means="Accounts, groups, keys, units, folders and modes are compared with the access pack: not less, not "
            "more, and in the right version. Nobody but local IT can change them, so a difference is theirs to "
            "explain. The night account can not see everything (the sudo list, for example); eakte-ops access check "
            "does.",
            todo="local IT runs the pack again (sh PACK install), or tells the centre why it differs: "
            "eakte-ops access check {town}",
            said={
                "as-granted": "access is exactly as granted (the night account can not see: {unseen})",
                "differs": "{what}",
            },
            todos={
                "no-access-file": "the centre's own file: fetch it from the repository of the operations folder, or "
                "write it (docs/how-to/access.md)",
            },
            incident='A technician of a supplier had put his key into the work account "just for today"; it was '
            "found two years later, after he had changed his employer.",
        ),
        "de": Text(
            title="Zugriff genau wie gewährt",
            means="Konten, Gruppen, Schlüssel, Units, Ordner und Rechte werden mit dem Zugangspaket verglichen: nicht "
            "weniger, nicht mehr und in der richtigen Fassung. Nur die örtliche IT kann sie ändern, also erklärt sie "
            "einen Unterschied. Das Nachtkonto sieht nicht alles (etwa die sudo-Liste); eakte-ops access check sieht "
            "es.",
            todo="die örtliche IT installiert das Paket erneut (sh PAKET install) oder sagt dem Zentrum, warum es "
            "abweicht: eakte-ops access check {town}",
            said={
                "as-granted": "der Zugriff ist genau wie gewährt (das Nachtkonto sieht nicht: {unseen})",
                "differs": "{what}",
            },
            todos={
                "no-access-file": "eine Datei des Zentrums: aus dem Repository des Betriebsordners holen oder "
                "schreiben (docs/how-to/access.md)",
            },
            incident="Der Techniker eines Lieferanten hatte „nur für heute“ seinen Schlüssel in das Arbeitskonto "
            "gelegt; gefunden wurde er zwei Jahre später, als er längst woanders arbeitete.",
        ),
    },
)

CHECKS = (ACCESS,)
