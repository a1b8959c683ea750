"""Inputs: paths, URLs of fsspec, bytes and file objects, as arguments and standard input of the binary."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Union, cast

Input = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, IO[bytes]]
"""The path of a file, a folder or an archive; a URL that fsspec opens; the bytes of a dump; or a binary file object."""

Inputs = Union[Input, Sequence[Input]]
"""One input, or several."""

Feed = Union[bytes, bytearray, memoryview, "IO[bytes]"]


@dataclass(frozen=True)
class Arguments:
    """What the binary gets."""

    names: list[str]
    """Its inputs."""
    feed: Feed | None = None
    """The contents of standard input, if an input is ``-``."""
    folder: str | None = None
    """The working directory, if it differs."""


def is_url(value: object) -> bool:
    return isinstance(value, str) and "://" in value.split("?", 1)[0]


def absolute(path: str | os.PathLike[str]) -> str:
    """A path that does not depend on the working directory; also for ``FILE#Sheet``. An empty one stays empty, so that the
    binary refuses it."""
    name = os.fspath(path)
    return os.path.abspath(name) if name else name


@contextmanager
def arguments(*groups: Inputs) -> Iterator[Arguments]:
    """Turns inputs into arguments.

    Local paths are given as they are, and so are the names of sources. A single input of bytes is standard input. What
    is at a URL is copied into a temporary folder first, under the names of its path, and removed at the end.
    """
    inputs = [item for group in groups for item in listed(group)]
    streams = [item for item in inputs if not isinstance(item, (str, os.PathLike))]
    if len(streams) <= 1 and not any(is_url(item) for item in inputs):
        names = [_shielded(os.fspath(item)) if isinstance(item, (str, os.PathLike)) else "-" for item in inputs]
        yield Arguments(names, streams[0] if streams else None)
        return
    folder = tempfile.mkdtemp(prefix="import-audit-")
    try:
        names = []
        for number, item in enumerate(inputs, 1):
            if isinstance(item, str) and is_url(item):
                names += [_shielded(name) for name in copy_url(item, folder)]
            elif isinstance(item, (str, os.PathLike)):
                names.append(absolute(item))
            else:
                name = f"input-{number}"
                with open(os.path.join(folder, name), "wb") as file:
                    for block in blocks(item):
                        file.write(block)
                names.append(name)
        yield Arguments(names, None, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def blocks(feed: Feed) -> Iterator[bytes | memoryview]:
    """The contents of bytes or of a file, in pieces."""
    if isinstance(feed, (bytes, bytearray, memoryview)):
        view = memoryview(feed).cast("B")
        for start in range(0, len(view), 1 << 20):
            yield view[start : start + (1 << 20)]
        return
    while True:
        block = feed.read(1 << 20)
        if not block:
            return
        if isinstance(block, str):
            raise TypeError("An input must be open in binary mode, as open(path, 'rb') does it")
        yield block


def copy_url(url: str, folder: str) -> list[str]:
    """Copies the file, the folder or the files of a pattern at a URL into a folder.

    Returns:
        The copies, relative to the folder, sorted: the paths of the URLs, without the scheme.
    """
    try:
        import fsspec
    except ImportError as error:
        raise ImportError("URLs need fsspec: pip install 'import-audit[fsspec]'") from error
    system: Any
    system, path = fsspec.core.url_to_fs(url)
    if any(mark in path for mark in "*?[") and not system.exists(path):
        files = sorted(system.glob(path))
    elif system.isdir(path):
        files = sorted(system.find(path))
    else:
        files = [path]
    names = []
    for file in files:
        name = staged_name(file)
        target = Path(folder, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        with system.open(file, "rb") as source, open(target, "wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        names.append(name)
    return names


def staged_name(path: str) -> str:
    """The relative path under which a remote file is read: it never leads out of a folder."""
    path = path.split("://", 1)[-1]
    parts = [part for part in PurePosixPath(path).parts if part not in ("/", "..", ".", "")]
    return "/".join(parts) or "input"


def _shielded(name: str) -> str:
    """A file whose name looks like an option or like standard input."""
    return f"./{name}" if name.startswith("-") else name


def listed(inputs: Inputs) -> list[Input]:
    """All inputs, in order."""
    if isinstance(inputs, (str, bytes, bytearray, memoryview, os.PathLike)) or hasattr(inputs, "read"):
        return [cast("Input", inputs)]
    if isinstance(inputs, Iterable):
        return list(inputs)
    raise TypeError(f"Not an input: {inputs!r}")
