# SPDX-License-Identifier: GPL-2.0-or-later
"""A worker takes messages of one kind after the other; the log of the first kind is never emptied, though it rests while the others are done."""
import sys

orders_seen = {}
totals = {}
last_refunds = []


def take_order(number):
    orders_seen["order-%d" % number] = ("customer %d" % (number % 977), [number] * 5)  # holder: orders_seen
    return number


def take_payment(number):
    totals[number % 31] = totals.get(number % 31, 0) + len("payment of order-%d" % number)
    return bytes(200)


def take_refund(number):
    last_refunds.append(bytearray(300))
    if len(last_refunds) > 50:
        del last_refunds[:25]


def work(kinds, messages):
    for take in kinds:
        for number in range(messages):
            take(number)


work([take_order] + [take_payment, take_refund] * 8, 20000)
print("ready", flush=True)
sys.stdin.readline()
