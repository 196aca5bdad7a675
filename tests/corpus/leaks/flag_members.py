# SPDX-License-Identifier: GPL-2.0-or-later
"""enum.Flag makes, and keeps, a member for each combination that is ever asked for."""
import enum
import sys

Permission = enum.Flag("Permission", ["P%d" % n for n in range(20)])


class User:
    def __init__(self, mask):
        self.permission = Permission(mask)  # holder: Permission


def check(number):
    user = User(number)
    return user.permission


for n in range(700):
    check(n)
print("ready", flush=True)
sys.stdin.readline()
