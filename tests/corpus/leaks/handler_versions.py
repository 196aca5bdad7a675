# SPDX-License-Identifier: GPL-2.0-or-later
"""A worker imports its handler anew from one file for each deployment, each time under a name of its own."""
import importlib.util
import os
import sys
import tempfile

SOURCE = """
WEIGHTS = {number: number / 3 for number in range(500)}
def handle(message):
    return sum(WEIGHTS.values()) + len(message)
"""


def deploy(path, number):
    name = "handler_%d" % number
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # holder: modules
    spec.loader.exec_module(module)
    return module


with tempfile.TemporaryDirectory() as directory:
    file_name = os.path.join(directory, "handler.py")
    with open(file_name, "w") as file:
        file.write(SOURCE)
    for version in range(120):
        deploy(file_name, version).handle("message")
print("ready", flush=True)
sys.stdin.readline()
