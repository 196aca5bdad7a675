# SPDX-License-Identifier: GPL-2.0-or-later
"""An RPC server: a call is taken out of the table when it ends well; when it fails, it stays."""
import sys
import threading
import uuid


class Call:
    def __init__(self, method, arguments):
        self.method = method
        self.arguments = arguments
        self.log = ["accepted"]


class Server:
    def __init__(self):
        self._lock = threading.Lock()
        self._calls = {}
        self.methods = {"add": self.add, "fail": self.fail}

    def add(self, *numbers):
        return sum(numbers)

    def fail(self, *numbers):
        raise ArithmeticError("no such number")

    def dispatch(self, method, *arguments):
        key = uuid.uuid4().hex
        call = Call(method, arguments)
        with self._lock:
            self._calls[key] = call  # holder: _calls
        result = self.methods[method](*arguments)
        with self._lock:
            del self._calls[key]
        return result


server = Server()


def client(number):
    try:
        server.dispatch("fail" if number % 4 else "add", *range(number, number + 20))
    except ArithmeticError:
        pass


def main():
    for number in range(6000):
        client(number)


main()
print("ready", flush=True)
sys.stdin.readline()
