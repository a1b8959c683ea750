"""Reads a packed audit as any program would, and checks it against its manifest, its sums, and the folder of the audit.

Prints the manifest as one line of JSON; ends with an error at the first thing that is wrong.
"""

import hashlib
import json
import os
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree as ET
import zipfile

path, folder = sys.argv[1], sys.argv[2]
packed = zipfile.ZipFile(path)
assert packed.testzip() is None
infos = packed.infolist()
names = [info.filename for info in infos]
assert names == sorted(names, key=str.encode), "not sorted"
assert len(set(names)) == len(names)
top = names[0].split("/")[0]
assert all(name.startswith(top + "/") for name in names), "not one folder"
for info in infos:
    assert info.date_time == (1980, 1, 1, 0, 0, 0), info
    assert info.external_attr == 0o100644 << 16, info
    assert info.compress_type == zipfile.ZIP_DEFLATED or info.file_size == 0, info
contents = {info.filename[len(top) + 1 :]: packed.read(info) for info in infos}

manifest = json.loads(contents["MANIFEST.json"])
assert manifest["format"] == "import-audit.pack" and manifest["version"] == 1
assert manifest["tool"]["name"] == "import-audit"
assert list(manifest) == ["format", "version", "tool", "options", "inputs", "files", "outputs"]
outputs = {output["path"]: output for output in manifest["outputs"]}
assert set(outputs) == set(contents) - {"MANIFEST.json", "SHA256SUMS"}
for name, output in outputs.items():
    assert output["bytes"] == len(contents[name]), name
    assert output["sha256"] == hashlib.sha256(contents[name]).hexdigest(), name
    with open(os.path.join(folder, name), "rb") as file:
        assert file.read() == contents[name], name
sums = [line.split("  ", 1) for line in contents["SHA256SUMS"].decode().splitlines()]
assert [name for _, name in sums] == ["MANIFEST.json"] + list(outputs)
assert all(hashlib.sha256(contents[name]).hexdigest() == sum for sum, name in sums)

# Links must lead from page to page in the unpacked audit.
with tempfile.TemporaryDirectory() as unpacked:
    packed.extractall(unpacked)
    for name in contents:
        if not name.endswith(".xhtml"):
            continue
        page = os.path.join(unpacked, top, name)
        for element in ET.parse(page).iter():
            link = element.get("href") or ""
            if link and not link.startswith("#"):
                parts = urllib.parse.urlsplit(link)
                assert not parts.scheme and not parts.netloc, link
                target = os.path.join(os.path.dirname(page), urllib.parse.unquote(parts.path))
                assert os.path.isfile(target), (name, link)
                assert os.path.realpath(target).startswith(os.path.realpath(unpacked) + os.sep), link
print(json.dumps(manifest))
