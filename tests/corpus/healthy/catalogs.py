# SPDX-License-Identifier: GPL-2.0-or-later
"""Texts of the user interface, loaded for each language when somebody first asks for it. There are six languages."""
import sys

LANGUAGES = ["en", "de", "fr", "it", "es", "pl"]


def read_catalog(language):
    return {"message.%d" % n: "%s text of message %d" % (language, n) for n in range(3000)}


class Translator:
    def __init__(self):
        self._catalogs = {}

    def text(self, language, key):
        if language not in self._catalogs:
            self._catalogs[language] = read_catalog(language)
        return self._catalogs[language][key]


translator = Translator()


def main():
    for number in range(30000):
        translator.text(LANGUAGES[number % 6], "message.%d" % (number % 3000))


main()
print("ready", flush=True)
sys.stdin.readline()
