"""What local IT does where it operates the database itself. The centre's own cluster needs nothing from local IT."""

from __future__ import annotations

from importlib.resources import files

from eakte_ops.inventory.model import Town


def database_sql(town: Town) -> str | None:
    """The SQL for local IT as text, None where the centre operates the database."""
    if town.said.database_operator != "local-it":
        return None
    text = (files("eakte_ops.access") / "text" / "database.sql").read_text(encoding="utf-8")
    return text.replace("@TOWN@", town.id)


def database_filename(town: Town) -> str:
    """The name under which the SQL is handed over."""
    return f"DATENBANK-{town.id}.sql"
