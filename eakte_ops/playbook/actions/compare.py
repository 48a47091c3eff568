"""`compare`: before clerks are let in again, the database has to know at least the documents that it knew before."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from eakte_ops.playbook import posix
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Where
from eakte_ops.playbook.handover import sql, whom
from eakte_ops.playbook.plan import OnServer
from eakte_ops.product.model import Language, Strict


class Params(Strict):
    """What `compare` has to know."""

    documents: int = Field(ge=0, description="The highest number of a document that there was before; 0: not known.")


class CompareAction:
    """See draft.Action."""

    name = "compare"
    params = Params
    text: Mapping[Language, str] = {
        "en": "Asks the database for the highest number it ever gave to a document; fewer than before: it was put back "
        "to an older state, and nothing goes on. Changes nothing.",
        "de": "Fragt die Datenbank nach der höchsten Nummer, die sie je einem Dokument gab; weniger als vorher: sie "
        "wurde auf einen älteren Stand zurückgesetzt, und es geht nicht weiter. Ändert nichts.",
    }

    def draft(self, params: Params, where: Where, ground: Ground) -> Drafted:
        """One question to the database of the centre; none where nothing is known, or local IT operates it."""
        part = whom.database(ground)
        if part is None or params.documents == 0 or ground.owner(part) != "centre":
            return Drafted(())
        posix.only_here(part.server, "comparing documents")
        draft = Draft(
            part.server.name,
            f"does the database still know document {params.documents}?",
            OnServer(
                f"newest=$({sql.asked(part, sql.NEWEST)}) || exit 1\n"
                f'if [ "$newest" -ge {params.documents} ]; then\n'
                '    echo "the highest document is number $newest"\n'
                "    exit 0\n"
                "fi\n"
                f'echo "CRITICAL: the database knows documents up to $newest, there were {params.documents} before:'
                ' it was put back to an older state" >&2\n'
                "exit 1\n"
            ),
            repeatable=True,
            limit=30,
            expected=1,
            title_de=f"kennt die Datenbank noch Dokument {params.documents}?",
        )
        return Drafted((draft,))


ACTION = CompareAction()
