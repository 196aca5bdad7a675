# SPDX-License-Identifier: GPL-2.0-or-later
"""A feed is built as an ElementTree, and entries are never removed."""
import sys
import xml.etree.ElementTree as ElementTree


class Feed:
    def __init__(self, title):
        self.root = ElementTree.Element("feed")
        ElementTree.SubElement(self.root, "title").text = title

    def publish(self, number):
        entry = ElementTree.SubElement(self.root, "entry", {"id": str(number)})  # holder: root
        ElementTree.SubElement(entry, "title").text = "entry %d" % number
        ElementTree.SubElement(entry, "content").text = "content of %d. " % number * 10


feed = Feed("news")
for n in range(5000):
    feed.publish(n)
print("ready", flush=True)
sys.stdin.readline()
