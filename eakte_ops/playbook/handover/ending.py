"""What the end of a handover is planned with: from what was remembered and what was seen. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from eakte_ops.playbook.handover.look import CameBack
from eakte_ops.playbook.handover.opened import Opened
from eakte_ops.playbook.handover.signs import Signs
from eakte_ops.product.model import Language

_LONGEST = 200


def arguments(found: Opened, came: CameBack, *, older_is_known: bool) -> dict[str, str]:
    """The arguments of the playbook. Where something went back, or somebody says that it is known, a person is asked
    and documents are not compared: the question says it all."""
    asks = bool(came.back) or older_is_known
    highest = max((Signs(each).number("documents") or 0 for each in found.known.before.values()), default=0)
    return {
        "handover": found.run,
        "until": found.until,
        "why": found.why,
        "servers": found.servers,
        "documents": "0" if asks else str(highest),
        "older_en": question(came, "en") if asks else "",
        "older_de": question(came, "de") if asks else "",
    }


def question(came: CameBack, language: Language) -> str:
    """What a person has to decide, in one line of bounded length."""
    words = _WORDS[language]
    said = "; ".join(each.sentence(language) for each in came.back) or words["known"]
    whole = f"{words['critical']}: {said}. {words['what']}"
    if len(whole) <= _LONGEST:
        return whole
    room = _LONGEST - len(f"{words['critical']}: ... {words['what']}")
    return f"{words['critical']}: {said[:room]}... {words['what']}"


_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "critical": "CRITICAL",
        "known": "data was put back on purpose",
        "what": "Start with this older state?",
    },
    "de": {
        "critical": "KRITISCH",
        "known": "Daten wurden mit Absicht zurückgesetzt",
        "what": "Mit diesem älteren Stand starten?",
    },
}
