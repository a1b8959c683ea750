"""Writes zips that someone has tampered with, each of one kind, from a packed audit.

Their names say what `verify` must come to: 0 for zips whose files are the same, 1 for other files, 65 for zips that
programs may read differently.
"""

import hashlib
import json
import os
import struct
import sys
import zipfile
import zlib

source, folder = sys.argv[1], sys.argv[2]
original = open(source, "rb").read()
with zipfile.ZipFile(source) as packed:
    FILES = [(info.filename, packed.read(info)) for info in packed.infolist()]
TOP = FILES[0][0].split("/")[0]
VICTIM = next(name for name, _ in FILES if name.endswith("summary.json"))


def entry(name, data, method=8, flags=0x800, mode=0o100644, extra=b"", local=None, size=None, crc=None, comment=b"", packed=None):
    """A file: its header and data, and its record in the list without the offset."""
    name = name if isinstance(name, bytes) else name.encode()
    deflater = zlib.compressobj(6, zlib.DEFLATED, -15)
    if packed is None:
        packed = data if method == 0 else deflater.compress(data) + deflater.flush()
    numbers = struct.pack("<HHHHHIII", 20, flags, method, 0, 0x21, zlib.crc32(data) if crc is None else crc, len(packed), len(data) if size is None else size)
    shown = name if local is None else local
    header = b"PK\3\4" + numbers + struct.pack("<HH", len(shown), len(extra)) + shown + extra + packed
    record = b"PK\1\2" + struct.pack("<H", 3 << 8 | 20) + numbers
    record += struct.pack("<HHHHHI", len(name), len(extra), len(comment), 0, 0, mode << 16)
    return header, record, name + extra + comment


def build(entries, before=b"", between=b"", behind=b"", comment=b"", list_order=None, count=None):
    out, records = before, []
    for header, record, rest in entries:
        records.append(record + struct.pack("<I", len(out)) + rest)
        out += header + between
    start = len(out)
    records = [records[index] for index in list_order] if list_order else records
    out += b"".join(records)
    number = len(records) if count is None else count
    out += b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, number, number, len(out) - start, start, len(comment)) + comment
    return out + behind


def changed(**contents):
    """The files with other contents for some of them, as a list."""
    return [(name, contents.get(name, data)) for name, data in FILES]


def forged(files):
    """The same with a manifest and sums that fit: whoever can do that has made an audit of their own."""
    files = dict(files)
    manifest = json.loads(files[f"{TOP}/MANIFEST.json"])
    for output in manifest["outputs"]:
        data = files[f"{TOP}/{output['path']}"]
        output.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
    files[f"{TOP}/MANIFEST.json"] = json.dumps(manifest).encode()
    lines = [("MANIFEST.json", files[f"{TOP}/MANIFEST.json"])] + [(o["path"], files[f"{TOP}/{o['path']}"]) for o in manifest["outputs"]]
    files[f"{TOP}/SHA256SUMS"] = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in lines).encode()
    return list(files.items())


def zipped(files, **options):
    return build([entry(name, data, **options) for name, data in files])


def with_victim(**options):
    return build([entry(name, data, **(options if name == VICTIM else {})) for name, data in FILES])


def with_new(name, data=b"new", **options):
    return build([entry(*file) for file in FILES] + [entry(name, data, **options)])


def in_order(files):
    return sorted(files, key=lambda file: file[0].encode())


data = dict(FILES)[VICTIM]
manifest = dict(FILES)[f"{TOP}/MANIFEST.json"]
other = data.replace(b"1", b"2")
bomb = b"\0" * 300_000_000
unicode_path = struct.pack("<HHBI", 0x7075, 5 + 8, 1, zlib.crc32(VICTIM.encode())) + b"evil.txt"
last = f"{TOP}/zzz"
zips = {
    "0-as-it-was": original,
    "0-packed-anew": zipped(FILES),
    "0-stored": zipped(FILES, method=0),
    "0-other-top": zipped([(name.replace(TOP, "else", 1), data) for name, data in FILES]),
    "0-forged": zipped(forged(changed(**{VICTIM: other}))),
    "1-changed": zipped(changed(**{VICTIM: other})),
    "1-changed-longer": zipped(changed(**{VICTIM: data + b"\n"})),
    "1-emptied": zipped(changed(**{VICTIM: b""})),
    "1-bomb": zipped(changed(**{VICTIM: bomb})),
    "1-bomb-manifest": zipped(changed(**{f"{TOP}/MANIFEST.json": bomb})),
    "1-renamed": zipped(in_order([(name.replace("summary", "summery"), data) for name, data in FILES])),
    "1-added": with_new(last),
    "1-added-outside": with_new("zzz/other"),
    "1-added-at-top": with_new("zzz"),
    "1-removed": zipped([file for file in FILES if file[0] != VICTIM]),
    "1-removed-manifest": zipped(FILES[1:]),
    "1-removed-sums": zipped(FILES[:1] + FILES[2:]),
    "1-only-manifest": zipped(FILES[:1]),
    "1-empty": build([]),
    "1-manifest-no-json": zipped(changed(**{f"{TOP}/MANIFEST.json": b"{"})),
    "1-manifest-empty": zipped(changed(**{f"{TOP}/MANIFEST.json": b""})),
    "1-manifest-deep": zipped(changed(**{f"{TOP}/MANIFEST.json": b'{"x":' + b"[" * 1_000_000})),
    "1-manifest-other-format": zipped(changed(**{f"{TOP}/MANIFEST.json": manifest.replace(b"audit.pack", b"audit.pick")})),
    "1-manifest-version": zipped(changed(**{f"{TOP}/MANIFEST.json": manifest.replace(b'"version": 1', b'"version": 2')})),
    "1-manifest-twice": zipped(changed(**{f"{TOP}/MANIFEST.json": manifest.replace(b'"outputs"', b'"outputs": [], "outputs"')})),
    "1-manifest-no-outputs": zipped(changed(**{f"{TOP}/MANIFEST.json": manifest.replace(b'"outputs"', b'"puts"')})),
    "1-manifest-spaces": zipped(changed(**{f"{TOP}/MANIFEST.json": manifest + b" "})),
    "1-sums": zipped(changed(**{f"{TOP}/SHA256SUMS": dict(FILES)[f"{TOP}/SHA256SUMS"] + b"\n"})),
    "1-checksum-wrong": with_victim(crc=1),
    "1-size-wrong": with_victim(size=len(data) - 1),
    "1-size-too-large": with_victim(size=len(data) + 1),
    "1-data-cut": with_victim(packed=zlib.compress(data, 6)[2:-9]),
    "1-data-behind-data": with_victim(packed=zlib.compress(data, 6)[2:-4] + b"more"),
    "1-no-deflate": with_victim(packed=b"\xff" * 50),
    "65-twice": zipped(in_order(FILES + [(VICTIM, other)])),
    "65-reordered": zipped(FILES[1:] + FILES[:1]),
    "65-list-reordered": build([entry(*file) for file in FILES], list_order=[1, 0] + list(range(2, len(FILES)))),
    "65-hidden-in-front": build([entry(*file) for file in FILES], before=entry(last, b"hidden")[0]),
    "65-hidden-between": build([entry(*file) for file in FILES], between=entry(last, b"hidden")[0]),
    "65-hidden-behind-list": build([entry(*file) for file in FILES], list_order=list(range(len(FILES) - 1))),
    "65-shared-data": build([entry(*file) for file in FILES], list_order=list(range(len(FILES))) + [0]),
    "65-prefix": b"#!/bin/sh\n" + original,
    "65-suffix": original + b"\n",
    "65-second-zip-behind": original + zipped(changed(**{VICTIM: other})),
    "65-second-zip-in-front": zipped(changed(**{VICTIM: other})) + original,
    "65-comment": build([entry(*file) for file in FILES], comment=b"comment"),
    "65-end-in-comment": build([entry(*file) for file in FILES], comment=build([entry(*file) for file in FILES])[-22:]),
    "65-comment-of-file": with_victim(comment=b"comment"),
    "65-count": build([entry(*file) for file in FILES], count=len(FILES) - 1),
    "65-encrypted": with_victim(flags=0x801),
    "65-strongly-encrypted": with_victim(flags=0x841),
    "65-method": with_victim(method=12, packed=b"BZh9"),
    "65-link": with_victim(mode=0o120777),
    "65-runnable": with_victim(mode=0o100755),
    "65-setuid": with_victim(mode=0o104644),
    "65-folder": with_new(last + "/", b"", mode=0o040755),
    "65-other-name-before-data": with_victim(local=b"a/evil.txt"),
    "65-unicode-path": with_victim(extra=unicode_path),
    "65-extra-cut": with_victim(extra=b"\x75\x78\xff"),
    "65-zip64-for-nothing": with_victim(extra=struct.pack("<HHQ", 1, 8, 5)),
    "65-not-utf8": with_new(last.encode() + b"\xff"),
    "65-not-marked-utf8": with_new(last + "é", flags=0),
    "65-dots": with_new(f"{TOP}/zz/../../x"),
    "65-absolute": build([entry("/etc/passwd", b"x")]),
    "65-drive": with_new("z:/x"),
    "65-backslash": with_new("z\\..\\x"),
    "65-control": with_new(last + "\x1b[31m"),
    "65-nul": with_new(last + "\0.txt"),
    "65-double-slash": with_new(f"{TOP}/zz//x"),
    "65-no-name": build([entry("", b"x")]),
    "65-no-zip": b"{}",
    "65-nothing": b"",
    "65-only-end": original[-22:],
    "65-html": b"<!DOCTYPE html><html></html>" * 10,
}
for length in sorted({0, 1, 4, 21, 22, 30, 46, len(original) // 2, len(original) - 23, len(original) - 22, len(original) - 1}):
    zips[f"65-cut-{length}"] = original[:length]
for name, data in zips.items():
    with open(os.path.join(folder, f"{name}.zip"), "wb") as file:
        file.write(data)
