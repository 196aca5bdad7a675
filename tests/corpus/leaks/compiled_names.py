# SPDX-License-Identifier: GPL-2.0-or-later
"""A service compiles rules that users send, for ever: each name that it meets becomes a symbol, and is never forgotten."""
import time


class Symbol:
    by_name = {}

    def __init__(self, name):
        self.name = name
        self.rules = 0


def symbol_of(name):
    symbol = Symbol.by_name.get(name)
    if symbol is None:
        symbol = Symbol.by_name[name] = Symbol(name)  # holder: by_name
    symbol.rules += 1
    return symbol


def compile_rules(batch):
    return [symbol_of("name_%d_of_%d" % (number, batch)) for number in range(250)]


batch = 0
while True:
    compile_rules(batch)
    batch += 1
    if batch == 120:
        print("ready", flush=True)
    if batch >= 120:
        time.sleep(0.05)
