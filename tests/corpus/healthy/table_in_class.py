# SPDX-License-Identifier: GPL-2.0-or-later
"""A class has its tables from its body: comprehensions, read by its methods and those of a subclass."""
# sign: no-adder
import sys


class Lexer:
    KEYWORDS = {"keyword%d" % number: "meaning of %d" % number for number in range(60000)}
    OPERATORS = ["operator %d" % number for number in range(5000)]

    def meaning(self, word):
        return self.KEYWORDS.get(word)


class Dialect(Lexer):
    def is_operator(self, text):
        return text in self.OPERATORS[:50]


lexer = Dialect()
for turn in range(20000):
    lexer.meaning("keyword%d" % turn)
    lexer.is_operator("operator %d" % (turn % 7))
print("ready", flush=True)
sys.stdin.readline()
