# SPDX-License-Identifier: GPL-2.0-or-later
"""Nested lists and dicts as the state of a board game: fields are set again and again."""
import sys

board = {}


def set_up(size):
    for x in range(size):
        board[x] = {}
        for y in range(size):
            board[x][y] = {"piece": None, "colour": "none", "moves": 0}


def move(x, y, piece):
    field = board[x][y]
    field["piece"] = piece
    field["colour"] = "white" if piece % 2 else "black"
    field["moves"] += 1


set_up(70)
for number in range(100000):
    move(number % 70, number // 70 % 70, number)
print("ready", flush=True)
sys.stdin.readline()
