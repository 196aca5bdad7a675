# SPDX-License-Identifier: GPL-2.0-or-later
"""Days are parsed often, and there are not many of them: a cache without a limit over keys that are few."""
# gap cold: how many different arguments there are does not show where the cache makes the call
import functools
import sys


@functools.lru_cache(maxsize=None)
def parse_day(text):
    year, month, day = text.split("-")
    return {"year": int(year), "month": int(month), "day": int(day), "label": "day " + text, "words": text.split("-")}


def main():
    for number in range(120000):
        day = number * 37 % 3360
        parse_day("%04d-%02d-%02d" % (2015 + day // 336, day // 28 % 12 + 1, day % 28 + 1))


main()
print("ready", flush=True)
sys.stdin.readline()
