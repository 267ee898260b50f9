"""Shared by all tests; being here puts ``tests/`` on the path (``small_worlds``)."""
