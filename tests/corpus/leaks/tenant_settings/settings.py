# SPDX-License-Identifier: GPL-2.0-or-later
DEBUG = False
FEATURES = {"feature%d" % n: n % 2 == 0 for n in range(4000)}


def note(text):
    globals().setdefault("NOTES", []).append(text)
    del NOTES[:-100]
