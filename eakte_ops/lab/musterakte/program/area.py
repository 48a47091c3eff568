"""The document area: names of files, and up to which number it holds documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import common


def page_path(object_id: int, page: int) -> Path:
    """Place of a page: eight hex digits, page number as extension, 256 documents to a folder."""
    name = f"{object_id:08X}"
    return common.VAR / "documents" / name[:6] / f"{name}.{page:03d}"


class Area:
    """What the document area holds, known without looking at each file: counted at the start, then at each store."""

    def __init__(self) -> None:
        self.highest = 0

    def look(self) -> None:
        """See what is there now; others write there, too."""
        for folder in sorted((common.VAR / "documents").iterdir(), reverse=True):
            numbers = [int(path.stem, 16) for path in folder.glob("*.[0-9][0-9][0-9]")] if folder.is_dir() else []
            if numbers:
                self.stored(max(numbers))
                return

    def stored(self, object_id: int) -> None:
        """A document of this number lies there."""
        self.highest = max(self.highest, object_id)

    def probe(self) -> dict[str, Any]:
        """Health of the area: its highest number, as it is now: others store there, too."""
        self.look()
        return {"highest": self.highest}


AREA = Area()
