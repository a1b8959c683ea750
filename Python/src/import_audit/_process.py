"""One process of the binary: feeding its input, reading its output, cancelling and ending it."""

from __future__ import annotations

import signal
import subprocess
import threading
from contextlib import suppress
from types import TracebackType
from typing import IO, Any

from ._binary import binary
from ._errors import PARTIAL, Cancelled, error_of
from ._inputs import Arguments, Feed, blocks

_SAID_BYTES = 1 << 20
"""How much of standard error is kept: its beginning, and a part of its end."""


class Process:
    """A run of the binary. Used as a context manager, it leaves no process and no thread behind."""

    def __init__(self, command: list[str], given: Arguments, cancel: threading.Event | None = None) -> None:
        self._feed_error: BaseException | None = None
        self._said = bytearray()
        self._said_last = bytearray()
        self._cancel = cancel
        self._ended = threading.Event()
        self._process = subprocess.Popen(
            [str(binary()), *command],
            stdin=subprocess.PIPE if given.feed is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=given.folder,
        )
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        if given.feed is not None:
            self._threads.append(threading.Thread(target=self._deliver, args=(given.feed,), daemon=True))
        if cancel is not None:
            self._threads.append(threading.Thread(target=self._watch, args=(cancel,), daemon=True))
        for thread in self._threads:
            thread.start()

    @property
    def output(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    @property
    def said(self) -> str:
        """What the run printed on standard error, after it has ended."""
        return (self._said + self._said_last).decode("utf-8", "replace")

    def finish(self, result: Any = None, *, allowed: frozenset[int] = frozenset()) -> int:
        """Waits for the end, after all of the output was read.

        Args:
            result: what was still done; None or empty if nothing was.
            allowed: statuses that are returned, besides 0.

        Returns:
            The status: 0 or one that is allowed.

        Raises:
            ImportAuditError: for any other status; it has the result.
        """
        status = self._process.wait()
        self._ended.set()
        for thread in self._threads:
            # A thread that waits for more input cannot be woken when nothing reads that input any longer.
            thread.join(timeout=None if status == 0 else 1)
        if self._feed_error is not None:
            raise self._feed_error
        if status != 0 and self._cancel is not None and self._cancel.is_set():
            raise Cancelled("interrupted")
        if status == 0 or status in allowed:
            return status
        raise error_of(status, self.said, result or None if status in PARTIAL or status == 1 else None)

    def stop(self) -> None:
        """Ends the run if it has not ended, like Ctrl-C, so that no file is half written."""
        if self._process.stdout is not None:
            with suppress(OSError):
                self._process.stdout.close()
        self._interrupt()
        self._ended.set()
        # A file that delivers the input may be waiting for more, with no way to wake it.
        for thread in self._threads:
            thread.join(timeout=1)

    def _interrupt(self) -> None:
        """Sends what Ctrl-C sends. A run that is only waiting for its input does not notice it."""
        for wait in (0.5, 10):
            if self._process.poll() is not None:
                return
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=wait)
                return
            if self._waits_for_input:
                break
        self._process.kill()
        self._process.wait()

    @property
    def _waits_for_input(self) -> bool:
        return self._process.stdin is not None and not self._process.stdin.closed

    def __enter__(self) -> Process:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                with suppress(OSError):
                    stream.close()

    def _listen(self) -> None:
        stream = self._process.stderr
        assert stream is not None
        with suppress(ValueError, OSError):
            while True:
                block = stream.read1(65536)  # type: ignore[attr-defined]
                if not block:
                    return
                kept = block[: _SAID_BYTES - len(self._said)]
                self._said += kept
                self._said_last = (self._said_last + block[len(kept) :])[-65536:]

    def _deliver(self, feed: Feed) -> None:
        stream = self._process.stdin
        assert stream is not None
        try:
            for block in blocks(feed):
                stream.write(block)
        except BrokenPipeError:
            pass  # The run has ended; its status says why.
        except BaseException as error:
            # Half an input would be mistaken for one that is cut off.
            self._feed_error = error
            self._process.kill()
        finally:
            with suppress(BrokenPipeError):
                stream.close()

    def _watch(self, cancel: threading.Event) -> None:
        while not self._ended.is_set():
            if cancel.wait(0.05):
                self._interrupt()
                return


def run(
    command: list[str],
    given: Arguments,
    *,
    cancel: threading.Event | None = None,
    allowed: frozenset[int] = frozenset(),
) -> tuple[int, bytes]:
    """Runs the binary to its end.

    Args:
        allowed: statuses that are returned, besides 0; 65 and 66 only if something was still done, and therefore printed.

    Returns:
        Its status, and what it printed.
    """
    with Process(command, given, cancel) as process:
        output = process.output.read()
        status = process.finish(output, allowed=allowed if output else allowed - PARTIAL)
    return status, output
