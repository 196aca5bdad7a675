# SPDX-License-Identifier: GPL-2.0-or-later
"""The published schemas of the JSON documents, and what a document has against its own."""

import glob
import json
import os

import jsonschema

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def schemas():
    found = {}
    for path in glob.glob(os.path.join(ROOT, "formats/schemas/*.schema.json")):
        with open(path, encoding="utf-8") as file:
            found[os.path.basename(path)] = json.load(file)
    return found


def schema_errors(document):
    """[(place, message)] against the schema of what the document says that it is."""
    store = schemas()
    schema = store[document["schema"].split(".")[1].split("/")[0] + ".schema.json"]
    resolver = jsonschema.RefResolver(schema["$id"], schema, store=store)
    return [(error.json_path, error.message[:300]) for error in jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(document)]
