# SPDX-License-Identifier: GPL-2.0-or-later
"""A server which keeps each handler, as one would for statistics."""
import socketserver
import sys


class Handler(socketserver.BaseRequestHandler):
    def setup(self):
        self.body = self.request * 50
        self.headers = {"Host": "example.org", "Length": str(len(self.body))}

    def handle(self):
        self.server.remember(self)


class Server(socketserver.BaseServer):
    def __init__(self):
        super().__init__(("localhost", 0), Handler)
        self.handled = []
        self.paths = {}

    def remember(self, handler):
        self.handled.append(handler)  # holder: handled
        self.paths[handler.client_address] = len(self.handled)

    def shutdown_request(self, request):
        pass


server = Server()
for n in range(2500):
    server.process_request(b"GET /%d HTTP/1.1" % n, "127.0.0.%d" % (n % 200))
print("ready", flush=True)
sys.stdin.readline()
