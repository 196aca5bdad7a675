# SPDX-License-Identifier: GPL-2.0-or-later
from dispatchlib import Signal

request_done = Signal("request_done")
request_started = Signal("request_started")


def log_started(request):
    return request["id"]


request_started.connect(log_started)


def handle(request):
    body = render(request)

    def finish(response):
        return len(body), request["id"], response

    request_started.send(request)
    request_done.connect(finish)  # holder: request_done
    return body


def render(request):
    return "<html>%s</html>" % ("<p>%s</p>" % request["user"] * 200)
