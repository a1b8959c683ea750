"""The command ``import-audit``: the binary, with unchanged arguments. It does not import the package, which would load
Arrow first."""

import importlib.util
import os
import sys
from typing import NoReturn


def main() -> NoReturn:
    path = os.environ.get("IMPORT_AUDIT_BINARY")
    if not path:
        spec = importlib.util.find_spec("import_audit")
        folders = spec.submodule_search_locations if spec is not None else None
        path = os.path.join(folders[0], "bin", "import-audit") if folders else ""
    if not os.access(path, os.X_OK):
        sys.exit("import-audit: The binary was not found. Install a wheel for this system, or set IMPORT_AUDIT_BINARY.")
    os.execv(path, ["import-audit", *sys.argv[1:]])
