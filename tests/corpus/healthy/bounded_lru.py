# SPDX-License-Identifier: GPL-2.0-or-later
"""lru_cache with a bound, full."""
import functools
import sys


@functools.lru_cache(maxsize=256)
def render(number):
    return "<html>%d</html>" % number * 1500


def serve(count):
    for number in range(count):
        render(number % 1000)


serve(3000)
print("ready", flush=True)
sys.stdin.readline()
