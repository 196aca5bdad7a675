# SPDX-License-Identifier: GPL-2.0-or-later
CITIES = []
for _number in range(12000):
    CITIES.append({"name": "city %d" % _number, "population": _number * 7, "at": (_number * 0.01, _number * 0.02)})
BY_NAME = {city["name"]: city for city in CITIES}
