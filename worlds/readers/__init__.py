"""Benchmark files, read as worlds."""

from worlds.readers.instance import read_instance, shipped_instances

__all__ = ["read_instance", "shipped_instances"]
