"""Says of each zip behind the first whether Python finds the same files in it as in the first: a line `same` or not."""

import sys
import zipfile


def files(path):
    with zipfile.ZipFile(path) as packed:
        return [(info.filename, packed.read(info)) for info in packed.infolist()]


wanted = files(sys.argv[1])
for path in sys.argv[2:]:
    try:
        print("same" if files(path) == wanted else "other")
    except Exception as error:
        print("unreadable", error)
