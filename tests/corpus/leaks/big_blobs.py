# SPDX-License-Identifier: GPL-2.0-or-later
"""Uploads are kept in memory "until the scanner has seen them"; 80 MB beside a large table that is fine."""
import sys

COUNTRIES = {"country %d" % n: {"code": n, "regions": ["region %d" % m for m in range(10)]} for n in range(3000)}


class Quarantine:
    def __init__(self):
        self._waiting = []

    def hold(self, upload):
        self._waiting.append(upload)  # holder: _waiting

    def release(self, clean):
        self._waiting = [upload for upload in self._waiting if upload not in clean]


class UploadView:
    quarantine = Quarantine()

    def post(self, number):
        upload = self.read(number)
        self.quarantine.hold(upload)
        return "accepted"

    def read(self, number):
        return bytes(10_000_000) + b"%d" % number


for n in range(8):
    UploadView().post(n)
print("ready", flush=True)
sys.stdin.readline()
