# SPDX-License-Identifier: MIT
"""After a dump, the first one included, the process has not a byte, an object, a descriptor, a process or a reference more than before."""

import re

import pytest

from program import run_python

# What is compared is read into memory that was touched before, by calls that make nothing that stays.
PROOF = r"""
import array, ctypes, gc, os, re, signal, sys, time
import whoholds
way, mode, compress = sys.argv[1:]
OUT = os.path.abspath('x.whs')
BEFORE, AFTER = bytearray(b'x' * (1 << 20)), bytearray(b'x' * (1 << 20))

class MallocState(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in 'arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost'.split()]
mallinfo = ctypes.CDLL(None).mallinfo2
mallinfo.restype = MallocState

def read(path, into):
    fd = os.open(path, os.O_RDONLY)
    view, length = memoryview(into), 0
    while True:
        got = os.readv(fd, [view[length:]])
        if not got:
            break
        length += got
    os.close(fd)
    return length

def mappings(text):
    '''[place, rights, what] -> what of it is the process' own: pages of files that the kernel maps where code runs for the first
    time are shared with all who run it, and are left out.'''
    found, current = {}, None
    for line in text.decode().splitlines():
        head = re.match(r'([0-9a-f]+-[0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)', line)
        if head:
            current = found.setdefault(head.groups(), {})
        elif line.startswith(('Anonymous:', 'Swap:')):
            current[line.split(':')[0]] = line.split()[1]
    return found

def exists(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return True

def dump():
    if way == 'call':
        whoholds.dump(OUT)
    else:
        os.kill(os.getpid(), signal.SIGUSR2)
        while not exists(OUT) or whoholds.status()['running']:
            time.sleep(0.001)
        time.sleep(0.1)  # the thread goes back to wait
    os.unlink(OUT)

def pretend():
    '''All that dump() does but for the dump.'''
    if way == 'signal':
        exists(OUT), exists('.'), whoholds.status()['running']
        time.sleep(0.1)
    os.close(os.open(OUT, os.O_CREAT))
    os.unlink(OUT)

def count(into):
    for i in range(len(objects)):
        into[i] = sys.getrefcount(objects[i])

def facts(into, numbers):
    '''The last two are those of allocated memory.'''
    numbers[0] = read('/proc/self/smaps', into)
    numbers[1] = len(gc.get_objects())
    numbers[2] = len(os.listdir('/proc/self/fd'))
    numbers[3] = len(os.listdir('/proc/self/task'))
    numbers[4] = len(sys._current_frames())
    numbers[5] = sys.getallocatedblocks()
    numbers[6] = mallinfo().uordblks

def difference(action):
    '''What is there after the action that was not there before.'''
    count(counts_before)
    facts(BEFORE, numbers_before)
    action()
    facts(AFTER, numbers_after)
    count(counts_after)
    old, new = mappings(BEFORE[:numbers_before[0]]), mappings(AFTER[:numbers_after[0]])
    return ({key: (old.get(key), new.get(key)) for key in set(old) | set(new) if old.get(key) != new.get(key)},
            [max(0, after - before) for before, after in list(zip(numbers_before, numbers_after))[1:]],
            [(type(objects[i]).__name__, counts_before[i], counts_after[i]) for i in range(len(objects)) if counts_before[i] != counts_after[i]])

def touch_stack(depth=200):
    return depth and touch_stack(depth - 1)

whoholds.install(mode=mode, output=OUT, compress=compress == "yes")
objects = gc.get_objects()
counts_before, counts_after = array.array('q', [0]) * len(objects), array.array('q', [0]) * len(objects)
numbers_before, numbers_after = array.array('q', [0] * 7), array.array('q', [0] * 7)
gc.collect(); gc.disable()
max(range(200), key=lambda x: touch_stack())
[{str(i): i} for i in range(100)]  # fills the free lists of the interpreter …
bytearray(b'x') * 100000           # … and touches what malloc hands out next
for _ in range(3):
    difference(pretend)
print(difference(pretend))
print(difference(dump))
print(difference(dump))
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print('no child', open('/proc/self/task/%d/children' % os.getpid()).read())
"""

NOTHING = "({}, [0, 0, 0, 0, 0, 0], [])"
# 3.14: what malloc keeps for a thread that meets the interpreter for the first time, which is ours; once, not for each dump.
THREAD_MET = re.compile(r"\({.*}, \[0, 0, 0, 0, 0, [0-9]{1,4}\], \[\]\)")


def is_page_touched(line):
    """Nothing is allocated that was not before, but one page of what an allocator has free was touched for the first time."""
    found = re.fullmatch(r"\({\([^()]*\): \({'Anonymous': '(\d+)', 'Swap': '0'}, {'Anonymous': '(\d+)', 'Swap': '0'}\)}, \[0, 0, 0, 0, 0, 0\], \[\]\)", line)
    return found is not None and int(found.group(2)) - int(found.group(1)) == 4


@pytest.mark.parametrize("way, mode, compress", [("call", "fork", "no"), ("call", "inline", "yes"), ("signal", "fork", "yes"), ("signal", "inline", "no"),
                                                 ("call", "inline", "no")])
def test_the_first_dump_leaves_nothing_behind(python, way, mode, compress, tmp_path):
    code, output, errors = run_python(python, PROOF, tmp_path, way, mode, compress, environment={"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"})
    lines = output.splitlines()
    assert (code, errors, len(lines)) == (0, "", 4)
    assert (lines[0], lines[2], lines[3].strip()) == (NOTHING, NOTHING, "no child")
    assert lines[1] == NOTHING or is_page_touched(lines[1]) or (python.hexversion >= 0x030E0000 and way == "signal" and THREAD_MET.fullmatch(lines[1])), lines[1]
