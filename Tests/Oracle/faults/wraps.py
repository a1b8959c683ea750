"""Dumps inside something else that is whole: answers in envelopes, strings of log records, exports of browsers."""

from __future__ import annotations

import base64
import json
import random
from typing import Any

from dress import Token

from .around import Log, noise
from .cases import Case, Expected, Maker, escaped_for, many_lines, one_line, set_member, text_of

PATHS = [
    ("data",), ("body",), ("response",), ("result",), ("payload",), ("job",), ("import",), ("data", "import"),
    ("data", "attributes"), ("response", "body"), ("result", "data", "job"), ("response", "body", "data", "import"),
    ("a", "b", "c", "d"),
]

HEADS = [
    "HTTP/2 200 \r\ndate: Tue, 04 Mar 2025 10:06:00 GMT\r\ncontent-type: application/json; charset=utf-8\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\nX-A: {\"a\": 1}\r\n\r\n",
    "HTTP/1.1 302 Found\r\nLocation: https://api.example/v2\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n",
    "HTTP/1.1 200 Connection established\r\n\r\nHTTP/2 200 \r\ncontent-type: application/json\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nRetry-After: 3\r\n\r\n",
    "HTTP/1.1 200 OK\nContent-Type: application/json\nServer: x\n\n",
]

# Members next to the dump in its wrapper.
BESIDE: list[tuple[str, Any]] = [
    ("ok", True), ("code", 200), ("status", "ok"), ("status", 200), ("request_id", "5f1c"), ("meta", {"took": 12}),
    ("errors", []), ("error", None), ("message", "done"), ("type", "import-jobs"), ("id", "7"), ("links", {"self": "/7"}),
]


def spliced(value: Any, dumps: dict[str, bytes], rng: random.Random, pretty: bool = False) -> bytes:
    """The wrapper as JSON, with each dump put in byte for byte in the place of its mark."""
    if pretty:
        text = json.dumps(value, indent=rng.choice([2, 4]))
    else:
        text = json.dumps(value, separators=rng.choice([(",", ":"), (", ", ": ")]))
    data = text.encode()
    for mark, dump in dumps.items():
        data = data.replace(b'"' + mark.encode() + b'"', dump)
    return data


def beside(rng: random.Random, taken: set[str], key: str, value: Any) -> dict[str, Any]:
    """An object with the value under the key, and a few other members around it."""
    others = rng.sample(BESIDE, rng.choice([0, 0, 1, 2, 3]))
    members = [(name, other) for name, other in others if name not in taken | {key}]
    members.insert(rng.randint(0, len(members)), (key, value))
    return dict(members)


def wrapped(**more: Any) -> dict[str, Any]:
    return {"must_find": {"unwrapped"}, **more}


def keyed(rng: random.Random, tag: str) -> Case:
    """The job under a key, or jobs in an array under one; a file of one document, or a line of a log each."""
    maker = Maker(rng, tag, decoys=True)
    variety = rng.choice(["one", "one", "log", "array", "json-api-list"])
    pretty = variety != "log" and rng.random() < 0.4
    data, jobs = b"", []
    for line in range(1, 1 + (rng.randint(2, 4) if variety == "log" else 1)):
        path = rng.choice(PATHS)
        several = variety in ("array", "json-api-list")
        dumps = {
            f"@dump-{n}@": text_of(maker.record(), many_lines(rng) if pretty else one_line(rng), rng)
            for n in range(rng.randint(1, 4) if several else 1)
        }
        value: Any = list(dumps) if several else "@dump-0@"
        if variety == "json-api-list":
            value = [{"type": "import-jobs", "id": str(n), "attributes": mark} for n, mark in enumerate(dumps)]
            path = ("data",)
        for key in reversed(path):
            # A wrapper without results, and without both status and total, is not itself a job.
            value = beside(rng, set(), key, value)
        document = spliced(value, dumps, rng, pretty)
        pointer = "#/" + "/".join(path)
        for number, dump in enumerate(dumps.values()):
            suffix = None if variety == "log" else pointer
            if several:
                suffix = f"{pointer}/{number}" + ("/attributes" if variety == "json-api-list" else "")
            jobs.append(Expected.whole(dump, line=line, **wrapped(suffix=suffix)))
        data += document + (b"\n" if variety == "log" or rng.random() < 0.5 else b"")
    return Case("wraps", f"key-{variety}", data, jobs, status=0)


# Keys of wrappers. Some are fields of jobs, but not of this type.
KEYS = [
    *["data", "body", "response", "payload", "job", "context", "previous", "a~b/c", ""],
    *["message", "result", "results", "summary", "error", "status", "total", "failed", "job_id", "created_at", "format"],
]
# Members that do not make a job of a wrapper: an id alone does not, nor do empty results.
HARMLESS: list[tuple[str, Any]] = [
    *BESIDE, ("results", None), ("results", []), ("results", {}), ("results", "none"), ("job_id", "j-1"), ("job_id", None),
    ("total", None), ("processed", "2"), ("summary", {"total": 1}), ("level", "info"), ("format", "json"),
]
KEYS_DEEP, STRINGS_DEEP = 4, 3


class Tree:
    """A random wrapper with several jobs, at any depth, beside each other and in strings."""

    def __init__(self, rng: random.Random, maker: Maker) -> None:
        self.rng, self.maker, self.jobs = rng, maker, list[Expected]()

    def job(self, pointer: str, levels: int, counts: bool) -> str:
        members = self.maker.record(self.rng.choice([0, 1, 3]))
        if levels > 0 and self.rng.random() < 0.3:
            # What is in a job is part of it.
            for key in self.rng.sample(["data", "previous", "x"], self.rng.randint(1, 3)):
                set_member(members, key, Token(self.value(pointer, 2, 2, levels - 1, False)[0]), self.rng)
        text = text_of(members, one_line(self.rng), self.rng)
        if counts:
            self.jobs.append(Expected.whole(text, **wrapped(suffix=pointer)))
        return text.decode()

    def value(self, pointer: str, keys: int, strings: int, levels: int, counts: bool) -> tuple[str, bool]:
        """JSON text, and whether it is an array. `keys` and `strings` are how many more may lead to a job."""
        rng = self.rng
        form = rng.choice(["job", "job", "object", "array", "text", "texts", "none"]) if levels else "job"
        if form == "job" or keys == 0 and form == "object" or strings == 0 and form in ("text", "texts"):
            return self.job(pointer, levels, counts), False
        if form == "object":
            return self.object(pointer, keys, strings, levels - 1, counts), False
        if form == "array":
            inner = [self.value(f"{pointer}/{n}", keys, strings, levels - 1, counts)[0] for n in range(rng.randint(1, 3))]
            return f"[{','.join(inner)}]", True
        if form == "none":
            return json.dumps(rng.choice([None, 1, "x", "{", "[]", {}, [], {"n": [1]}])), True
        text = rng.choice(["", "", "", "answer: ", "[info] got\n", HEADS[0]])
        between = rng.choice(["\n", " ", "", " (200 OK)\n", "\nthen "])
        line_before: int | None = None
        for number in range(rng.randint(2, 3) if form == "texts" else 1):
            text += between if number else ""
            # Those behind the first one with a job are named by their place in the string.
            line = text.count("\n") + 1
            column = len(text[text.rfind("\n") + 1 :].encode("utf-8", "surrogatepass")) + 1
            place = pointer
            if line_before is not None:
                place += f":{line}:{column}" if line == line_before else f":{line}"
            jobs = len(self.jobs)
            # The documents of a string are objects or arrays.
            if rng.random() < 0.3:
                text += self.object(place, KEYS_DEEP, strings - 1, levels - 1, counts)
            else:
                text += self.job(place, levels - 1, counts)
            if len(self.jobs) > jobs:
                line_before = line
        text += rng.choice(["", "\n"])
        return json.dumps(text, ensure_ascii=rng.random() < 0.5), False

    def object(self, pointer: str, keys: int, strings: int, levels: int, counts: bool) -> str:
        rng = self.rng
        members: list[tuple[str, str]] = []
        first = len(self.jobs)
        for key in rng.sample(KEYS, rng.choice([1, 2, 2, 3])):
            path = pointer + "/" + key.replace("~", "~0").replace("/", "~1")
            before = len(self.jobs)
            text, is_list = self.value(path, keys - 1, strings, levels, counts)
            if key == "results" and is_list:
                # Rows, or a list of jobs instead of them: no wrapper.
                del self.jobs[before:]
                continue
            # A field of a job without a job in it is just that.
            members.append((key if len(self.jobs) > before else f"{key}-", text))
        if len(self.jobs) == first:
            return "{" + ",".join(f"{json.dumps(key)}:{text}" for key, text in members) + "}"
        taken = {key for key, _ in members}
        for key, value in rng.sample(HARMLESS, rng.choice([0, 0, 1, 2])):
            # An id with empty results is a job.
            other = {"results": "job_id", "job_id": "results"}.get(key)
            if key not in taken and other not in taken:
                members.insert(rng.randint(0, len(members)), (key, json.dumps(value)))
                taken.add(key)
        return "{" + ",".join(f"{json.dumps(key)}:{text}" for key, text in members) + "}"


def tree(rng: random.Random, tag: str) -> Case:
    """Jobs at several places of a document, or of each line."""
    maker = Maker(rng, tag)
    data, jobs = b"", list[Expected]()
    count = rng.choice([1, 1, 2, 3])
    for line in range(1, 1 + count):
        grown = Tree(rng, maker)
        text = grown.object("#", KEYS_DEEP, STRINGS_DEEP, 3, True) + "\n"
        data += text.encode()
        jobs += grown.jobs
    if not jobs:
        return tree(rng, tag)
    if count > 1:
        for job in jobs:
            job.suffix = None
    return Case("wraps", f"tree-{min(len(jobs), 9)}", data, jobs, status=0)


def outer(rng: random.Random, tag: str) -> Case:
    """A dump that has an unknown member with what looks like another: it stays one job."""
    maker = Maker(rng, tag, decoys=True)
    log = Log()
    for _ in range(rng.randint(1, 3)):
        members, inner = maker.record(), maker.record()
        key = rng.choice(["data", "body", "response", "result", "payload", "previous", "message"])
        value = text_of(inner, one_line(rng), rng).decode() if rng.random() < 0.3 else inner
        if rng.random() < 0.33:
            # Several jobs, before anything shows that their container is a job, are jobs.
            members.append((key, [value, value]))
        else:
            set_member(members, key, value, rng)
        log.dump(text_of(members, many_lines(rng) if rng.random() < 0.3 else one_line(rng), rng))
    return Case("wraps", "outer", bytes(log.data), log.jobs, status=0, never=frozenset({"unwrapped"}))


def strings(rng: random.Random, tag: str) -> Case:
    """The dump as an escaped string of a log's record."""
    maker = Maker(rng, tag, decoys=True)
    variety = rng.choice(["docker", "fluent", "cloudwatch", "cloudwatch-subscription", "loki", "logcli", "gcp", "body"])
    ascii = rng.random() < 0.5

    def dump() -> str:
        style = many_lines(rng) if rng.random() < 0.2 and variety != "docker" else one_line(rng)
        return text_of(maker.record(), style, rng).decode()

    def in_text(dump: str) -> str:
        """What programs write in front of a dump, and behind it."""
        if rng.random() < 0.6:
            return dump
        before = rng.choice(["answer: ", "[info] got ", "HTTP/2 200 ", "took [1, 2] ", HEADS[0], HEADS[1], "caf\u00e9 "])
        return before + dump + rng.choice(["", " (200 OK)", "\n"])

    def line() -> str:
        """What else is in such a log."""
        return rng.choice(noise(rng, 1)).decode()

    def out(value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=ascii, separators=rng.choice([(",", ":"), (", ", ": ")])).encode()

    time = "2025-03-04T10:06:%02d.1Z"
    texts = [(dump(), True) for _ in range(rng.randint(1, 4))]
    for _ in range(rng.choice([0, 0, 2, 5])):
        texts.insert(rng.randint(0, len(texts)), (line(), False))
    lines: list[bytes] = []
    dumps = [text for text, is_job in texts if is_job]
    if variety != "docker":
        texts = [(in_text(text) if is_job else text, is_job) for text, is_job in texts]
    for number, (text, _) in enumerate(texts):
        if variety == "docker":
            value: Any = {"log": text + "\n", "stream": "stdout", "time": time % number}
        elif variety == "fluent":
            value = {"@timestamp": time % number, "level": "INFO", "message": text, "kubernetes": {"pod": "x"}}
        elif variety == "logcli":
            value = {"labels": {"app": "x"}, "line": text, "timestamp": time % number}
        elif variety == "gcp":
            value = {"insertId": "7", "textPayload": text, "resource": {"type": "k8s"}, "timestamp": time % number}
        else:
            value = beside(rng, {"error", "message"}, "body", text)
        lines.append(out(value))
    documents = {
        "cloudwatch": lambda: {
            "events": [
                {"logStreamName": "s", "timestamp": 1741082760000 + n, "message": text, "eventId": "3"}
                for n, (text, _) in enumerate(texts)
            ],
            "searchedLogStreams": [],
        },
        "cloudwatch-subscription": lambda: {
            "messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "g", "logStream": "s",
            "logEvents": [{"id": str(n), "timestamp": n, "message": text} for n, (text, _) in enumerate(texts)],
        },
        "loki": lambda: {
            "status": "success",
            "data": {
                "resultType": "streams",
                "result": [{"stream": {"app": "x"}, "values": [[str(n), text] for n, (text, _) in enumerate(texts)]}],
            },
        },
    }
    if variety in documents:
        data = out(documents[variety]()) + b"\n"
        jobs = [Expected.whole(dump.encode(), **wrapped()) for dump in dumps]
    else:
        data = b"".join(each + b"\n" for each in lines)
        numbers = [number for number, (_, is_job) in enumerate(texts, 1) if is_job]
        jobs = [Expected.whole(dump.encode(), line=number, **wrapped()) for number, dump in zip(numbers, dumps)]
    return Case("wraps", variety, data, jobs, status=0)


PARTIAL = 16 * 1024


def partial(rng: random.Random, tag: str) -> Case:
    """Long records, which the logs of containers cut into pieces of 16 KiB."""
    maker = Maker(rng, tag, decoys=True)
    variety = rng.choice(["docker-partial", "cri-partial"])
    lines, jobs = [], []
    for second in range(rng.randint(1, 3)):
        style = one_line(rng)
        # The pieces are split by bytes, even within a character.
        record = escaped_for(text_of(maker.record(rng.choice([1, 150, 300, 700])), style, rng), "ascii")
        found = wrapped() if variety == "docker-partial" else {}
        jobs.append(Expected.whole(record, line=len(lines) + 1, **found))
        parts = [record[at : at + PARTIAL] for at in range(0, len(record), PARTIAL)]
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            if variety == "docker-partial":
                text = part.decode() + ("\n" if last else "")
                entry = {"log": text, "stream": "stdout", "time": f"2025-03-04T10:06:0{second}.1Z"}
                lines.append(json.dumps(entry, separators=(",", ":")).encode())
            else:
                lines.append(f"2025-03-04T10:06:0{second}.123456789Z stdout {'F' if last else 'P'} ".encode() + part)
    return Case("wraps", variety, b"".join(line + b"\n" for line in lines), jobs, status=0)


def har(rng: random.Random, tag: str) -> Case:
    maker = Maker(rng, tag, decoys=True)
    variety = rng.choice(["har", "har-base64", "har-mixed"])
    entries, jobs = [], []
    request = {"method": "GET", "url": "https://api.example/1", "headers": [], "postData": {"text": "{}"}}
    header = {"name": "a", "value": "{"}
    for number in range(rng.randint(1, 6)):
        content: dict[str, Any] = {"size": 9, "mimeType": "application/json"}
        if number and rng.random() < 0.4:
            other = rng.choice(["<html>x</html>", '{"n":1}', "", "body{color:red}"])
            content = {"size": len(other), "mimeType": "text/html", "text": other}
        else:
            dump = text_of(maker.record(), many_lines(rng) if rng.random() < 0.3 else one_line(rng), rng)
            if variety == "har-base64" or variety == "har-mixed" and rng.random() < 0.5:
                content["encoding"] = "base64"
                text = base64.b64encode(dump).decode()
            else:
                text = dump.decode()
            position = rng.choice(["first", "last"])
            content = {"text": text, **content} if position == "first" else {**content, "text": text}
            suffix = f"#/log/entries/{number}/response/content"
            jobs.append(Expected.whole(dump, **wrapped(suffix=suffix)))
        entries.append(
            {
                "startedDateTime": "2025-03-04T10:06:00Z",
                "request": request,
                "response": {"status": 200, "headers": [header], "content": content, "redirectURL": ""},
                "time": 12.5,
            }
        )
    value = {"log": {"version": "1.2", "creator": {"name": "Firefox", "version": "130"}, "entries": entries}}
    indent = rng.choice([None, 2])
    return Case("wraps", variety, json.dumps(value, indent=indent).encode(), jobs, status=0, name="x.har")


def collection(rng: random.Random, tag: str) -> Case:
    """What an API client exports: requests in folders, with the answers that were saved."""
    maker = Maker(rng, tag, decoys=True)
    jobs: list[Expected] = []

    def request(pointer: str) -> dict[str, Any]:
        answers = []
        for number in range(rng.choice([0, 1, 1, 2])):
            dump = text_of(maker.record(), many_lines(rng) if rng.random() < 0.5 else one_line(rng), rng)
            answers.append({"name": "saved", "status": "OK", "code": 200, "header": [], "body": dump.decode()})
            jobs.append(Expected.whole(dump, **wrapped(suffix=f"{pointer}/response/{number}/body")))
        return {"name": "get", "request": {"method": "GET", "url": {"raw": "x"}}, "response": answers}

    items: list[dict[str, Any]] = []
    for number in range(rng.randint(1, 3)):
        if rng.random() < 0.3:
            inner = [request(f"#/item/{number}/item/{n}") for n in range(rng.randint(1, 2))]
            items.append({"name": "folder", "item": inner})
        else:
            items.append(request(f"#/item/{number}"))
    if not jobs:
        return collection(rng, tag)
    value = {"info": {"name": "API", "schema": "https://schema.example/v2.1.0/collection.json"}, "item": items}
    return Case("wraps", "collection", json.dumps(value, indent="\t").encode(), jobs, status=0)


VERBOSE = """* Host api.example:443 was resolved.
*   Trying 192.0.2.7:443...
* using HTTP/2
> GET /v2/prism/7/imports/1 HTTP/2
> Host: api.example
> user-agent: curl/8.5.0
>
{ [5 bytes data]
< HTTP/2 200
< content-type: application/json
<
{ [1256 bytes data]
"""

METER = """  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed

  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0
100  1256  100  1256    0     0   6280      0 --:--:-- --:--:-- --:--:--  6312
"""


def heads(rng: random.Random, tag: str) -> Case:
    maker = Maker(rng, tag, decoys=True)
    variety = rng.choice(["curl-i", "curl-i", "curl-v", "progress", "several-answers"])
    log = Log()
    for _ in range(rng.randint(2, 3) if variety == "several-answers" else 1):
        record = text_of(maker.record(), many_lines(rng) if rng.random() < 0.4 else one_line(rng), rng)
        if variety == "curl-v":
            before = VERBOSE.replace("\n", rng.choice(["\n", "\r\n"])).encode()
            log.dump(record, before)
            log.add(b"* Connection #0 to host api.example left intact")
        elif variety == "progress":
            meter = METER if rng.random() < 0.5 else METER.replace("\n", "\r", 3)
            log.dump(record, meter.encode())
        else:
            log.dump(record, rng.choice(HEADS).encode(), must_find={"unwrapped"})
    skipped = True if variety in ("curl-v", "progress") else None
    return Case("wraps", variety, bytes(log.data), log.jobs, status=0, skipped=skipped)


def arrays(rng: random.Random, tag: str) -> Case:
    """Arrays of jobs with arrays and strings in them, one after another; or a dump that was encoded twice."""
    maker = Maker(rng, tag)
    data, jobs = "", list[Expected]()
    has_array = False
    for _ in range(rng.randint(1, 3)):
        line = data.count("\n") + 1

        def dump(suffix: str | None, **more: Any) -> str:
            text = text_of(maker.record(), one_line(rng), rng)
            jobs.append(Expected.whole(text, line=line, suffix=suffix, **more))
            return text.decode()

        first = "" if not has_array else f":{line}"
        form = rng.choice(["array", "array", "string", "job"])
        if form == "array":
            elements = []
            for number in range(1, rng.randint(1, 3) + 1):
                place = f"{first}[{number}]"
                kind = rng.choice(["job", "job", "array", "string", "other"]) if elements else "job"
                if kind == "job":
                    elements.append(dump(place))
                elif kind == "array":
                    inner = [dump(f"{place}#/{n}", must_find={"unwrapped"}) for n in range(rng.randint(1, 3))]
                    elements.append(f"[{','.join(inner)}]")
                elif kind == "string":
                    elements.append(json.dumps(dump(place, must_find={"unwrapped"})))
                else:
                    elements.append(rng.choice(["null", "7", '"x"', "{}", "[]", "[[]]"]))
            data += f"[{', '.join(elements)}]\n"
            has_array = True
        elif form == "string":
            data += json.dumps(dump(None, must_find={"unwrapped"})) + "\n"
        else:
            data += dump(None) + "\n"
    return Case("wraps", "arrays", data.encode(), jobs, status=0)


def make(rng: random.Random, tag: str) -> Case:
    return rng.choices(
        [keyed, tree, outer, strings, partial, har, collection, heads, arrays], [5, 6, 2, 5, 1, 3, 2, 3, 2]
    )[0](rng, tag)
