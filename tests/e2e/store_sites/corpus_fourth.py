# SPDX-License-Identifier: GPL-2.0-or-later
"""Holders that are made anew with themselves as a part, and stores of which the code does not say the name."""

import asyncio
import collections
import functools
import heapq

N = 300


def thing():
    return ["thing %d" % i for i in range(20)]


class Report:
    def __init__(self):
        self.rows = []
        self.cells = ()
        self.values = {}
        self.either = {}
        self.recent = []

    def add_row(self, row):
        self.rows = self.rows + [row]  # HOLD corpus_fourth.report.rows

    def add_cell(self, cell):
        self.cells = (*self.cells, cell)  # HOLD corpus_fourth.report.cells

    def set_value(self, key, value):
        self.values = {**self.values, key: value}  # HOLD corpus_fourth.report.values

    def merge(self, more):
        self.either = self.either | more if hasattr(dict, "__or__") else dict(self.either, **more)  # HOLD since 9 corpus_fourth.report.either

    def look_at(self, row):
        self.recent = self.recent[-3:] + [row]


report = Report()


def hold_anew():
    for n in range(N):
        report.add_row(thing())
        report.add_cell(thing())
        report.set_value(n, thing())
        report.merge({str(n): thing()})
        report.look_at(thing())


def recorder():
    history = ()

    def record(item):
        nonlocal history
        history = history + (item,)  # HOLD closure variable history
        return len(history)
    return record


record = recorder()


def hold_nonlocal():
    for _ in range(N):
        record(thing())


class Settings:
    def __init__(self):
        self.count = 0

    def define(self, name, value):
        setattr(self, name, value)  # HOLD corpus_fourth.settings.__dict__
        self.count += 1


settings = Settings()


def hold_setattr():
    for n in range(N):
        settings.define("option_%d" % n, thing())


class Document:
    def __init__(self):
        self.notes = []
        self.tags = []


document = Document()


def annotate(kind, value):
    getattr(document, kind).append(value)  # HOLD corpus_fourth.document.notes


def hold_getattr():
    for _ in range(N):
        annotate("notes", thing())


class Log(list):
    def append(self, item):
        super().append((len(self), item))  # HOLD corpus_fourth.log


log = Log()


def hold_super():
    for _ in range(N):
        log.append(thing())


noted = []
note = functools.partial(list.append, noted)
waiting = []
plan = functools.partial(heapq.heappush, waiting)


def hold_partial():
    for n in range(N):
        note(thing())  # HOLD corpus_fourth.noted
        plan((n, thing()))  # HOLD corpus_fourth.waiting


class Room:
    def __init__(self, title):
        self.title = title
        self.said = []
        self.present = set()

    def say(self, words):
        self.said.append(words)  # HOLD corpus_fourth.hall.rooms


class Hall:
    def __init__(self):
        self.rooms = {title: Room(title) for title in ("red", "green", "blue", "white", "black", "grey", "brown", "pink", "violet", "cyan")}

    def say(self, title, words):
        self.rooms[title].say(words)


hall = Hall()


def hold_in_few_objects():
    for n in range(N):
        for title in hall.rooms:
            hall.say(title, thing())


class Trie:
    def __init__(self):
        self.root = {}

    def insert(self, word, value):
        node = self.root
        for letter in word:
            following = node.get(letter)
            if following is None:
                following = node[letter] = {}
            node = following
        node.setdefault("values", []).append(value)  # HOLD corpus_fourth.trie.root['w']['o']['r']['d']['values']


trie = Trie()


def hold_in_trie():
    for n in range(N):
        trie.insert("word", thing())


class Counted:
    def __init__(self):
        self.rules = collections.defaultdict(thing)
        for number in range(3):
            self.rules[number] = thing()

    def look_up(self, address):
        return len(self.rules[address])  # HOLD corpus_fourth.counted.rules


counted = Counted()


def hold_by_looking():
    for n in range(N):
        counted.look_up("address %d" % n)


class Interpreter:
    def __init__(self):
        self.scope = collections.ChainMap({})

    def enter(self, names):
        self.scope = self.scope.new_child(names)  # HOLD corpus_fourth.interpreter.scope.maps


interpreter = Interpreter()


def hold_scopes():
    for n in range(N):
        interpreter.enter({"value": thing()})


FAILED = ValueError("one for all")


def check(item):
    raise FAILED  # HOLD corpus_fourth.FAILED.__traceback__


def hold_by_raising():
    for _ in range(N):
        try:
            check(thing())
        except ValueError:
            pass


class Buffer:
    def __init__(self):
        self.lines = []

    async def lines_of(self):
        return self.lines

    async def add(self, line):
        lines = await self.lines_of()
        lines.append(line)  # HOLD corpus_fourth.buffer.lines


buffer = Buffer()


async def fill(count):
    for _ in range(count):
        await buffer.add(thing())


def hold_awaited():
    asyncio.run(fill(N))


def decoys():
    return [item for item in noted[:3]], len(report.recent), sorted(waiting)[:1], document.tags
