"""Benchmark files, read as worlds."""

from worlds.readers.instance import beside, read_instance, shipped_instances

__all__ = ["beside", "read_instance", "shipped_instances"]
