# SPDX-License-Identifier: GPL-2.0-or-later
"""A store of tiles that three threads fill as the server starts; the threads end, and the tiles are looked up."""
# sign: loaded-once
import queue
import sys
import threading


class Tiles:
    def __init__(self, rows):
        self.lock = threading.Lock()
        self.tile_at = {}
        self.rows = queue.Queue()
        for row in range(rows):
            self.rows.put(row)

    def work(self):
        while True:
            try:
                row = self.rows.get_nowait()
            except queue.Empty:
                return
            for column in range(900):
                tile = ["tile %d/%d" % (row, column), row * 0.5, column * 0.5]
                with self.lock:
                    self.tile_at["%d/%d" % (row, column)] = tile

    def load(self):
        threads = [threading.Thread(target=self.work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def main():
    tiles = Tiles(30)
    tiles.load()
    found = 0
    for number in range(3000):
        found += "%d/%d" % (number % 40, number % 1000) in tiles.tile_at
    print("ready", flush=True)
    sys.stdin.readline()
    return found


main()
