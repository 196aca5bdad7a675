# SPDX-License-Identifier: GPL-2.0-or-later
class Child:
    def __init__(self):
        self.value = 0.0

    def inc(self, amount=1):
        self.value += amount


class Counter:
    def __init__(self, name, help_text):
        self.name = name
        self.help_text = help_text
        self._children = {}

    def labels(self, **labels):
        key = tuple(sorted(labels.items()))
        child = self._children.get(key)
        if child is None:
            child = self._children.setdefault(key, Child())  # holder: _children
        return child


class Registry:
    def __init__(self):
        self._metrics = {}

    def counter(self, name, help_text):
        metric = Counter(name, help_text)
        self._metrics[name] = metric
        return metric

    def collect(self):
        return [(metric.name, key) for metric in self._metrics.values() for key in metric._children]
