# SPDX-License-Identifier: GPL-2.0-or-later
"""One thread a job; all wait for an event that never comes, each with its arguments."""
import sys
import threading


class Dispatcher:
    def __init__(self):
        self.threads = []
        self.go = threading.Event()

    def start(self, job, payload):
        thread = threading.Thread(target=job, args=(self.go, payload), daemon=True)
        thread.start()
        self.threads.append(thread)  # holder: threads


def resize(go, image):
    go.wait()
    return len(image)


def main():
    dispatcher = Dispatcher()
    for number in range(24):
        dispatcher.start(resize, [b"%d" % number * 1000 for _ in range(100)])
    print("ready", flush=True)
    sys.stdin.readline()


main()
