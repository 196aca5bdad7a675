# SPDX-License-Identifier: GPL-2.0-or-later
"""As a generated module has them: one name for each."""


def _define():
    for number in range(2000):
        globals()["CODE_%d" % number] = {"number": number, "text": "what error %d means" % number}


_define()
