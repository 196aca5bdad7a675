# SPDX-License-Identifier: GPL-2.0-or-later
"""Results of apply_async are kept "for monitoring"."""
import multiprocessing.pool
import sys

RESULTS = []


def score(document):
    return {word: len(word) for word in document.split()}


class Scorer:
    def __init__(self):
        self.pool = multiprocessing.pool.ThreadPool(2)

    def submit(self, document):
        result = self.pool.apply_async(score, (document,))
        RESULTS.append(result)  # holder: RESULTS
        return result


scorer = Scorer()
for n in range(2000):
    scorer.submit("word%d other%d third%d thing" % (n, n, n)).get()
print("ready", flush=True)
sys.stdin.readline()
