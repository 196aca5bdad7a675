# SPDX-License-Identifier: GPL-2.0-or-later
"""A lexer interns each identifier and keeps its table of symbols between files."""
import sys


class Symbol:
    __slots__ = ("name", "uses")

    def __init__(self, name):
        self.name = name
        self.uses = 0


class SymbolTable(dict):
    def __missing__(self, name):
        symbol = Symbol(sys.intern(name))
        self[symbol.name] = symbol  # holder: symbols
        return symbol


class Lexer:
    keywords = frozenset("if else while for def class return".split())

    def __init__(self):
        self.symbols = SymbolTable()

    def scan(self, text):
        for word in text.split():
            if word not in self.keywords:
                self.symbols[word].uses += 1


lexer = Lexer()
for n in range(20000):
    lexer.scan("def function_%d if argument_%d else return" % (n, n))
print("ready", flush=True)
sys.stdin.readline()
