"""Pictures of the pages of reports, small enough to be kept.

    screenshot_pages.py FOLDER DOCS     FOLDER has the reports clean, bad and overview, and trends
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Tests" / "Checkers"))

from chromium import Chromium  # noqa: E402

PAGES = {"clean": "report.xhtml", "bad": "report.xhtml", "overview": "index.xhtml", "trends": "trends.xhtml"}


def main(work: Path, docs: Path) -> None:
    pictures = docs / "screenshots"
    pictures.mkdir(exist_ok=True)
    with Chromium() as browser:

        def take(report: str, file: Path, width: int, height: int, dark: bool = False, scale: float = 1) -> None:
            browser.show(width, height, dark=dark, scale=scale)
            browser.open(work / report / PAGES[report])
            browser.screenshot(file, height=min(height, browser.evaluate("document.documentElement.scrollHeight")))
            compress(file)

        for report in PAGES:
            take(report, pictures / f"{report}-wide.png", 1280, 1800)
            take(report, pictures / f"{report}-narrow.png", 390, 1800)
            take(report, pictures / f"{report}-dark.png", 1280, 1800, dark=True)
            browser.print(work / "page.pdf")
            subprocess.run(
                ["pdftoppm", "-png", "-r", "80", "-singlefile", "-l", "1", work / "page.pdf", pictures / f"{report}-print"],
                check=True,
            )
            compress(pictures / f"{report}-print.png")
        take("bad", docs / "report.png", 1280, 900, scale=1.5)


def compress(file: Path) -> None:
    subprocess.run(["pngquant", "--force", "--strip", "--ext", ".png", "128", file], check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
