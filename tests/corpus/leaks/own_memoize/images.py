# SPDX-License-Identifier: GPL-2.0-or-later
from memo import memoize


@memoize
def thumbnail(name, size, requested_at):
    return {"name": name, "size": size, "pixels": bytes(size * 16) + name.encode(), "at": requested_at}


@memoize
def banner(season):
    return season.upper() * 100
