# SPDX-License-Identifier: GPL-2.0-or-later
"""A dataset is read once by the main function, then worked with."""
# sign: replaced-whole
import csv
import io
import sys


def read(file):
    reader = csv.DictReader(file)
    return [row for row in reader]


def mean(rows, column):
    return sum(float(row[column]) for row in rows) / len(rows)


def main():
    text = "id,x,y\n" + "".join("%d,%f,%f\n" % (n, n * 0.5, n * 0.25) for n in range(15000))
    rows = read(io.StringIO(text))
    for _ in range(5):
        mean(rows, "x")
    print("ready", flush=True)
    sys.stdin.readline()
    return rows


main()
