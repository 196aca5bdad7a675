# SPDX-License-Identifier: GPL-2.0-or-later
PRICES = {}
CURRENCIES = {"EUR": 1.0, "USD": 1.1, "SEK": 11.2}


def remember(key, value):
    PRICES[key] = value  # holder: PRICES


def forget(key):
    PRICES.pop(key, None)
