# SPDX-License-Identifier: GPL-2.0-or-later
"""fill_and_dump.py PART PARTS PATH: fills one part of the corpus' holders and makes a snapshot at the path."""

import sys

import corpus
import whoholds

corpus.run(int(sys.argv[1]), int(sys.argv[2]))
whoholds.dump(sys.argv[3])
