# SPDX-License-Identifier: GPL-2.0-or-later
"""A mail queue whose consumer died at start: producers go on putting."""
import queue
import sys
import threading


class Mailer:
    def __init__(self):
        self.outbox = queue.Queue()
        self.sent_ids = queue.Queue(maxsize=50)
        self.worker = threading.Thread(target=self.deliver, daemon=True)
        self.worker.start()

    def deliver(self):
        try:
            raise ConnectionError("no route to smtp host")
        except ConnectionError:
            return

    def enqueue(self, recipient, body):
        message = self.compose(recipient, body)
        if not self.sent_ids.full():
            self.sent_ids.put(recipient)
        self.outbox.put(message)  # holder: outbox

    def compose(self, recipient, body):
        return {"to": recipient, "body": body * 20, "headers": {"X-Mailer": "demo", "Subject": "Hello " + recipient}}


mailer = Mailer()


def main():
    for number in range(12000):
        mailer.enqueue("user%d@example.org" % number, "line %d " % number)


if __name__ == "__main__":
    main()
    print("ready", flush=True)
    sys.stdin.readline()
