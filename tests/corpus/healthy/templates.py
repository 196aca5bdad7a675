# SPDX-License-Identifier: GPL-2.0-or-later
"""All templates are read when the application starts."""
# sign: loaded-once
import sys

FILES = {"page_%d.html" % n: "<html>{{title}} %d</html>" % n * 200 for n in range(20)}


class Template:
    def __init__(self, name, source):
        self.name = name
        self.parts = source.split("{{title}}")

    def render(self, title):
        return title.join(self.parts)


class Environment:
    def __init__(self):
        self.templates = {}

    def load_all(self, names):
        for name in names:
            self.templates[name] = self.load(name)

    def load(self, name):
        source = FILES["page_%d.html" % (int(name.split("_")[1]) % 20)]
        return Template(name, source)


environment = Environment()
environment.load_all(["template_%d" % n for n in range(400)])
for n in range(3000):
    environment.templates["template_%d" % (n % 400)].render("title")
print("ready", flush=True)
sys.stdin.readline()
