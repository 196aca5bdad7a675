# SPDX-License-Identifier: GPL-2.0-or-later
"""When the log is too long, its older half goes."""
import sys

log = []


def record(line):
    log.append(line)
    if len(log) > 10000:
        del log[:5000]


for i in range(47000):
    record("line %d of the log, with text" % i * 10)
print("ready", flush=True)
sys.stdin.readline()
