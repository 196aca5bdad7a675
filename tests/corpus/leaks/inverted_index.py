# SPDX-License-Identifier: GPL-2.0-or-later
"""Search index: a dict of lists of postings, and no document is ever removed."""
import collections
import sys


class SearchIndex:
    def __init__(self, stop_words):
        self.stop_words = set(stop_words)
        self.postings = collections.defaultdict(list)
        self.documents = 0

    def add(self, document_id, text):
        self.documents += 1
        for position, word in enumerate(text.split()):
            if word not in self.stop_words:
                self.postings[word].append((document_id, position, word.upper()))  # holder: postings

    def search(self, word):
        return self.postings.get(word, [])[:10]


index = SearchIndex(["the", "a", "of"])
for n in range(4000):
    index.add(n, "the story of word%d and word%d in a book of word%d" % (n % 97, n % 89, n % 83))
    index.search("word%d" % (n % 50))
print("ready", flush=True)
sys.stdin.readline()
