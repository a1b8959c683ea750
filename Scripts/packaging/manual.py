#!/usr/bin/env python3
"""Writes the manual pages of import-audit and all of its commands, from what the binary says of itself.

    manual.py BINARY FOLDER
"""

import gzip
import json
import os
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any


def escaped(text: str) -> str:
    """Text for roff: no character of it acts."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    text = "".join(letter if ord(letter) < 127 else f"\\[u{ord(letter):04X}]" for letter in text)
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def names_of(argument: dict[str, Any]) -> list[str]:
    result = []
    for name in argument.get("names") or []:
        dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}[name["kind"]]
        result.append(dashes + name["name"])
    return result


def synopsis(command: list[str], info: dict[str, Any]) -> list[str]:
    lines = [f".B {escaped(' '.join(command))}"]
    if info.get("subcommands"):
        return [*lines, ".I command", ".RI [ options ]"]
    if any(argument["kind"] != "positional" for argument in info["arguments"]):
        lines.append(".RI [ options ]")
    for argument in info["arguments"]:
        if argument["kind"] == "positional":
            name = escaped(argument["valueName"])
            lines.append((f".RI [ {name} ]" if argument["isOptional"] else f".I {name}") + ("..." if argument["isRepeating"] else ""))
    return lines


def discussion(text: str) -> list[str]:
    lines: list[str] = []
    verbatim = False
    for line in text.split("\n"):
        if line and line == line.upper() and not line.startswith(" ") and line.replace(" ", "").isalpha():
            lines += [".fi"] * verbatim + [f".SH {escaped(line)}"]
            verbatim = False
        elif line.startswith("  "):
            lines += [] if verbatim else [".nf"]
            lines.append(escaped(line[2:]))
            verbatim = True
        elif not line.strip():
            lines += [""] if verbatim else [".PP"]
        else:
            lines += [".fi"] * verbatim + [escaped(line)]
            verbatim = False
    return lines + [".fi"] * verbatim


def page(command: list[str], info: dict[str, Any], version: str, date: str) -> str:
    title = "-".join(command)
    lines = [
        f'.TH {escaped(title.upper())} 1 {date} "import-audit {version}" "User Commands"',
        ".SH NAME",
        f"{escaped(title)} \\- {escaped(info.get('abstract', '').rstrip('.'))}",
        ".SH SYNOPSIS",
        *synopsis(command, info),
        ".SH DESCRIPTION",
        *discussion(info.get("discussion") or info.get("abstract", "")),
    ]
    arguments = [argument for argument in info["arguments"] if argument.get("shouldDisplay", True)]
    if arguments:
        lines.append(".SH OPTIONS")
    section = None
    for argument in arguments:
        if argument.get("sectionTitle") and argument["sectionTitle"] != section:
            section = argument["sectionTitle"]
            lines.append(f".SS {escaped(section)}")
        names = ", ".join(escaped(name) for name in names_of(argument))
        value = escaped(argument.get("valueName", ""))
        head = {"positional": f".I {value}", "flag": f".B {names}"}.get(argument["kind"], f'.BI "{names} " {value}')
        lines += [".TP", head, escaped(argument.get("abstract", ""))]
        if argument.get("discussion"):
            lines.append(escaped(argument["discussion"]))
    subcommands = [item for item in info.get("subcommands") or [] if item["commandName"] != "help"]
    if subcommands:
        lines.append(".SH COMMANDS")
        for item in subcommands:
            name = escaped("-".join([*command, item["commandName"]]))
            lines += [".TP", f".BR {name} (1)", escaped(item.get("abstract", ""))]
    elif len(command) > 1:
        lines += [".SH SEE ALSO", f".BR {escaped(command[0])} (1)"]
    return "\n".join(line for index, line in enumerate(lines) if not _is_double(lines, index)) + "\n"


def _is_double(lines: list[str], index: int) -> bool:
    """A paragraph where none can begin."""
    following = lines[index + 1] if index + 1 < len(lines) else ".SH"
    return lines[index] == ".PP" and following.startswith((".SH", ".PP", ".SS", ".nf"))


def main(binary: str, folder: str) -> None:
    info = json.loads(subprocess.run([binary, "--experimental-dump-help"], check=True, capture_output=True).stdout)
    version = subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout.split()[0]
    date = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc).strftime("%Y-%m-%d")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)

    def write(command: list[str], info: dict[str, Any]) -> None:
        text = page(command, info, version, date).encode()
        with open(target / f"{'-'.join(command)}.1.gz", "wb") as file, gzip.GzipFile(
            filename="", mode="wb", fileobj=file, mtime=0, compresslevel=9
        ) as packed:
            packed.write(text)
        for item in info.get("subcommands") or []:
            if item["commandName"] != "help":
                write([*command, item["commandName"]], item)

    write(["import-audit"], info["command"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
