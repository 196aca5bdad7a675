# SPDX-License-Identifier: GPL-2.0-or-later
"""Which letters follow which: counts in a dict, of as many keys as there are pairs."""
# gap at times: the last growth is among few samples
import sys

counts = {}


def learn(text):
    for first, second in zip(text, text[1:]):
        key = first + second
        counts[key] = counts.get(key, 0) + 1


def text_of(number):
    return "".join(chr(33 + (number * n * n + n) % 90) for n in range(60))


def main():
    for number in range(8000):
        learn(text_of(number))


main()
print("ready", flush=True)
sys.stdin.readline()
