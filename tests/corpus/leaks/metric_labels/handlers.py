# SPDX-License-Identifier: GPL-2.0-or-later
from metrics import registry

PURCHASES = registry.counter("purchases_total", "Purchases by user")
LATENCY = registry.counter("latency_seconds", "Latency by bucket")


def purchase(user, amount):
    PURCHASES.labels(user=user, currency="EUR").inc(amount)
    LATENCY.labels(bucket=str(amount % 10)).inc()
