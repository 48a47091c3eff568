from __future__ import annotations

import pytest

from eakte_ops.errors import NotSupported, Status
from eakte_ops.remote.exchange import no_secrets, shell_for


def test_the_seam_says_that_it_is_not_supported_yet() -> None:
    shell = shell_for("powershell")
    assert shell.dialect == "powershell"
    with pytest.raises(NotSupported, match="Windows server") as raised:
        shell.ask((), "m", 1, no_secrets)
    assert raised.value.status == Status.REFUSED
    with pytest.raises(NotSupported):
        shell.read((), (), "m")
