# SPDX-License-Identifier: GPL-2.0-or-later
import collections


class SessionMiddleware:
    def __init__(self, capacity):
        self.capacity = capacity
        self.sessions = collections.OrderedDict()

    def process(self, request):
        session = self.sessions.pop(request.user, None) or {"user": request.user, "visits": 0}
        session["visits"] += 1
        self.sessions[request.user] = session
        if len(self.sessions) > self.capacity:
            self.sessions.popitem(last=False)
        request.session = session
