# SPDX-License-Identifier: GPL-2.0-or-later
"""Model and views: each view attaches itself to the model for ever."""
import sys


class Model:
    def __init__(self):
        self.value = 0
        self.observers = []
        self.undo = []

    def attach(self, observer):
        if observer not in self.observers:
            self.observers.append(observer)  # holder: observers

    def change(self, value):
        self.undo.append(self.value)
        del self.undo[:-20]
        self.value = value
        for observer in self.observers[-3:]:
            observer.update(self)


class View:
    def __init__(self, model, title):
        self.title = title
        self.rows = [[title, n, n * 0.5] for n in range(60)]
        model.attach(self)

    def update(self, model):
        self.rows[0][1] = model.value


class Application:
    def __init__(self):
        self.model = Model()
        self.current = None

    def navigate(self, number):
        self.current = View(self.model, "view %d" % number)
        self.model.change(number)


def run():
    application = Application()
    for number in range(900):
        application.navigate(number)
    print("ready", flush=True)
    sys.stdin.readline()


run()
