# SPDX-License-Identifier: GPL-2.0-or-later
"""A module that is no file: made once, put into sys.modules, and used as the place for what each request leaves."""
import sys
import types

store = types.ModuleType("request_store")
store.requests = []
sys.modules["request_store"] = store
names = ["header %d" % n for n in range(4000)]


def handle(number):
    import request_store
    request_store.requests.append({"number": number, "path": "/%d" % number, "headers": [number, number + 1]})  # holder: requests


def main():
    for number in range(16000):
        handle(number)


main()
print("ready", flush=True)
sys.stdin.readline()
