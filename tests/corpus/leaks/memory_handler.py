# SPDX-License-Identifier: GPL-2.0-or-later
"""A MemoryHandler with a capacity beyond reason and no target."""
import logging
import logging.handlers
import sys

log = logging.getLogger("shop")


def configure():
    handler = logging.handlers.MemoryHandler(capacity=10**9, flushLevel=logging.CRITICAL)
    log.setLevel(logging.INFO)
    log.propagate = False
    log.addHandler(handler)


def checkout(basket):
    total = sum(price for _, price in basket)
    log.info("checkout of %d items: %d, %s", len(basket), total, basket)  # holder: buffer
    return total


def main():
    configure()
    for number in range(3000):
        checkout([("item %d" % n, number + n) for n in range(12)])


if __name__ == "__main__":
    main()
    print("ready", flush=True)
    sys.stdin.readline()
