"""Who did what, when and why."""

from eakte_ops.audit.trail import Entry, Fault, Trail

__all__ = ["Entry", "Fault", "Trail"]
