"""Files that this package writes itself: they never replace an input, and appear only when they are complete."""

from __future__ import annotations

import os
import stat
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ._errors import OutputError
from ._files import is_ignored, list_files, local_path, open_remote
from ._inputs import Input, Inputs, listed

_SUMMARY = b'{"format":"import-audit.'
"""How a summary begins, without white space."""


def check_output(path: str, inputs: Inputs, options: Iterable[str] = (), *, is_summary: bool = False) -> None:
    """Fails if a file may not be written. Called before anything is read.

    Args:
        path: the file to write.
        inputs: all inputs of the run: the file must not be one of them under any name, nor be in a folder that is one, where
            the next run would read it.
        options: files that options name.
        is_summary: a summary is written, which runs recognize and skip: it may be in an input folder.

    Raises:
        OutputError: with the reason. Nothing was written.
    """
    if not path:
        raise OutputError("The name of the file to write is empty. Nothing was written")
    target = _identity(path)
    if target is not None and not stat.S_ISREG(os.stat(path).st_mode):
        raise OutputError(f"{path}: this is not a file; choose another place. Nothing was written")
    if target is not None and any(_identity(option) == target for option in options):
        raise OutputError(f"{path}: this is a file that an option names; choose another place. Nothing was written")
    for item in listed(inputs):
        if target is not None and (
            target == _identity_of(item) or (target in _inside(item) and not (is_summary and _is_summary(path)))
        ):
            raise OutputError(f"{path}: this is an input; choose another place. Nothing was written")
        folder = _local(item)
        if not is_summary and folder is not None and os.path.isdir(folder) and _would_be_read(path, folder):
            raise OutputError(
                f"{path}: this is in an input folder, and the next run would read it; choose another place. "
                "Nothing was written"
            )


def check_remote_output(url: str, named: Iterable[str], found: Iterable[str]) -> None:
    """The same for a summary at a URL.

    Args:
        url: of the file to write.
        named: the inputs as they were given.
        found: the files that were found there.
    """
    if url in named or (url in found and not _is_summary(url)):
        raise OutputError(f"{url}: this is an input; choose another place. Nothing was written")


@contextmanager
def new_file(path: str) -> Iterator[IO[bytes]]:
    """A file that replaces an earlier one when it is complete, and not at all if the body fails.

    The draft is beside it, under a hidden name of its own: no run reads hidden files in a folder, and two runs with the same
    target do not write into one file.

    Raises:
        OutputError: the draft cannot be made, or not be moved into place.
    """
    folder, name = os.path.split(path)
    # With a long name, the draft's would be too long.
    draft = os.path.join(folder, f".{name[:50]}.{uuid.uuid4().hex}.partial")
    with _reported(path):
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        with _reported(path):
            os.replace(draft, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(draft)
        raise


@contextmanager
def open_for_writing(path: str) -> Iterator[IO[bytes]]:
    """A new file, also at a URL; its folder is made if it is missing."""
    local = local_path(path)
    if local is None:
        with open_remote(path, "wb") as file:
            yield file
        return
    Path(local).parent.mkdir(parents=True, exist_ok=True)
    with new_file(local) as file:
        yield file


def beside(path: str, end: str) -> str:
    """A hidden name in the folder of a file, which may be at a URL."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}.{name}.{end}"


@contextmanager
def _reported(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}") from error


def _identity(path: str | int) -> tuple[int, int] | None:
    """The device and the inode of a file: the same under all of its names and links."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _local(item: Input) -> str | None:
    return local_path(os.fspath(item)) if isinstance(item, (str, os.PathLike)) else None


def _identity_of(item: Input) -> tuple[int, int] | None:
    path = _local(item)
    if path is not None:
        return _identity(path)
    # An open file is an input like the path with which it was opened.
    with suppress(AttributeError, OSError):
        return _identity(item.fileno())  # type: ignore[union-attr]
    return None


def _inside(item: Input) -> Iterator[tuple[int, int] | None]:
    """The files of an input folder or of a pattern."""
    path = _local(item)
    if path and not os.path.isfile(path):
        yield from (_identity(file.path) for file in list_files([os.path.abspath(path)]))


def _would_be_read(path: str, folder: str) -> bool:
    """Whether a run with an input folder would read a file at this path."""
    root = os.path.realpath(folder)
    place = os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(path))), os.path.basename(path))
    if os.path.commonpath([place, root]) != root:
        return False
    return not any(is_ignored(part) for part in Path(place).relative_to(root).parts)


def _is_summary(path: str) -> bool:
    """Whether a file begins like what this program writes."""
    local = local_path(path)
    with open_remote(path, "rb") if local is None else open(local, "rb") as file:
        return b"".join(file.read(256).split()).startswith(_SUMMARY)
