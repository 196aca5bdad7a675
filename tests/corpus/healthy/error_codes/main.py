# SPDX-License-Identifier: GPL-2.0-or-later
"""A module of very many constants, which is imported once, and one name in it that is set again and again."""
import sys

import codes


def text_of(number):
    return getattr(codes, "CODE_%d" % number)["text"]


def handle(request):
    codes.LAST = request
    return text_of(request % 2000)


for request in range(10000):
    handle(request)
print("ready", flush=True)
sys.stdin.readline()
