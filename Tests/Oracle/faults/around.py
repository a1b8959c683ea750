"""Whole dumps with something around them: what terminals, shippers of logs and pages of documentation add."""

from __future__ import annotations

import random

from .cases import Case, Expected, Maker, many_lines, one_line, text_of

BOM = b"\xef\xbb\xbf"

# Prefixes for every line of a log, whether it belongs to a dump or not.
PREFIXES = {
    "kubectl": "2024-05-01T10:00:{s:02}.123456789Z ",
    "kubectl-prefix": "[pod/import-worker-7f9c/worker] ",
    "cri": "2024-05-01T10:00:{s:02}.123456789Z stdout F ",
    "cri-offset": "2024-05-01T12:00:{s:02}.123456789+02:00 stderr F ",
    "compose": "web_1  | ",
    "compose-v2": "import-worker-1  | ",
    "syslog": "May  1 10:00:{s:02} host-7 importer[4711]: ",
    "syslog-5424": "<134>1 2024-05-01T10:00:{s:02}.003Z host-7 importer 4711 - - ",
    "syslog-data": '<134>1 2024-05-01T10:00:{s:02}Z host-7 importer 4711 ID47 [x@32473 iut="3" source="a"] ',
    "log4j": "2024-05-01 10:00:{s:02},123 INFO  [main] c.e.Importer - ",
    "python": "INFO:importer:",
    "bracket": "[2024-05-01 10:00:{s:02}] production.INFO: ",
    "heroku": "2024-05-01T10:00:{s:02}.123456+00:00 app[web.1]: ",
}

LINES = [
    "Polling job, attempt {s} of 60",
    "",
    "[info] connected to api.example:443",
    "2024-05-01 10:00:{s:02},001 INFO retry in {s} s",
    "Config{{debug=true, retries=[1, 2, 3]}} loaded",
    'got answer {{"user": "ann", "n": {s}}} in 12 ms',
    "map[debug:true level:{s}]",
    "    at com.example.Importer.run(Importer.java:{s})",
    "Traceback (most recent call last):",
    "{s}% |#####     | {s}/100 [00:0{s}<00:10]",
    "---",
    "$ curl -s https://api.example/v2/imports/7",
    "<html><body>502 Bad Gateway</body></html>",
    "caf\u00e9 \u65e5\u672c \U0001f600",
    '"job_id" is not set, using the last one',
    "results: {s}, total: 9",
    "*** 17 rows: [created] ***",
]

# JSON that other programs log. It contains neither jobs nor API error responses.
OBJECTS = [
    '{{"level":"info","ts":17145576{s:02},"msg":"polling"}}',
    '{{"level": "warn", "@timestamp": "2024-05-01T10:00:{s:02}Z", "message": "retry", "attempt": {s}}}',
    '{{"event":"tick","data":{{"n":{s},"list":[1,2,{{"a":null}}]}}}}',
    '{{"severity":"INFO","timestamp":"2024-05-01T10:00:{s:02}Z","message":"row 7 {{\\"a\\":1}}"}}',
    '{{"status":"running","pid":{s}}}',
    '{{"total":{s},"unit":"rows"}}',
    "[1, 2, {s}]",
    "{{}}",
    "[]",
    "null",
    '"done"',
]

API_ERRORS = ['{"message": "Rate limit exceeded"}', '{"message":"Job not found"}', '{ "message" : "Unauthorized" }']


def noise(rng: random.Random, count: int, objects: bool = True) -> list[bytes]:
    """Lines of a log that have nothing to do with dumps."""
    found = []
    for _ in range(count):
        pool = OBJECTS if objects and rng.random() < 0.4 else LINES
        found.append(rng.choice(pool).format(s=rng.randrange(60)).encode())
    return found


class Log:
    """A file that is made line by line, with what is expected of it."""

    def __init__(self, end: bytes = b"\n") -> None:
        self.data, self.jobs, self.end = bytearray(), [], end

    def add(self, text: bytes) -> None:
        self.data += text + self.end

    def dump(self, text: bytes, before: bytes = b"", behind: bytes = b"", ended: bool = True, **more) -> None:
        self.data += before
        self.jobs.append(Expected.whole(text, line=self.data.count(b"\n") + 1, **more))
        self.data += text + behind + (self.end if ended else b"")


def marks(rng: random.Random, tag: str) -> Case:
    """Bytes that belong to no text: marks, blanks, separators, fill."""
    maker = Maker(rng, tag, decoys=True)
    variety = rng.choice(["bom", "bom-each-line", "blanks", "rs", "nul-at-end", "nul-each-line", "ctrl-z", "mixed"])
    log = Log(rng.choice([b"\n", b"\n", b"\r\n"]))
    pretty = rng.random() < 0.25
    count = rng.randint(1, 5)
    for number in range(count):
        style = many_lines(rng) if pretty else one_line(rng)
        before = behind = b""
        blanks = rng.choice([b" ", b"  ", b"\t", b" \t ", b" " * 40])
        if variety == "bom":
            before = BOM if rng.random() < 0.5 or number == count - 1 else b""
        elif variety == "bom-each-line":
            before = BOM
        elif variety == "blanks":
            before = blanks
        elif variety == "rs":
            before = b"\x1e"
        elif variety == "nul-each-line":
            behind = b"\0" * rng.choice([1, 2, 7])
        elif variety == "mixed":
            before = rng.choice([BOM, blanks, b"\x1e", BOM + blanks, b"\x1e" + BOM, b""])
            behind = rng.choice([b"", b"", blanks, b"\0"])
        log.dump(text_of(maker.record(), style, rng), before, behind)
    if variety == "nul-at-end":
        log.data += b"\0" * rng.choice([1, 3, 512, 4096])
    elif variety == "ctrl-z":
        log.data += b"\x1a" + rng.choice([b"", b"\0" * 100, b"\x1a" * 9])
    return Case("around", variety, bytes(log.data), log.jobs, status=0)


def guards(rng: random.Random, tag: str) -> Case:
    """A few lines that a server, a page or a stream of events puts around each dump."""
    maker = Maker(rng, tag, decoys=True)
    variety = rng.choice(["guard", "slashes", "slashes-same-line", "fence", "events", "events-plain"])
    log = Log(rng.choice([b"\n", b"\n", b"\r\n"]) if variety.startswith("events") else b"\n")
    for number in range(rng.randint(1, 3) if variety in ("fence", "events", "events-plain") else 1):
        style = many_lines(rng) if variety in ("guard", "slashes", "fence") and rng.random() < 0.5 else one_line(rng)
        record = text_of(maker.record(), style, rng)
        if variety == "guard":
            log.dump(record, rng.choice([b")]}'\n", b")]}',\n", b")]}'\n\n", b")]}'"]))
        elif variety == "slashes":
            for _ in range(rng.randint(1, 3)):
                log.add(rng.choice([b"// saved by hand", b"//", b"// {not: json}"]))
            log.dump(record)
        elif variety == "slashes-same-line":
            log.dump(record, rng.choice([b"//", b"// "]))
        elif variety == "fence":
            mark = rng.choice([b"```", b"~~~", b"````"])
            log.add(rng.choice([b"# Import of Monday", b"The answer was:", b"* job:"]))
            log.add(b"")
            log.add(mark + rng.choice([b"json", b"", b" json", b"JSON"]))
            log.dump(record)
            log.add(mark)
            log.add(b"")
        else:
            if variety == "events":
                log.add(rng.choice([b": ping", b"id: %d" % number, b"retry: 3000"]))
                log.add(b"event: import")
            log.dump(record, rng.choice([b"data: ", b"data: ", b"data:"]))
            log.add(b"")
    if variety.startswith("events") and rng.random() < 0.3:
        log.add(b"data: [DONE]")
        log.add(b"")
    return Case("around", variety, bytes(log.data), log.jobs, status=0)


def prefixed(rng: random.Random, tag: str) -> Case:
    """A log of which each line begins with the time, the container or the like."""
    maker = Maker(rng, tag, decoys=True)
    variety = rng.choice(list(PREFIXES))
    log, skips = Log(), False
    for _ in range(rng.randint(1, 5)):
        for line in noise(rng, rng.choice([0, 0, 1, 4])):
            log.add(PREFIXES[variety].format(s=rng.randrange(60)).encode() + line)
            skips = True
        before = PREFIXES[variety].format(s=rng.randrange(60)).encode()
        log.dump(text_of(maker.record(), one_line(rng), rng), before)
    return Case("around", variety, bytes(log.data), log.jobs, status=0, skipped=True if skips else None)


STATUS_LINES = ["HTTP/2 200", "HTTP/1.1 200 OK", "HTTP/1.1 202 Accepted", "HTTP/1.0 200"]


def status_lines(rng: random.Random, tag: str) -> Case:
    """Lines that look like the heads of HTTP responses and are none, for no empty line follows before the dump."""
    maker = Maker(rng, tag, decoys=True)
    log = Log(rng.choice([b"\n", b"\n", b"\r\n"]))
    for _ in range(rng.randint(1, 5)):
        if rng.random() < 0.3:
            for line in noise(rng, rng.choice([1, 2])):
                log.add(line)
        if rng.random() < 0.8:
            log.add(rng.choice(STATUS_LINES).encode())
            for line in rng.sample(["server: x", 'report-to: {"group":"nel"}', "got it", "answer:"], rng.choice([0, 0, 1, 2])):
                log.add(line.encode())
        before = rng.choice([b"", b"", b"body: ", b"answer: "])
        log.dump(text_of(maker.record(), one_line(rng), rng), before)
        for _ in range(rng.choice([0, 1, 2])):
            log.add(b"")
    return Case("around", "status-lines", bytes(log.data), log.jobs, status=0, never=frozenset({"unwrapped"}))


def among(rng: random.Random, tag: str) -> Case:
    """Dumps between the lines of other programs; now and then thousands of them, or an API error response."""
    maker = Maker(rng, tag, decoys=True)
    variety = rng.choice(["text", "text-and-objects", "text-and-objects", "pretty", "thousands", "api-error", "behind"])
    if variety == "thousands" and rng.random() < 0.7:
        variety = "text-and-objects"
    log = Log(rng.choice([b"\n", b"\n", b"\r\n"]))
    objects, skips = variety not in ("text", "pretty"), variety == "behind"
    most = 3000 if variety == "thousands" else 6
    jobs = rng.randint(1, 4)
    errors = set(rng.sample(range(jobs + 1), rng.randint(1, jobs + 1))) if variety == "api-error" else set()
    for number in range(jobs + 1):
        for line in noise(rng, rng.randint(1, most), objects):
            log.add(line)
            skips = skips or line != b""
        if number in errors:
            log.add(rng.choice(API_ERRORS).encode())
        if number < jobs:
            style = many_lines(rng) if variety == "pretty" else one_line(rng)
            behind = rng.choice([b" (200 OK)", b" took 12 ms", b";", b" #7"]) if variety == "behind" else b""
            log.dump(text_of(maker.record(), style, rng), behind=behind)
    return Case(
        "around", variety, bytes(log.data), log.jobs, status=65 if errors else 0, skipped=skips or None,
        unreadable=(len(errors), len(errors)),
    )


def make(rng: random.Random, tag: str) -> Case:
    return rng.choices([marks, guards, prefixed, among, status_lines], [3, 3, 4, 4, 2])[0](rng, tag)
