"""Uses explore.html as a person does, in headless Chromium: search, filters, sorting, keyboard, download; watches that
nothing is requested; and runs axe-core's rules wide in the light scheme and narrow in the dark one.

    explore.py FOLDER...

Each FOLDER holds explore.html and the failures.csv of the same report. Prints one line for each fault.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

from accessibility import TOO_WIDE, axe, violations
from chromium import Chromium

READ = """(() => ({
    count: document.getElementById('count').textContent,
    shown: [...document.querySelectorAll('tbody tr')].map(row => row.querySelector('td.row').textContent.replaceAll(',', '')),
    messages: [...document.querySelectorAll('tbody td.message > bdi')].map(cell => cell.textContent),
    sorts: [...document.querySelectorAll('th')].map(cell => cell.getAttribute('aria-sort')),
    elements: [...document.querySelectorAll('script, img, iframe, link, style')].length,
}))()"""

# The bytes of the file that the save button creates.
SAVE = """new Promise(done => {
    const create = URL.createObjectURL
    URL.createObjectURL = blob => { blob.arrayBuffer().then(bytes => done([...new Uint8Array(bytes)])); return create(blob) }
    document.getElementById('save').click()
    URL.createObjectURL = create
})"""


# The values of each filter that are shown: the words, the number, and what the label reveals on hovering.
FACETS = """[...document.querySelectorAll('#facets fieldset')].map(set => [
    set.querySelector('legend').textContent,
    [...set.querySelectorAll('label')].map(label => [
        label.querySelector('bdi').textContent, Number(label.querySelector('.number').textContent.replaceAll(',', '')), label.title,
    ]),
])"""


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def check_counts(browser: Chromium, rows: list[dict[str, str]], summary: dict[str, Any]) -> list[str]:
    """The page says how many rows failed and how many are unclassified, and everything that it shows can be found."""
    faults: list[str] = []

    def expect(holds: bool, what: object) -> None:
        if not holds:
            faults.append(str(what)[:400])

    title = browser.evaluate("document.getElementById('title').textContent")
    numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+", title)]
    counts = {kind: sum(row["outcome"] == kind for row in rows) for kind in ("failed", "unclassified")}
    expect(numbers == ([count for count in counts.values() if count] or [0]), f"title: {title}, {counts}")
    for kind, count in counts.items():
        expect((kind in title) == (count > 0 or (kind == "failed" and not rows)), f"title: {title}, {counts}")
    expect(browser.evaluate("document.title") == f"{title} – import audit", "the title of the window")
    facts = browser.evaluate("document.getElementById('facts').textContent")
    jobs = [job["rows"] for job in summary["jobs"]]
    if len(jobs) > 1:
        failed = sum(job["failed"] > 0 for job in jobs)
        expect(f"{plural(failed, 'job')} with failed rows" in facts, facts)
        others = sum(job["failed"] == 0 and job["unclassified"] > 0 for job in jobs)
        words = f"{plural(others, 'job')} with unclassified but no failed rows"
        expect((words in facts) == (others > 0), facts)
    expect(len(facts) < 1000, f"facts of {len(facts)} characters")

    facets = dict(browser.evaluate(FACETS))
    for legend, values in facets.items():
        for words, _, reveals in values:
            expect(re.search(r"[^\s\u200b\u00a0]", words) is not None, f"a value of {legend} has no name")
            expect(len(words) < 120 and (len(words) < 100 or len(reveals) > 100), f"{legend}: {words}")
        expect(len({words for words, _, _ in values}) == len(values), f"{legend}: values that look the same: {values}")
    codes = {words: number for words, number, _ in facets.get("Code", [])}
    for words, number in codes.items():
        wanted = {"no code": ("failed", ""), "unclassified": ("unclassified", "")}.get(words)
        if words in ("“no code”", "“unclassified”"):
            wanted = ("failed", words[1:-1])
        if wanted:
            found = sum((row["outcome"], row["error_code"]) == wanted for row in rows)
            expect(number == found, f"the filter {words} says {number}, and there are {found}")
    large = next((row["row"] for row in rows if int(row["row"]) >= 1000), None)
    for text in [f"{int(large):,}"] if large else []:
        type_search(browser, text)
        shown = browser.evaluate(READ)["shown"]
        expect(large in shown, f"a search for {text} finds {shown}")
        browser.evaluate("document.getElementById('reset').click()")
    return faults


def type_search(browser: Chromium, text: str) -> None:
    browser.evaluate("document.getElementById('search').select()")
    browser.send("Input.insertText", text=text)
    browser.evaluate("new Promise(done => setTimeout(done, 300))")


def press(browser: Chromium, key: str, code: int, text: str = "") -> None:
    for kind in ("keyDown", "keyUp"):
        browser.send(
            "Input.dispatchKeyEvent", type=kind, key=key, code=key if key != " " else "Space",
            windowsVirtualKeyCode=code, text=text if kind == "keyDown" else "",
        )  # fmt: skip


def check(browser: Chromium, folder: Path, source: str) -> list[str]:
    faults: list[str] = []

    def expect(holds: bool, what: object) -> None:
        if not holds:
            faults.append(str(what)[:400])

    table = (folder / "failures.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    browser.show(1280, 900)
    browser.send("Network.enable")
    for complaint in browser.open(folder / "explore.html"):
        expect(False, f"the browser complains: {complaint}")
    page = browser.evaluate(READ)
    expect(page["elements"] == 4, f"elements that are not the page's own: {page['elements']}")
    expect(page["shown"] == [row["row"] for row in rows[:100]], f"rows: {page['shown']}")
    expect(page["count"].split()[0].replace(",", "") == str(len(rows)), page["count"])
    expect(bytes(browser.evaluate(SAVE)) == table, "the CSV of all rows is not failures.csv")
    faults.extend(check_counts(browser, rows, json.loads((folder / "summary.json").read_text())))

    # A word in the last row's message.
    words = [word for word in rows[-1]["error_message"].split() if word.isalpha()] if rows else []
    if words:
        type_search(browser, words[0].upper())
        fields = ("row", "outcome", "record_id", "error_code", "error_message", "error_details", "job_id")
        found = [row for row in rows if words[0].lower() in "\n".join(row[field] for field in fields).lower()]
        page = browser.evaluate(READ)
        # In an overview, the search also covers names of files and days.
        expect(len(page["shown"]) >= min(100, len(found)) > 0, f"search for {words[0]}: {page['count']}")
        saved = list(csv.DictReader(io.StringIO(bytes(browser.evaluate(SAVE)).decode("utf-8-sig"), newline="")))
        expect(all(row in saved for row in found), "the CSV of a search lacks rows")
        expect(len(saved) < len(rows) or len(found) == len(rows), "the search leaves all rows")
        type_search(browser, "no row has this text")
        expect(browser.evaluate("!document.getElementById('none').hidden"), "it does not say that no row matches")
        browser.evaluate("document.getElementById('reset').click()")
    codes = {row["error_code"] for row in rows}
    if len(codes) > 1:
        # By keyboard: the first filter, with the space bar.
        browser.evaluate("document.querySelector('#facets input').focus()")
        press(browser, " ", 32, " ")
        chosen = browser.evaluate("document.querySelector('#facets input:checked').closest('label').querySelector('bdi').textContent")
        chosen_outcomes = {"no code": ("failed", ""), "unclassified": ("unclassified", "")}
        number = browser.evaluate("document.querySelector('#facets .number').textContent").replace(",", "")
        expected = [
            row for row in rows
            if (row["outcome"], row["error_code"]) == chosen_outcomes.get(chosen, ("failed", chosen.strip("“”").lstrip("'")))
        ]  # fmt: skip
        saved = list(csv.DictReader(io.StringIO(bytes(browser.evaluate(SAVE)).decode("utf-8-sig"), newline="")))
        expect(number == str(len(saved)), f"the filter {chosen} says {number}, and there are {len(saved)}")
        expect(not expected or saved == expected, f"the filter {chosen} selects {len(saved)} rows")
        expect(browser.evaluate("document.activeElement.type") == "checkbox", "the focus is lost")
        browser.evaluate("document.getElementById('reset').click()")
    if len({row.get("owner") for row in rows}) > 1:
        legend = "[...document.querySelectorAll('#facets fieldset')].find(set => set.querySelector('legend').textContent === 'Owner')"
        browser.evaluate(f"{legend}.querySelector('input').click()")
        chosen = browser.evaluate(f"{legend}.querySelector('input:checked').closest('label').querySelector('bdi').textContent")
        saved = list(csv.DictReader(io.StringIO(bytes(browser.evaluate(SAVE)).decode("utf-8-sig"), newline="")))
        expected = [row for row in rows if row["owner"] == ("" if chosen == "no owner" else chosen)]
        expect(saved == expected and expected, f"the owner {chosen} has {len(saved)} rows instead of {len(expected)}")
        browser.evaluate("document.getElementById('reset').click()")
    if rows:
        # Sorting by keyboard: up, then down.
        browser.evaluate("document.querySelector('th.message button').focus()")
        for order in ("ascending", "descending"):
            press(browser, "Enter", 13, "\r")
            page = browser.evaluate(READ)
            expect(order in page["sorts"], f"sorted {order}: {page['sorts']}")
            saved = browser.evaluate(
                "[...document.querySelectorAll('tbody td.message')]"
                ".map(cell => cell.querySelector(':scope > bdi')?.textContent ?? '')"
            )
            sign = 1 if order == "ascending" else -1
            compare = f"""(list => list.every((text, index) => index === 0
                || {sign} * new Intl.Collator('en', {{ numeric: true }}).compare(list[index - 1], text) <= 0))"""
            in_order = browser.evaluate(
                compare + "([...document.querySelectorAll('tbody td.message')]"
                ".map(cell => cell.querySelector(':scope > bdi')?.textContent ?? ''))"
            )
            expect(in_order, f"{order}: {saved[:5]}")
    requests = [
        event["params"]["request"]["url"] for event in browser.events if event["method"] == "Network.requestWillBeSent"
    ]
    own = (folder / "explore.html").resolve().as_uri()
    expect(all(url == own or url.startswith("blob:") for url in requests), f"requests: {requests}")
    expect(not browser.evaluate("'ran' in window"), "a script of the dump has run")
    for width, dark in [(1280, False), (320, True)]:
        browser.show(width, 900, dark=dark)
        browser.open(folder / "explore.html")
        faults += [f"{width} pixels: {fault}" for fault in browser.evaluate(TOO_WIDE) + violations(browser, source)]
    return faults


def main(folders: list[str]) -> None:
    source = axe()
    with Chromium() as browser:
        for folder in folders:
            for fault in check(browser, Path(folder), source):
                print(f"{folder}: {fault}")


if __name__ == "__main__":
    main(sys.argv[1:])
