# SPDX-License-Identifier: GPL-2.0-or-later
"""Each reload of the configuration wraps the application once more."""
import functools
import sys

BASE = {"option%d" % n: "default %d" % n for n in range(3000)}


def with_config(inner, config):
    @functools.wraps(inner)
    def handler(request):
        request.update(debug=config["option1"])
        return inner(request)
    return handler


def application(request):
    return "200 " + request["path"]


app = application


def reload(generation):
    global app
    app = with_config(app, {key: "%s/%d" % (value, generation) for key, value in list(BASE.items())[:500]})  # holder: app


for n in range(60):
    reload(n)
    app({"path": "/"})
print("ready", flush=True)
sys.stdin.readline()
