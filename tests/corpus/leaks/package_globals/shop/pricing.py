# SPDX-License-Identifier: GPL-2.0-or-later
from shop import cache
from shop.cache import CURRENCIES


def quote(sku, customer):
    key = (sku, customer)
    prices = {currency: round(len(sku) * rate, 2) for currency, rate in CURRENCIES.items()}
    cache.remember(key, prices)
    return prices
