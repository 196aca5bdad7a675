# SPDX-License-Identifier: GPL-2.0-or-later
"""Templates are compiled once for each source; but the callers put the data into the source."""
import re
import sys


class Node:
    def __init__(self, kind, value):
        self.kind = kind
        self.value = value
        self.children = []


class Template:
    _compiled = {}
    _filters = {"upper": str.upper, "lower": str.lower}

    def __init__(self, source):
        self.root = self.compile(source)

    @classmethod
    def compile(cls, source):
        if source in cls._compiled:
            return cls._compiled[source]
        return cls._compiled.setdefault(source, cls.parse(source))  # holder: _compiled

    @staticmethod
    def parse(source):
        root = Node("root", None)
        for part in re.split(r"({{.*?}})", source):
            root.children.append(Node("expression" if part.startswith("{{") else "text", part))
        return root

    def render(self, **values):
        return "".join(values.get(node.value[2:-2], "") if node.kind == "expression" else node.value for node in self.root.children)


def greet(number):
    return Template("<p>Hello user %d</p>{{title}}<b>{{name}}</b>{{end}}" % number).render(title="t", name="n", end="e")


for n in range(4000):
    greet(n)
print("ready", flush=True)
sys.stdin.readline()
