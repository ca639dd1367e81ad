"""The published contracts, read at run time from the folder that BELFRY_CONTRACTS names. Nothing of them is kept here:
where a file is absent, the provider's module uses its own short rules and says so in `GET /accounts`."""
import json
import os
import pathlib

import yaml

_HERE = pathlib.Path(__file__).resolve()
FOLDER = pathlib.Path(os.environ.get("BELFRY_CONTRACTS") or _HERE.parents[5] / "shared/contracts")


def load(name):
    """The document, or None when this machine has it not. A file that cannot be read as what it is raises."""
    path = FOLDER / name
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    return json.loads(text) if path.suffix == ".json" else yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
