# SPDX-License-Identifier: GPL-2.0-or-later
"""Each request makes a class (a form from a schema); __init_subclass__ keeps all of them."""
import sys


class Form:
    registry = []
    widgets = {"text": "<input>", "area": "<textarea>"}

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Form.registry.append(cls)  # holder: registry

    def validate(self, data):
        return all(field in data for field in self.fields)


def form_for(schema):
    name = "Form%d" % schema["id"]
    return type(name, (Form,), {"fields": schema["fields"], "labels": {f: f.title() for f in schema["fields"]}})


def handle(number):
    form = form_for({"id": number, "fields": ["field_%d_%d" % (number, n) for n in range(20)]})
    return form().validate({})


if __name__ == "__main__":
    for n in range(1500):
        handle(n)
    print("ready", flush=True)
    sys.stdin.readline()
