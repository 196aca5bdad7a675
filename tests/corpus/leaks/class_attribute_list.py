# SPDX-License-Identifier: GPL-2.0-or-later
"""A list in the class body, meant to be the instance's."""
import sys


class Form:
    errors = []
    fields = ("name", "mail", "age")

    def __init__(self, data):
        self.data = data

    def validate(self):
        for field in self.fields:
            if not self.data.get(field):
                self.errors.append((field, "%s is missing" % field, self.data))  # holder: errors
        return not self.errors


class LoginForm(Form):
    fields = ("name", "password")


def post(number):
    form = LoginForm({"name": "user %d" % number, "token": "t" * 200 + str(number)})
    return form.validate()


for n in range(8000):
    post(n)
print("ready", flush=True)
sys.stdin.readline()
