# SPDX-License-Identifier: GPL-2.0-or-later
"""What a snapshot costs a process, beside what cannot be had cheaper, in one run.

    pause_bench.py [--objects N] [--repeat N] [--python PATH]

For a service with N objects: how long a bare fork() of it takes, a bare count of all tracked objects and what they refer to, and a
gc.collect(); then snapshots in both modes, and compressed ones by a child: pause, time, CPU, bytes an object, and memory that they need meanwhile. Medians.
"""

import argparse
import ctypes
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "..", "support"))


def own_cpu():
    return time.process_time()


def childrens_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def median(action, repeat):
    """Medians of what action() returns, a tuple of numbers."""
    return tuple(statistics.median(column) for column in zip(*[action() for _ in range(repeat)]))


def field(path, key):
    try:
        with open(path) as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith(key + ":")), 0)
    except OSError:
        return 0


def bare_fork(library):
    """Seconds for which the caller stands still. No hook of Python runs, and the child ends at once."""
    begun = time.perf_counter()
    pid = library.fork()
    if pid == 0:
        library._exit(0)
    took = time.perf_counter() - begun
    os.waitpid(pid, 0)
    return (took,)


def bare_count(counter):
    references = ctypes.c_long()
    begun, cpu = time.perf_counter(), own_cpu()
    objects = counter.count_only(ctypes.byref(references))
    return time.perf_counter() - begun, own_cpu() - cpu, objects, references.value


def collection():
    begun, cpu = time.perf_counter(), own_cpu()
    gc.collect()
    return time.perf_counter() - begun, own_cpu() - cpu


def snapshot(whoholds, directory):
    """(pause, seconds to the file, CPU seconds of whoever wrote, bytes)"""
    cpu = own_cpu() + childrens_cpu()
    os.unlink(whoholds.dump(os.path.join(directory, "x.whs")))
    last = whoholds.status()["last"]
    return last["pause_ns"] / 1e9, last["dump_ns"] / 1e9, own_cpu() + childrens_cpu() - cpu, last["bytes"]


def child_memory(whoholds, directory):
    """Bytes that the child has for itself, as far as they are seen by looking every few milliseconds."""
    most, ended = [0], threading.Event()

    def watch():
        while not ended.is_set():
            for task in os.listdir("/proc/self/task"):
                with open("/proc/self/task/%s/children" % task) as file:
                    for pid in file.read().split():
                        most[0] = max(most[0], field("/proc/%s/smaps_rollup" % pid, "Private_Dirty"))
            time.sleep(0.005)
    thread = threading.Thread(target=watch)
    thread.start()
    snapshot(whoholds, directory)
    ended.set()
    thread.join()
    return most[0]


def inline_memory(whoholds, directory):
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the peak starts anew
    before = field("/proc/self/status", "VmRSS")
    snapshot(whoholds, directory)
    return max(0, field("/proc/self/status", "VmHWM") - before)


def build_counter(directory):
    import sysconfig
    library = os.path.join(directory, "count_only.so")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-I", os.path.join(ROOT, "dumper", "src"), "-I", sysconfig.get_paths()["include"],
                    os.path.join(HERE, "extension", "count_only.c"), "-o", library], check=True)
    counter = ctypes.PyDLL(library)
    counter.count_only.restype = ctypes.c_long
    return counter


def measure(objects, repeat, package):
    """Runs in the interpreter under test; the numbers."""
    sys.path.insert(0, package)
    import service
    import whoholds
    with tempfile.TemporaryDirectory() as directory:
        counter, libc = build_counter(directory), ctypes.PyDLL(None)
        gc.disable()
        service.grow(objects)
        gc.enable()
        gc.collect()
        rss = field("/proc/self/status", "VmRSS")
        found = {"rss": rss, "count": median(lambda: bare_count(counter), repeat), "collect": median(collection, repeat)}
        whoholds.install(mode="fork")
        pairs = [(bare_fork(libc)[0], snapshot(whoholds, directory)) for _ in range(repeat)]  # in turn, as the machine is shared
        found["fork"] = (statistics.median(fork for fork, _ in pairs),)
        found["by_child"] = tuple(statistics.median(column) for column in zip(*[dump for _, dump in pairs]))
        found["child_memory"] = child_memory(whoholds, directory)
        whoholds.install(mode="fork", compress=True)
        found["compressed"] = median(lambda: snapshot(whoholds, directory), repeat)
        found["compressed_memory"] = child_memory(whoholds, directory)
        whoholds.install(mode="inline")
        found["inline"] = median(lambda: snapshot(whoholds, directory), repeat)
        found["inline_memory"] = inline_memory(whoholds, directory)
        whoholds.dump(os.path.join(directory, "count.whs"))
        found["objects"] = count_objects(os.path.join(directory, "count.whs"))
    return found


def count_objects(path):
    program = os.path.join(os.environ["WHOHOLDS_BUILD"], "bin", "whoholds")
    return json.loads(subprocess.run([program, "info", "--json", path], stdout=subprocess.PIPE, check=True).stdout)["objects"]


def show(found):
    count, collect = found["count"], found["collect"]
    print("%d objects, %d of them tracked, %.0f MB resident" % (found["objects"], count[2], found["rss"] / 1e6))
    print("  bare fork()        %8.1f ms" % (1e3 * found["fork"][0]))
    print("  bare count         %8.1f ms  CPU %.2f s, %d references" % (1e3 * count[0], count[1], count[3]))
    print("  gc.collect()       %8.1f ms  CPU %.2f s" % (1e3 * collect[0], collect[1]))
    for name, key, memory in (("fork", "by_child", "child_memory"), ("zstd", "compressed", "compressed_memory"), ("inline", "inline", "inline_memory")):
        pause, took, cpu, size = found[key]
        print("  snapshot, %-7s  %8.1f ms  pause (%.2f x fork); %.2f s to the file, CPU %.2f s (%.2f x collect), %.1f bytes an object, "
              "memory %.1f MB (%.1f %%)" % (name, 1e3 * pause, pause / found["fork"][0], took, cpu, cpu / collect[1], size / found["objects"],
                                            found[memory] / 1e6, 100 * found[memory] / found["rss"]))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--objects", type=int, default=1000000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--python", default=sys.executable)
    options.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.inside:
        show(measure(arguments.objects, arguments.repeat, arguments.inside))
        return
    import pythons
    environment = dict(os.environ, WHOHOLDS_BUILD=pythons.build_directory())
    sys.exit(subprocess.run([arguments.python, os.path.abspath(__file__), "--objects", str(arguments.objects), "--repeat",
                             str(arguments.repeat), "--inside", pythons.package_directory()], env=environment).returncode)


if __name__ == "__main__":
    main()
