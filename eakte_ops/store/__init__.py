"""The one local file in which rooms remember: opened, brought up to date, written in transactions. Knows no tables."""

from eakte_ops.store.migrations import Migration, migrations_of
from eakte_ops.store.store import Rows, Store

__all__ = ["Migration", "Rows", "Store", "migrations_of"]
