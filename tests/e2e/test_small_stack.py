# SPDX-License-Identifier: MIT
"""A thread with the smallest stack that Python allows may ask for a snapshot."""

from program import run_python


def test_a_thread_with_a_small_stack_may_ask(python, tmp_path):
    source = """
import os, threading, whoholds
try:
    threading.stack_size(32768)
except ValueError as error:  # 3.14 wants more
    threading.stack_size(int(str(error).split()[-2]))
for mode in 'fork', 'inline':
    whoholds.install(mode=mode, compress=True)
    thread = threading.Thread(target=whoholds.dump, args=(mode + '.whs',))
    thread.start()
    thread.join()
print(sorted(os.listdir('.')))
"""
    assert run_python(python, source, tmp_path) == (0, "['fork.whs', 'inline.whs']\n", "")
