"""Runs as object-centric event logs, for process mining."""

from measures.ocel.files import export_ocel
from measures.ocel.log import Log, log_of

__all__ = ["Log", "export_ocel", "log_of"]
