"""Reads a CSV file with Python's own strict reader and prints its cells in hexadecimal, a record a line.

    csv_cells.py FILE
"""

import csv
import sys

with open(sys.argv[1], encoding="utf-8", newline="") as file:
    for record in csv.reader(file, strict=True):
        print(".".join(cell.encode("utf-8").hex() for cell in record))
