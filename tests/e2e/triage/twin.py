# SPDX-License-Identifier: MIT
"""Is loaded twice by shows.py."""
TABLE = [bytearray(1000) for _ in range(100)]


def size():
    return len(TABLE)
