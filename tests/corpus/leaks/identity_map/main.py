# SPDX-License-Identifier: GPL-2.0-or-later
"""A batch job with one ORM session: its identity map keeps each row that was ever loaded."""
import sys

from orm.session import Session
from models import Customer, Order


def process(session, number):
    order = session.get(Order, number)
    customer = session.get(Customer, number % 300)
    order.total += len(customer.name)


def main():
    session = Session()
    for number in range(15000):
        process(session, number)
    print("ready", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main()
