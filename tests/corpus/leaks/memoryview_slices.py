# SPDX-License-Identifier: GPL-2.0-or-later
"""The first 16 bytes of each packet are kept as a memoryview, which keeps the whole packet."""
import sys


class Index:
    def __init__(self):
        self.headers = []
        self.sizes = []

    def add(self, packet):
        view = memoryview(packet)
        self.sizes.append(len(packet))
        self.headers.append(view[:16])  # holder: headers


def receive(number):
    return b"%016d" % number * 4000


def main(index):
    for number in range(300):
        index.add(receive(number))


packet_index = Index()
main(packet_index)
print("ready", flush=True)
sys.stdin.readline()
