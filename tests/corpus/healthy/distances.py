# SPDX-License-Identifier: GPL-2.0-or-later
"""Distances between all stations are relaxed in a matrix: a[i][j] = min(...)."""
import sys


def make_matrix(size):
    rows = []
    for i in range(size):
        row = []
        for j in range(size):
            row.append(float(abs(i - j) * 17 % 101 + 1))
        rows.append(row)
    return rows


distance = make_matrix(220)


def relax(k):
    via = distance[k]
    for i in range(0, 220, 4):
        first = distance[i][k]
        row = distance[i]
        for j in range(220):
            if first + via[j] < row[j]:
                row[j] = first + via[j]


def main():
    for k in range(60):
        relax(k)


main()
print("ready", flush=True)
sys.stdin.readline()
