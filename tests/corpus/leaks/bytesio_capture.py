# SPDX-License-Identifier: GPL-2.0-or-later
"""All output is also copied into a BytesIO, for a debug page."""
import io
import sys


class TeeStream:
    def __init__(self, stream):
        self.stream = stream
        self.copy = io.BytesIO()
        self.pending = []

    def write(self, text):
        data = text.encode()
        self.copy.write(data)  # holder: copy
        self.pending.append(len(data))
        del self.pending[:-10]
        return len(data)


output = TeeStream(sys.stderr)


def serve(number):
    output.write("GET /page/%d 200\n" % number * 20)


for n in range(15000):
    serve(n)
print("ready", flush=True)
sys.stdin.readline()
