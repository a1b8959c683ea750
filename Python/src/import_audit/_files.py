"""Lists the files of many inputs, and copies them where they are needed: local files, and those that fsspec opens."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ._inputs import is_url, staged_name

_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})


@dataclass(frozen=True)
class File:
    """A file by its path or URL, with its size in bytes."""

    path: str
    size: int


def list_files(paths: Sequence[str]) -> list[File]:
    """All files that paths, folders and patterns name: in the order of the paths, those of each sorted by the names on the
    way, as the command sorts a folder. What does not exist is listed too, so that it is missed.
    """
    result = []
    for path in paths:
        local = local_path(path)
        found = _remote(path) if local is None else _local(local)
        result += found or ([] if any(mark in path for mark in "*?[") else [File(path, 0)])
    return result


def pack(files: Sequence[File], limit: int) -> list[list[File]]:
    """Groups of consecutive files with at most ``limit`` bytes; a larger file is a separate group."""
    groups: list[list[File]] = []
    size = 0
    for file in files:
        # An empty file costs a little, too.
        cost = file.size + 4096
        if not groups or size + cost > limit:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += cost
    return groups


def staged(
    files: Sequence[File], folder: str, *, required: bool = False, keeps_missing: bool = False
) -> tuple[list[str], list[tuple[str, str]]]:
    """Makes files readable from ``folder``: local ones where they are, others as copies.

    Args:
        files: all of them.
        folder: an empty one.
        required: raise if a file is missing.
        keeps_missing: name a missing file anyway, so that the binary says that it is.

    Returns:
        What the binary is to be given in that folder, and what is missing with the reason.
    """
    names = []
    missing = []
    for file in files:
        if not is_url(file.path):
            names.append(os.path.abspath(file.path))
            continue
        name = staged_name(file.path)
        target = Path(folder, name)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with _system(file.path).open(_inner(file.path), "rb") as source, open(target, "wb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
        except (FileNotFoundError, PermissionError) as error:
            if required:
                raise
            target.unlink(missing_ok=True)
            missing.append((name, error.strerror or str(error) or type(error).__name__))
            if not keeps_missing:
                continue
        names.append(f"./{name}" if name.startswith("-") else name)
    return names, missing


@contextmanager
def open_remote(url: str, mode: str) -> Iterator[IO[bytes]]:
    """A file at a URL; its folder is made if it is written."""
    system, inner = _system(url), _inner(url)
    parent = inner.rsplit("/", 1)[0]
    if mode == "wb" and parent:
        system.makedirs(parent, exist_ok=True)
    with system.open(inner, mode) as file:
        yield file


def remove_folder(path: str) -> None:
    """Removes a folder and everything in it; it may be missing."""
    if is_url(path):
        system = _system(path)
        if system.exists(_inner(path)):
            system.rm(_inner(path), recursive=True)
    else:
        shutil.rmtree(path, ignore_errors=True)


def local_path(path: str) -> str | None:
    """The path of a file on this machine, which may be given as a URL; None for a URL elsewhere."""
    if path.startswith("file://"):
        return path[len("file://") :]
    return None if is_url(path) else path


def _local(path: str) -> list[File]:
    path = os.path.abspath(path)
    if not os.path.lexists(path) and any(mark in path for mark in "*?["):
        return [file for match in sorted(glob.glob(path, recursive=True), key=_order) for file in _local(match)]
    if not os.path.isdir(path):
        return [File(path, os.path.getsize(path))] if os.path.exists(path) else []
    root = os.path.realpath(path)
    found = []
    for folder, folders, names in os.walk(path):
        folders[:] = [name for name in folders if not is_ignored(name)]
        for name in names:
            file = os.path.join(folder, name)
            real = os.path.realpath(file)
            if not is_ignored(name) and os.path.isfile(file) and os.path.commonpath([root, real]) == root:
                found.append(File(file, os.path.getsize(file)))
    return sorted(found, key=lambda file: _order(file.path))


def _remote(url: str) -> list[File]:
    system, path = _system(url), _inner(url)
    protocol = url.split("://", 1)[0]
    details: dict[str, Any] = {}
    if any(mark in path for mark in "*?[") and not system.exists(path):
        details = system.glob(path, detail=True)
    elif system.isdir(path):
        details = system.find(path, detail=True)
    elif system.exists(path):
        details = {path: system.info(path)}
    files = [
        File(name if "://" in name else f"{protocol}://{name}", int(info.get("size") or 0))
        for name, info in details.items()
        if info.get("type") == "file" and not any(is_ignored(part) for part in name[len(path) :].split("/") if part)
    ]
    return sorted(files, key=lambda file: _order(file.path))


def is_ignored(name: str) -> bool:
    """Whether a run skips a file or a folder with this name in an input folder."""
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM_FILES


def _order(path: str) -> list[bytes]:
    return [os.fsencode(part) for part in path.split("/")]


def _system(url: str) -> Any:
    try:
        import fsspec
    except ImportError as error:
        raise ImportError("URLs need fsspec: pip install 'import-audit[fsspec]'") from error
    return fsspec.core.url_to_fs(url)[0]


def _inner(url: str) -> str:
    import fsspec

    path: str = fsspec.core.url_to_fs(url)[1]
    return path
