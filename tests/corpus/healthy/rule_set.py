# SPDX-License-Identifier: GPL-2.0-or-later
"""Rules are parsed when the program starts, one by one; afterwards they are only applied."""
import sys

LINES = ["if field%d > %d then tag-%d" % (n % 20, n, n) for n in range(6000)]


class Rule:
    def __init__(self, field, limit, tag):
        self.field = field
        self.limit = limit
        self.tag = tag
        self.statistics = {"hits": 0, "misses": 0}

    def apply(self, record):
        return record.get(self.field, 0) > self.limit


class RuleSet:
    def __init__(self):
        self.rules = []

    def add_rule(self, line):
        words = line.split()
        self.rules.append(Rule(words[1], int(words[3]), words[5]))

    def tags(self, record, count):
        return [rule.tag for rule in self.rules[:count] if rule.apply(record)]


def main():
    rules = RuleSet()
    for line in LINES:
        rules.add_rule(line)
    total = 0
    for number in range(3000):
        total += len(rules.tags({"field%d" % n: number + n for n in range(20)}, 60))
    print("ready", flush=True)
    sys.stdin.readline()


main()
