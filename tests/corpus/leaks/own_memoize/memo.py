# SPDX-License-Identifier: GPL-2.0-or-later
import functools


def memoize(function):
    results = {}

    @functools.wraps(function)
    def wrapper(*arguments):
        try:
            return results[arguments]
        except KeyError:
            value = results[arguments] = function(*arguments)  # holder: results
            return value

    wrapper.results = results
    return wrapper
