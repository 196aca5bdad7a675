# SPDX-License-Identifier: GPL-2.0-or-later
"""A mutable default of a context variable is shared by all contexts."""
import contextvars
import sys

trail = contextvars.ContextVar("trail", default=[])


def note(text):
    steps = trail.get()
    steps.append(text)  # holder: trail


def handle(number):
    for step in ("auth", "load", "render"):
        note("request %d: %s" % (number, step))


for n in range(15000):
    contextvars.copy_context().run(handle, n)
print("ready", flush=True)
sys.stdin.readline()
