"""Dumps in other encodings than UTF-8."""

from __future__ import annotations

import random

from .around import Log
from .cases import Case, Maker, escaped_for, many_lines, one_line, text_of

TITLES = ["筛选结果", "導入結果一覧表" * 9, "▶ ∢∢", "Résumé", "ё", "😀", "\u3000", "Ωmega — 결과"]
MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0", "utf-32-be": b"\0\0\xfe\xff"}


def make(rng: random.Random, tag: str) -> Case:
    maker = Maker(rng, tag, decoys=True)
    encoding = rng.choice([*MARKS, "utf-16-le", "utf-16-be", "windows-1252"])
    pretty = rng.random() < 0.3
    log = Log(rng.choice([b"\n", b"\n", b"\r\n"]))
    if encoding != "windows-1252" and rng.random() < 0.3:
        log.add(rng.choice(TITLES).encode())
    for _ in range(rng.choice([1, 1, 3])):
        text = text_of(maker.record(), many_lines(rng) if pretty else one_line(rng), rng)
        if encoding == "windows-1252":
            text = escaped_for(text, "cp1252")
        log.dump(text)
    text = log.data.decode()
    if encoding == "windows-1252":
        data = text.encode("cp1252")
        status, options, variety = 0, ("--encoding", "windows-1252"), encoding
        note = not data.isascii()
    else:
        marked = rng.random() < 0.6
        data = (MARKS[encoding] if marked else b"") + text.encode(encoding)
        status, options, variety, note = 0, (), encoding + ("" if marked else "-unmarked"), True
    return Case("encodings", variety, data, log.jobs, status=status, options=options, some_note=note)
