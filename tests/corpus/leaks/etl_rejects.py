# SPDX-License-Identifier: GPL-2.0-or-later
"""An ETL job made of generators; rows that are refused go to the context, whole, and there are many."""
import sys


class Context:
    def __init__(self, name):
        self.name = name
        self.counters = {"read": 0, "written": 0}
        self.rejects = []

    def reject(self, row, reason):
        self.rejects.append({"row": row, "reason": reason})  # holder: rejects


def extract(context, count):
    for number in range(count):
        context.counters["read"] += 1
        yield {"id": number, "amount": number * 1.5, "text": "row %d " % number * 5, "parts": list(range(8))}


def validate(context, rows):
    for row in rows:
        if row["id"] % 3:
            context.reject(row, "amount of %d is out of range" % row["id"])
        else:
            yield row


def transform(rows):
    for row in rows:
        yield dict(row, amount=round(row["amount"], 1))


class Sink:
    SIZE = 500

    def __init__(self, context):
        self.context = context
        self.batch = []

    def write(self, row):
        self.batch.append(row)
        if len(self.batch) >= self.SIZE:
            self.context.counters["written"] += len(self.batch)
            self.batch.clear()


def run(context, count):
    sink = Sink(context)
    for row in transform(validate(context, extract(context, count))):
        sink.write(row)
    return sink


job = Context("nightly")
run(job, 12000)
print("ready", flush=True)
sys.stdin.readline()
