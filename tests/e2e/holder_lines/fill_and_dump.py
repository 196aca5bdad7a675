# SPDX-License-Identifier: GPL-2.0-or-later
"""fill_and_dump.py MODULE PART PARTS RECORD PATH: makes one part of a module's holders and a snapshot at the path."""

import importlib
import os
import sys

import whoholds

module, part, parts, record, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
whoholds.install(record=record)
kinds = importlib.import_module(module)
kept = [vars(kinds)[name]() for name in sorted(name for name in vars(kinds) if name.startswith("hold_"))[part::parts]]
whoholds.dump(path)
os._exit(0)   # threads wait for ever, and what is registered for the end must not run
