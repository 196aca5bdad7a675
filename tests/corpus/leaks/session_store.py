# SPDX-License-Identifier: GPL-2.0-or-later
"""Web sessions with an expiry that nobody runs: 50,000 small instances with dicts."""
import itertools
import sys
import time


class Session:
    def __init__(self, sid, user):
        self.sid = sid
        self.user = user
        self.created = time.time()
        self.data = {}


class SessionStore:
    TTL = 3600

    def __init__(self):
        self._sessions = {}
        self._counter = itertools.count()

    def create(self, user):
        sid = "sid-%08d" % next(self._counter)
        session = Session(sid, user)
        session.data["csrf"] = sid[::-1]
        self._sessions[sid] = session  # holder: _sessions
        return session

    def expire(self):
        now = time.time()
        for sid in [sid for sid, each in self._sessions.items() if now - each.created > self.TTL]:
            del self._sessions[sid]


class App:
    def __init__(self):
        self.sessions = SessionStore()
        self.templates = {"page %d" % n: "<b>%d</b>" % n * 50 for n in range(200)}

    def request(self, user):
        session = self.sessions.create(user)
        return self.templates["page %d" % (len(session.sid) % 200)]


app = App()

if __name__ == "__main__":
    for n in range(50000):
        app.request("anonymous")
    print("ready", flush=True)
    sys.stdin.readline()
