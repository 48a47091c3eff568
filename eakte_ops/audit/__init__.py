"""Who did what, when and why."""

from eakte_ops.audit.trail import AuditRefused, Entry, Fault, Trail

__all__ = ["AuditRefused", "Entry", "Fault", "Trail"]
