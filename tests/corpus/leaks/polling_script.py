# SPDX-License-Identifier: GPL-2.0-or-later
"""A script without functions: its loop polls, and keeps what it gets. It is in the loop still."""
import sys

answers = []
limits = {"c%d" % n: n * 7 for n in range(9000)}
number = 0
while True:
    answer = {"number": number, "body": "answer %d, all is well" % number, "status": 200}
    answers.append(answer)  # holder: answers
    number += 1
    if number == 15000:
        print("ready", flush=True)
        if not sys.stdin.readline():
            break
