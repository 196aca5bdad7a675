# SPDX-License-Identifier: GPL-2.0-or-later
"""Each formula is compiled once and kept as a global of the program, under a name made from its number."""
import sys

UNITS = {"unit%d" % n: n / 7 for n in range(2000)}


def compile_formula(number):
    return {"steps": [number * step for step in range(1000, 1030)], "text": "x * %d + y" % number}


def formula(number):
    name = "_formula_%d" % number
    if name not in globals():
        globals()[name] = compile_formula(number)  # holder: __main__
    return globals()[name]


for number in range(2000):
    formula(number)
print("ready", flush=True)
sys.stdin.readline()
