"""What goes wrong can be told to another process."""

import pickle

from kernel.errors import BadInput


def test_bad_input_survives_pickling() -> None:
    """A worker's refusal reaches its parent as the same sentence."""
    refused = BadInput("cell.toml", "machines.mill", "is missing")
    copied = pickle.loads(pickle.dumps(refused))
    assert str(copied) == str(refused) == "cell.toml: machines.mill: is missing"
    assert str(BadInput("--days", "", "0")) == "--days: 0"
