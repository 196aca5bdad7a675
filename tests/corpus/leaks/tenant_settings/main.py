# SPDX-License-Identifier: GPL-2.0-or-later
"""The configuration of each tenant becomes an attribute of the settings module, under a name of its own; DEBUG is only set anew."""
import sys

import settings


def current(tenant):
    name = "CONFIG_" + tenant.upper()
    if not hasattr(settings, name):
        setattr(settings, name, {"tenant": tenant, "theme": ["%s-%d" % (tenant, colour) for colour in range(20)]})  # holder: settings
    return getattr(settings, name)


def handle(number):
    settings.DEBUG = number % 7 == 0
    settings.note("request %d" % number)
    return current("tenant%d" % number)["theme"][0]


for request in range(2000):
    handle(request)
print("ready", flush=True)
sys.stdin.readline()
