# SPDX-License-Identifier: GPL-2.0-or-later
"""Places: a list that this module makes while it is imported."""
names = []
position_of = {}
for number in range(15000):
    name = "Place %d" % number
    names.append(name)
    position_of[name] = (number * 0.01, number * 0.02)


def find(name):
    return position_of.get(name)
