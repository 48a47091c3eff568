"""eakte-ops: the town owns the machine, the centre runs the software."""

__version__ = "0.1.0"
