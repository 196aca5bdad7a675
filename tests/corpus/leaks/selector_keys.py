# SPDX-License-Identifier: GPL-2.0-or-later
"""Sockets are registered with a selector and never unregistered."""
import selectors
import socket
import sys


class Peer:
    def __init__(self, number):
        self.number = number
        self.inbox = bytearray(65536)


class Loop:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.accepted = 0

    def accept(self, sock, peer):
        self.accepted += 1
        self.selector.register(sock, selectors.EVENT_READ, data=peer)  # holder: selector


def main():
    loop = Loop()
    for number in range(60):
        left, right = socket.socketpair()
        loop.accept(left, Peer(number))
        right.close()
    print("ready", flush=True)
    sys.stdin.readline()


main()
