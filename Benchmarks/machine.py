"""The machine and the versions that the figures were measured with."""

import platform
import subprocess
from importlib.metadata import version


def first_line(*command):
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    return (output.stdout or output.stderr).strip().split("\n")[0]


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} cores of {names[0] if names else platform.machine()}"


def memory():
    with open("/proc/meminfo", encoding="utf-8") as lines:
        return f"{int(lines.readline().split()[1]) / 1024 / 1024:.0f} GiB"


def simdjson():
    return first_line("dpkg-query", "-W", "-f=${Version}", "libsimdjson-dev")


def description(tool):
    return (
        f"{processor()}, {memory()}, Linux {platform.release()}. import-audit {first_line(tool, '--version')}, "
        f"simdjson {simdjson()} ({first_line('g++', '--version')}), {first_line('jq', '--version')}, "
        f"orjson {version('orjson')} on Python {platform.python_version()}, DuckDB {version('duckdb')}."
    )
