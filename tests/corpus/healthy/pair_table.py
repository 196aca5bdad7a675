# SPDX-License-Identifier: GPL-2.0-or-later
"""Travel times between any two of 180 stops, remembered when they are asked for: numbers of stops come round."""
# sign: modulo
import functools
import sys

STOPS = 180


@functools.lru_cache(maxsize=None)
def minutes(start, end):
    return tuple(abs(start - end) * factor for factor in (1.5, 2.5, 4.5, 9.5))


def ride(start, end):
    return minutes(start % STOPS, end % STOPS)[0]


total = 0.0
for number in range(70000):
    total += ride(number, number // STOPS)
print("ready", flush=True)
sys.stdin.readline()
