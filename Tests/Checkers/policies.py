"""Looks at pages in headless Chromium as servers send them that allow little: by a Content-Security-Policy header.

    policies.py POLICY FOLDER PAGE.xhtml...

POLICY is `none` (no style at all), or `jenkins` (what Jenkins sends by default: style from the server, none in a page).
Prints one line of JSON for each page: the shapes that are black or have no size, how many shapes there are, the style
sheets that apply, and the size of the first heading in pixels.
"""

from __future__ import annotations

import functools
import http.server
import json
import sys
import threading

from chromium import Chromium

POLICIES = {
    "none": "default-src 'none'",
    # https://www.jenkins.io/doc/book/security/configuring-content-security-policy/
    "jenkins": "sandbox allow-same-origin; default-src 'none'; img-src 'self'; style-src 'self';",
}

LOOK = """(() => {
    const shapes = [...document.querySelectorAll('main svg rect, main svg path')]
        .filter(shape => !shape.closest('defs, symbol, details:not([open])'))
    const black = shapes.filter(shape => getComputedStyle(shape).fill === 'rgb(0, 0, 0)')
    const empty = [...document.querySelectorAll('main svg')]
        .filter(image => !image.closest('details:not([open])'))
        .filter(image => image.getBoundingClientRect().width < 1 || image.getBoundingClientRect().height < 1)
    return {
        shapes: shapes.length,
        black: black.map(shape => shape.outerHTML.slice(0, 120)),
        empty: empty.map(image => image.outerHTML.slice(0, 120)),
        sheets: document.styleSheets.length,
        heading: parseFloat(getComputedStyle(document.querySelector('h1')).fontSize),
    }
})()"""


class Server(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".xhtml": "application/xhtml+xml", ".css": "text/css", "": "application/octet-stream"}
    policy = ""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def main(policy: str, folder: str, pages: list[str]) -> None:
    handler = type("PolicyServer", (Server,), {"policy": POLICIES[policy]})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with Chromium() as browser:
            browser.show(1280, 900)
            for page in pages:
                browser.open(f"http://127.0.0.1:{server.server_address[1]}/{page}")
                print(json.dumps({"page": page} | browser.evaluate(LOOK)))
        server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
