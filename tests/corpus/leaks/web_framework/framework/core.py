# SPDX-License-Identifier: GPL-2.0-or-later
import collections


class Request:
    __slots__ = ("path", "user", "session")

    def __init__(self, path, user):
        self.path, self.user, self.session = path, user, None


class Response:
    def __init__(self, body, status=200):
        self.body = body
        self.status = status
        self.headers = {}


class Application:
    def __init__(self, middleware=()):
        self.routes = {}
        self.middleware = list(middleware)
        self.hooks = {"before": [], "after": []}
        self.access_log = collections.deque(maxlen=200)

    def route(self, path):
        def decorate(view):
            self.routes[path] = view
            return view
        return decorate

    def after_request(self, function):
        self._hook("after", function)
        return function

    def _hook(self, kind, function):
        self.hooks[kind].append(function)  # holder: hooks

    def handle(self, path, user):
        request = Request(path, user)
        for each in self.middleware:
            each.process(request)
        response = self.routes[path](request)
        for hook in self.hooks["after"][-3:]:
            response = hook(response)
        self.access_log.append((path, response.status))
        return response
