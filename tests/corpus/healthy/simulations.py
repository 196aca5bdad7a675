# SPDX-License-Identifier: GPL-2.0-or-later
"""A run of fixed size has come back from the functions that made it; main() holds the result."""
# sign: made-anew
import sys


def simulate(seed):
    values = []
    x = seed
    for _ in range(1000):
        x = (x * 1103515245 + 12345) % (1 << 31)
        values.append(x)
    return values


def run_all(n):
    results = []
    for seed in range(n):
        results.append(simulate(seed))
    return results


def main():
    results = run_all(100)
    print("mean", sum(map(sum, results)) / 1e5, flush=True)
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
