# SPDX-License-Identifier: GPL-2.0-or-later
"""Each report is rendered into the same buffer, which is emptied before."""
import io
import sys


class Renderer:
    def __init__(self):
        self.buffer = io.StringIO()

    def render(self, number):
        self.buffer.seek(0)
        self.buffer.truncate()
        for line in range(6000):
            self.buffer.write("report %d, line %d: nothing happened\n" % (number, line))
        return len(self.buffer.getvalue())


renderer = Renderer()


def main():
    return sum(renderer.render(number) for number in range(12))


main()
print("ready", flush=True)
sys.stdin.readline()
