# SPDX-License-Identifier: GPL-2.0-or-later
"""Fills every holder of the corpus and makes a snapshot at the path given."""

import sys

import corpus
import whoholds

corpus.hold_everything()
whoholds.dump(sys.argv[1])
