# SPDX-License-Identifier: GPL-2.0-or-later
"""fill_and_dump.py MODULE PART PARTS PATH: fills one part of a corpus' holders and makes a snapshot at the path.

Each way to hold is called twice: the first call wakes the adaptive interpreter.
"""

import importlib
import sys

import whoholds

corpus = importlib.import_module(sys.argv[1])
part, parts = int(sys.argv[2]), int(sys.argv[3])
for name in sorted(name for name in vars(corpus) if name.startswith("hold_"))[part::parts]:
    getattr(corpus, name)()
    getattr(corpus, name)()
corpus.decoys()
whoholds.dump(sys.argv[4])
