# SPDX-License-Identifier: GPL-2.0-or-later
"""Fingerprints of processed messages, for deduplication, without an end."""
import hashlib
import sys

processed = set()
shards = tuple(set() for _ in range(4))


def fingerprints(batch):
    return [hashlib.sha1(message).digest() for message in batch]


def handle(batch):
    fresh = [digest for digest in fingerprints(batch) if digest not in processed]
    processed.update(fresh)  # holder: processed
    shards[len(fresh) % 4].add(len(fresh))


if __name__ == "__main__":
    for n in range(600):
        handle([b"message %d/%d" % (n, m) for m in range(60)])
    print("ready", flush=True)
    sys.stdin.readline()
