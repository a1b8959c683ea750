"""``python -m import_audit`` and the command ``import-audit``: the binary, with unchanged arguments."""

import os
import sys
from typing import NoReturn

from ._binary import binary
from ._errors import BinaryNotFound


def main() -> NoReturn:
    try:
        path = str(binary())
    except BinaryNotFound as error:
        sys.exit(f"import-audit: {error}")
    os.execv(path, ["import-audit", *sys.argv[1:]])


if __name__ == "__main__":
    main()
