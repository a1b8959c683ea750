"""Looks at pages in headless Chromium: by axe-core's rules, wide in the light scheme and narrow in the dark one, with all
details open; that nothing is wider than the window at 320 pixels; that the browser has nothing to complain of, such
as what the page's own policy forbids; and that the policy keeps scripts from running.

    accessibility.py PAGE.xhtml...

One line for each fault; nothing if there is none. Needs PyPI `axe-playwright-python`, for the axe-core in it.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

from chromium import Chromium

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Elements wider than the window or their own box, except those that scroll and those for screen readers only.
TOO_WIDE = """[...document.querySelectorAll('body *')].filter(element => {
    if (element.closest('thead, path') || element.closest('.scroll') && !element.matches('.scroll')) return false
    const box = element.getBoundingClientRect()
    const isBlock = getComputedStyle(element).display !== 'inline'
    return box.right > innerWidth + 0.5
        || isBlock && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1
            && !element.matches('.scroll')
}).map(element => `${element.localName}.${element.getAttribute('class')} is too wide`)
    .concat(document.documentElement.scrollWidth > innerWidth ? ['the page scrolls sideways'] : [])"""

SCRIPT_RUNS = """new Promise(done => {
    const script = document.createElementNS('http://www.w3.org/1999/xhtml', 'script')
    script.textContent = 'window.ran = true'
    document.body.append(script)
    setTimeout(() => done(window.ran === true), 0)
})"""


def axe() -> str:
    package = importlib.util.find_spec("axe_playwright_python")
    if package is None or package.origin is None:
        raise SystemExit("PyPI axe-playwright-python is not installed")
    return (Path(package.origin).parent / "axe.min.js").read_text()


def violations(browser: Chromium, source: str) -> list[str]:
    browser.evaluate(source + "; 0")
    options = json.dumps({"runOnly": TAGS, "resultTypes": ["violations"]})
    result = browser.evaluate(f"axe.run(document, {options})")
    return [
        f"{violation['id']} ({violation['help']}): {' '.join(node['html'].split())[:200]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def main(pages: list[str]) -> None:
    source = axe()
    with Chromium() as browser:
        for page in pages:
            name = Path(page).stem
            browser.show(1280, 900)
            for complaint in browser.open(Path(page)):
                print(f"{name}: the browser complains: {complaint}")
            if browser.evaluate(SCRIPT_RUNS):
                print(f"{name}: a script runs")
            for width, dark in [(1280, False), (320, True)]:
                browser.show(width, 900, dark=dark)
                browser.open(Path(page))
                browser.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
                where = f"{name}, {width} pixels, {'dark' if dark else 'light'}"
                for fault in browser.evaluate(TOO_WIDE) + violations(browser, source):
                    print(f"{where}: {fault}")


if __name__ == "__main__":
    main(sys.argv[1:])
