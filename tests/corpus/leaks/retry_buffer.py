# SPDX-License-Identifier: GPL-2.0-or-later
"""Telemetry: batches that could not be sent are put back, and the endpoint is down for good."""
import sys


class Exporter:
    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.batch = []
        self.unsent = []
        self.failures = 0

    def record(self, name, value):
        self.batch.append({"name": name, "value": value, "unit": "ms", "host": "web-1"})
        if len(self.batch) >= 100:
            self.flush()

    def flush(self):
        batch, self.batch = self.batch, []
        try:
            self.send(batch)
        except OSError:
            self.failures += 1
            self.unsent.extend(batch)  # holder: unsent

    def send(self, batch):
        raise OSError("%s is down, %d points" % (self.endpoint, len(batch)))


EXPORTER = Exporter("https://telemetry.example.org")


def request(number):
    EXPORTER.record("request.%d" % (number % 7), number * 0.1)


if __name__ == "__main__":
    for n in range(30000):
        request(n)
    print("ready", flush=True)
    sys.stdin.readline()
