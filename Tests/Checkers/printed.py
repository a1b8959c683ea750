"""Prints pages in headless Chromium: how many sheets of A4 and of Letter each takes, as lines of JSON.

    printed.py PAGE.xhtml...
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path

from chromium import Chromium


def main(pages: list[str]) -> None:
    with Chromium() as browser, tempfile.TemporaryDirectory() as folder:
        browser.show(1280, 900)
        paper = Path(folder) / "page.pdf"
        for page in pages:
            browser.open(Path(page))
            sheets = {}
            for size in ("a4", "letter"):
                browser.print(paper, letter=size == "letter")
                # Each page is a separate object in the PDFs that Chromium writes.
                sheets[size] = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
            print(json.dumps({"page": page} | sheets))


if __name__ == "__main__":
    main(sys.argv[1:])
