"""Changes an input while a command reads it: the output is about one state of it, or the run says that it changed.

    changing_inputs.py --binary .build/release/import-audit --seed random --count 30

The input (a dump, a log, a compressed dump, a file that was sent, in a folder or named) grows, shrinks, vanishes, is replaced by
another file or rewritten in place, at a moment drawn from the seed, or while the command waits for standard input. Properties:

whole       status, output and files are those of one state that the input had, byte for byte
said        or else the run ends with 65 and says which input changed, or with 66 and names the one that has vanished
nothing     no temporary file and no partial one is left, and every run ends
again       the same command after that gives the bytes of a run into a fresh folder

Exit status: 0 all as promised, 1 not; the message gives the property, the seed and the trial.
"""

from __future__ import annotations

import gzip
import os
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

from concurrency import Run, Tree, Trials, differing, expect, job, run_trials, tree

PACED = ["in/1.json", "-", "in/2.jsonl", "in/3.json.gz", "--threads", "1"]


class Changes(Trials):
    """Each step of a change leaves a state of the input that a run may see."""

    CASES: dict[str, tuple[list[str], list[str], list[str]]] = {
        "summary": (["summary", "in", "--format", "json", "--identity", "--sha256"], [], []),
        "check": (["check", "in", "--max-failed", "10%", "--format", "json"], [], []),
        "rows": (["rows", "in"], [], []),
        "codes": (["codes", "in"], [], []),
        "compare": (["compare", "in/1.json", "in/2.jsonl", "--format", "json"], [], []),
        "report": (["report", "in", "-o", "out"], ["out"], []),
        "pack": (["report", "in", "-o", "out", "--pack", "p.zip"], ["out", "p.zip"], []),
        "lines": (["report", "in/1.json", "--source", "sent.csv", "-o", "out"], ["out"], ["sent.csv"]),
        "rejects": (["rejects", "in/1.json", "--source", "sent.csv", "-o", "out", "--annotated"], ["out"], ["sent.csv"]),
        "history": (["history", "add", "h.sqlite", "in"], ["h.sqlite"], []),
        "verify": (["verify", "v.zip", "in"], [], []),
        # The command waits for standard input between two inputs.
        "paced summary": (["summary", *PACED, "--format", "json"], [], []),
        "paced report": (["report", *PACED, "-o", "out"], ["out"], []),
    }
    KINDS = ("grow", "shrink", "vanish", "replace", "rewrite")

    def prepare(self) -> None:
        place = self.folder / "template"
        (place / "in").mkdir(parents=True)
        (place / "in/1.json").write_bytes(job("one", 9000, "invalid_email"))
        (place / "in/2.jsonl").write_bytes(b"".join(job(f"job-{number}", 150, "invalid_email") for number in range(60)))
        (place / "in/3.json.gz").write_bytes(gzip.compress(job("three", 9000, "invalid_email"), mtime=0))
        (place / "sent.csv").write_text("name,email\n" + "".join(f"n{row},p{row}@example.org\n" for row in range(9000)))
        self.start(place, ["report", "in", "-o", "v", "--pack", "v.zip"]).finish()
        shutil.rmtree(place / "v")

    def steps(self, kind: str, path: Path) -> list[Any]:
        data = path.read_bytes()
        if kind == "vanish":
            return [path.unlink]
        if kind == "shrink":
            return [lambda: os.truncate(path, len(data) * 3 // 5)]
        if kind == "grow":
            more = [b"x,y@example.org\n"] * 2 if path.suffix == ".csv" else [job(f"new-{number}", 40, "late") for number in (1, 2)]
            more = [gzip.compress(each, mtime=0) for each in more] if path.suffix == ".gz" else more

            def append(each: bytes) -> None:
                with path.open("ab", buffering=0) as file:
                    file.write(each)
            return [lambda: append(more[0]), lambda: append(more[1])]
        plain = gzip.decompress(data) if path.suffix == ".gz" else data
        new = plain.replace(b"invalid_email", b"invalid_phone").replace(b"p5@example.org", b"q5@example.org")
        if kind == "replace":
            other = path.parent.parent / "other"
            other.write_bytes(gzip.compress(new, mtime=0) if path.suffix == ".gz" else new)
            return [lambda: other.rename(path)]
        if path.suffix == ".gz":
            new = data[:10] + bytes(byte ^ 0x55 for byte in data[10:])
        size = min(4000, len(data) // 3)  # The beginning and the end, one after another.

        def put(at: int) -> None:
            with path.open("r+b", buffering=0) as file:
                os.pwrite(file.fileno(), new[at:at + size], at)
        return [lambda: put(0), lambda: put(len(data) - size)]

    def prepared(self) -> Path:
        place = self.place()
        shutil.copytree(self.folder / "template", place, dirs_exist_ok=True)
        return place

    @staticmethod
    def feed(run: Run, change: Any) -> None:
        """Writes half of a dump to standard input, changes the input, and writes the rest."""
        text = job("piped", 4000, "invalid_email")
        stream = run.process.stdin
        assert stream is not None
        try:
            stream.write(text[:len(text) // 2])
            stream.flush()
            change()
            stream.write(text[len(text) // 2:])
            stream.flush()
            stream.close()
        except BrokenPipeError:
            pass  # The run has already ended; its status says why.
        run.process.stdin = None

    def observed(self, case: str, place: Path, run: Run) -> tuple[int, bytes, Tree]:
        return (run.status, run.output, tree(place, self.CASES[case][1]))

    def state(self, case: str, kind: str, target: str, count: int) -> tuple[tuple[int, bytes, Tree], float]:
        """What the command gives for the input after so many steps, and how long it takes."""
        key = (case, kind if count else "", target if count else "", count)
        if key not in self.fresh:
            place = self.prepared()
            for step in self.steps(kind, place / target)[:count]:
                step()
            started, run = time.monotonic(), self.start(place, self.CASES[case][0])
            self.feed(run, lambda: None) if "-" in run.arguments else None
            self.fresh[key] = (self.observed(case, place, run.finish()), time.monotonic() - started)
            shutil.rmtree(place)
        return self.fresh[key]

    def try_one(self, case: str) -> None:
        rng = self.rng
        arguments, outputs, others = self.CASES[case]
        kind = rng.choice(self.KINDS)
        own = [each for each in arguments if each.startswith("in/")] or ["in/1.json", "in/2.jsonl", "in/3.json.gz"]
        target = rng.choice(own + others)
        lasts = self.state(case, kind, target, 0)[1]
        place = self.prepared()
        steps = self.steps(kind, place / target)
        pauses = [rng.uniform(0, 1.05 * lasts), rng.choice([0, rng.uniform(0, lasts / 2)])]

        def change() -> None:
            for step, pause in zip(steps, pauses if not case.startswith("paced") else [0.01, 0]):
                time.sleep(pause)
                step()

        run = self.start(place, arguments)
        if "-" in arguments:
            self.feed(run, change)
            run.finish()
        else:
            changer = threading.Thread(target=change)
            changer.start()
            run.finish()
            changer.join()
        what = f"{case}: {target}: {kind}"
        now = self.observed(case, place, run)
        seen = [count for count in range(len(steps) + 1) if now == self.state(case, kind, target, count)[0]]
        if seen:
            self.tally["before" if seen[0] == 0 else "after" if seen[0] == len(steps) else "between"] += 1
        else:
            named = Path(target).name in run.said
            is_said = run.status == 65 and "changed" in run.said or kind == "vanish" and run.status == 66
            expect(is_said and named, what, "is mixed, or not said:", run.status, run.said[:600],
                   differing(now[2], self.state(case, kind, target, 0)[0][2])[:5])
            self.tally["said"] += 1
        allowed = {"in", "sent.csv", "v.zip", "other", *outputs}
        self.clean(place, allowed)
        is_named = kind == "vanish" and (target in arguments)
        if outputs and case != "history" and not case.startswith("paced") and not is_named:
            again, expected = self.start(place, arguments).finish(), self.state(case, kind, target, len(steps))[0]
            found = tree(place, outputs)
            # If the rows cannot be paired, the run writes nothing and leaves existing files.
            if expected[2]:
                expect((again.status, found) == (expected[0], expected[2]), what, "- the same again ends with", again.status,
                       "and other bytes:", differing(found, expected[2])[:5], again.said[:500])
            self.clean(place, allowed)
        shutil.rmtree(place)


if __name__ == "__main__":
    sys.exit(run_trials(Changes, __doc__, 30, tuple(Changes.CASES)))
