"""`validate-configuration`: the product itself says on the server whether the files can be used. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eakte_ops.config import replace
from eakte_ops.inventory.model import Server
from eakte_ops.playbook.change import Change
from eakte_ops.playbook.configuration import Nothing, changes_on, commands, names, no_undo
from eakte_ops.playbook.draft import Draft, Drafted, Ground, Where
from eakte_ops.playbook.plan import Account, OnServer
from eakte_ops.product.model import Language

_LIMIT_S, _USUAL_S = 60, 2
"""For one file: programs that read it may have to start a JVM."""
_ACCOUNTS: tuple[Account, ...] = ("work", "software")


class ValidateConfiguration:
    """See draft.Action."""

    name = "validate-configuration"
    params = Nothing
    text: Mapping[Language, str] = {
        "en": "Tries the files that were brought with the command that their template names, on the server itself. "
        "One that can not be used ends the run with everything as it was.",
        "de": "Prüft die gebrachten Dateien auf dem Server selbst mit dem Befehl, den ihre Vorlage nennt. Eine, die "
        "nicht zu gebrauchen ist, beendet den Lauf, und alles ist, wie es war.",
    }

    def draft(self, params: Nothing, where: Where, ground: Ground) -> Drafted:
        """On each server one step for each account that has to try files."""
        steps: list[Draft] = []
        for server, changes in changes_on(where, ground):
            steps += _tried(server, [c for c in changes if c.file.template.head.validation], ground)
        return Drafted(tuple(steps))


def _tried(server: Server, changes: Sequence[Change], ground: Ground) -> Iterator[Draft]:
    for account in _ACCOUNTS:
        here = [change for change in changes if change.file.template.head.validated_as == account]
        if not here:
            continue
        tries = [(change.file.template.id, commands(change, ground)["validation"]) for change in here]
        yield Draft(
            server.name,
            f"try whether they can be used: {names(here)}",
            OnServer(replace.validate(tries, ground.layout(server)), account),
            undo=no_undo("Nothing: files were looked at."),
            repeatable=True,
            limit=_LIMIT_S * len(here),
            expected=_USUAL_S * len(here),
            title_de=f"prüfen, ob sie zu gebrauchen sind: {names(here)}",
        )


ACTION = ValidateConfiguration()
