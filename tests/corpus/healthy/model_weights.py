# SPDX-License-Identifier: GPL-2.0-or-later
"""Weights of a model are loaded once, and only read."""
import array
import sys


class Layer:
    def __init__(self, size):
        self.weights = array.array("f", [0.5]) * (size * size)
        self.bias = array.array("f", [0.1]) * size


class Model:
    def __init__(self):
        self.layers = []

    def load(self, sizes):
        for size in sizes:
            self.layers.append(Layer(size))
        return self

    def predict(self, value):
        for layer in self.layers:
            value = value * layer.weights[0] + layer.bias[0]
        return value


model = Model().load([512, 256, 512, 128, 700])


def serve(count):
    return [model.predict(float(number)) for number in range(count)][-1]


serve(20000)
print("ready", flush=True)
sys.stdin.readline()
