# SPDX-License-Identifier: MIT
"""A heap like that of a service that keeps too much: users, sessions, orders, a tree with back references, a queue, caches.

grow(objects) adds about that many objects, 28 for each user: dicts, lists, tuples, instances of all kinds, str, bytes, int, float, a few
cycles and closures, a buffer now and then. Always the same ones.
"""

import collections
import ctypes
import dataclasses
import io
import mmap
from xml.etree import ElementTree

OBJECTS_PER_USER = 28

buffers = []


class Session:
    def __init__(self, number, user):
        self.number = number
        self.user = user
        self.last_seen = number * 0.75
        self.context = None


class Place:
    __slots__ = ("east", "north", "owner")

    def __init__(self, east, north, owner):
        self.east = east
        self.north = north
        self.owner = owner


@dataclasses.dataclass
class Order:
    number: int
    items: list
    total: float
    remark: str


class Branch:
    def __init__(self, parent, name):
        self.parent = parent
        self.name = name
        self.children = []


class Service:
    def __init__(self):
        self.users = {}
        self.sessions = []
        self.orders = collections.OrderedDict()
        self.events = collections.deque()
        self.places = []
        self.tree = Branch(None, "root")
        self.listeners = []
        self.buffers = {}


SERVICE = Service()


def listener(captured):
    def listen(event):
        return captured, event
    return listen


def add_user(service, number):
    name = "user %08d" % number
    user = {"number": 1000000 + number, "name": "Name %d" % number, "mail": "%d@example.org" % number,
            "labels": ["label %d" % number, "label %d" % -number], "key": b"%063d" % number}
    service.users[name] = user
    session = Session(2000000 + number, user)
    service.sessions.append(session)
    service.places.append(Place(number + 0.25, number - 0.25, name))
    order = Order(3000000 + number, [(name, 4000000 + number), (number * 0.5, "part %d" % number)], number * 1.25, "remark %d" % number)
    service.orders[order.number] = order
    service.events.append(("event", 5000000 + number, user))
    if number % 10 == 0:
        parent = service.tree if number % 100 == 0 else service.tree.children[-1]
        parent.children.append(Branch(parent, name))
    if number % 20 == 0:
        session.context = {"orders": [order], "session": session}
    if number % 50 == 0:
        service.listeners.append(listener([name, number + 0.5]))
    if number % 1000 == 0:
        service.buffers[number] = bytearray(5000)


def grow(objects):
    first = len(SERVICE.users)
    for number in range(first, first + max(1, objects // OBJECTS_PER_USER)):
        add_user(SERVICE, number)


def grow_buffers(megabytes):
    """As many megabytes in each of: a text file in memory, written and read, anonymous pages, data of C, and the children of a document."""
    size = megabytes << 20
    written, read = io.StringIO(), io.StringIO()
    for number in range(size // 24):
        written.write("line %018d\n" % number)
    read.write("y")
    read.seek(0)
    for _ in range(size // 4096):
        read.write("x" * 1024)
    pages = mmap.mmap(-1, 4 * size)
    for at in range(0, size, 4096):
        pages[at] = 112
    structure = (ctypes.c_char * size)()
    ctypes.memset(structure, 99, size)  # no temporary bytes, whose memory malloc would keep
    document = ElementTree.Element("document")
    for _ in range(size // 200):
        ElementTree.SubElement(ElementTree.SubElement(document, "a"), "b")
    buffers.extend((written, read, pages, structure, document))
