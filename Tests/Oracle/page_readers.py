"""Reports random audits and reads each page with two XML parsers: both find the same elements, attributes and texts.

    page_readers.py --binary PATH --seed 1 --count 20

The parsers are expat and rxp, which share no code with each other, nor with the program's libxml2. Both forms are
compared as canonical XML (James Clark's, the first canonical form of the XML test suite). Exit status: 0 both agree, 1
not (the page is kept).
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.parsers import expat

import generate
from check import run
from content import CODES, MESSAGES
from readers import Failure, fail, parse

ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
ESCAPED = re.compile('[&<>"\t\n\r]')
TITLES = ["<&>\"'", "]]>", "<!--", "&amp;", "&#0;", "\r\n\t ", "\x01\x1f\x7f\x80"]
TITLES += ["\u202e\u05d0", "\ufffe\uffff\ufeff", "a\u2028b", "\U0001f600"]
NAMES = [".json", "<&>\"' \u00e9\u202e]]>.json", "\x01\x7f\r\n.json"]


# The parsers


def escaped(text: str) -> str:
    return ESCAPED.sub(lambda found: ESCAPES[found[0]], text)


def with_expat(page: Path) -> str:
    parts: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        parts.append(f"<{name}")
        parts.extend(f' {key}="{escaped(attributes[key])}"' for key in sorted(attributes))
        parts.append(">")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: parts.append(f"</{name}>")
    parser.CharacterDataHandler = lambda text: parts.append(escaped(text))
    parser.ProcessingInstructionHandler = lambda target, data: parts.append(f"<?{target} {data}?>")
    try:
        parser.Parse(page.read_bytes(), True)
    except expat.ExpatError as error:
        raise Failure(f"expat: {error}") from error
    return "".join(parts)


def with_rxp(page: Path) -> str:
    # Strict XML 1.0 with namespaces; output in first canonical form.
    done = subprocess.run(["rxp", "-x", "-N", "-o", "1", str(page)], capture_output=True, timeout=300)
    if done.returncode or done.stderr:
        raise Failure(f"rxp: exit status {done.returncode}, {done.stderr[:300].decode('utf-8', 'replace')}")
    return done.stdout.decode("utf-8")


def text_of(canonical: str) -> str:
    return re.sub("<[^>]*>", "", canonical)


def check(page: Path) -> int:
    """How many characters of text a page has. Raises Failure."""
    right, found = with_expat(page), with_rxp(page)
    if right != found:
        at = next((at for at, pair in enumerate(zip(right, found)) if pair[0] != pair[1]), min(len(right), len(found)))
        what = "markup" if text_of(right) == text_of(found) else "text"
        near = slice(max(0, at - 40), at + 60)
        raise Failure(f"{what} differs: rxp reads {found[near]!r}, expat {right[near]!r}")
    return len(text_of(right))


# The audits


def hostile(rng: random.Random) -> bytes:
    """A small dump whose texts are all hostile."""

    def text() -> str:
        pool = [each for each in CODES["hostile"] + MESSAGES["hostile"] if each] + TITLES
        return "".join(rng.choices(pool, k=rng.choice([1, 1, 2, 3])))[:3000]

    rows = [
        {"id": text(), "error": {"code": text(), "message": text(), text(): text()}}
        for _ in range(rng.choice([1, 5, 30]))
    ]
    job = {"job_id": text(), "status": "failed", "total": len(rows), "error": {"code": text(), "message": text()}}
    return json.dumps({**job, "created_at": text(), "results": rows}).encode()


def make(binary: str, rng: random.Random, seed: int, index: int, folder: Path) -> Path:
    inputs = []
    for number in range(rng.choice([1, 1, 2, 4])):
        path = folder / f"{number}{rng.choice(NAMES)}"
        path.write_bytes(hostile(rng) if rng.random() < 0.6 else generate.dump(seed, index * 10 + number))
        inputs.append(str(path))
    options = ["--formats", "xhtml"]
    if rng.random() < 0.5:
        options.append(f"--title={rng.choice(TITLES).replace(chr(0), '')}")
    if rng.random() < 0.3:
        options += ["--css", "linked"]
    if rng.random() < 0.5:
        options += ["--max-failed", "2%", "--fail-on", "critical"]
    if rng.random() < 0.5:
        options += ["--history", str(folder / "history.sqlite")]
    status, _, errors = run([binary, "report", "-o", str(folder / "audit"), *options, *inputs])
    if status not in (0, 1):
        raise Failure(f"report: exit status {status}, stderr {errors[-300:]!r}")
    if (folder / "history.sqlite").exists():
        command = [binary, "history", "report", str(folder / "history.sqlite"), "-o", str(folder / "trends")]
        status, _, errors = run(command)
        if status:
            raise Failure(f"history report: exit status {status}, stderr {errors[-300:]!r}")
    return folder


def main() -> int:
    options = parse(__doc__, 20, "audits")
    tally: Counter = Counter()
    for index in range(options.count):
        rng = random.Random(f"page:{options.seed}:{index}")
        with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
            page = None
            try:
                for page in sorted(make(options.binary, rng, options.seed, index, Path(folder)).rglob("*.xhtml")):
                    tally["text"] += check(page)
                    tally["pages"] += 1
            except Failure as failure:
                failure.file = page
                return fail(options, f"audit {index}, {page.relative_to(folder) if page else 'the run'}", failure)
    if not tally["pages"]:
        return fail(options, "all audits", Failure("no page was written"))
    read = f"{tally['pages']} pages of {options.count} audits with {tally['text']} characters of text"
    print(f"{read}: expat and rxp agree (seed {options.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
