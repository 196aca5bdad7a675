# SPDX-License-Identifier: MIT
"""Snapshots of this process' heap, for ``whoholds suspects`` to tell who holds the memory.

    import whoholds
    whoholds.install()           # from now on SIGUSR2 makes a snapshot
    whoholds.dump("now.whs")     # makes one right here

``whoholds run -- python app.py`` does the same without a change to the program.
"""

import atexit as _atexit
import os as _os
import sys as _sys

__all__ = ["install", "uninstall", "dump", "status"]

_BUILDS = _os.path.join(_os.path.dirname(_os.path.abspath(__file__)), "_dumper")
_TAG = "cpython-%08x%s" % (_sys.hexversion, _sys.abiflags)


def _version_of_tag(tag):
    number = int(tag[len("cpython-"):][:8], 16)
    return "%d.%d.%d%s" % (number >> 24, number >> 16 & 255, number >> 8 & 255, tag[len("cpython-") + 8:])


def _path_of_build(tag):
    return _os.path.join(_BUILDS, tag, "_dumper.so")


def _refusal():
    if "t" in _sys.abiflags:
        return "whoholds has no dumper for free-threaded CPython, whose objects have no lock that stops them all: use a build with the GIL"
    tags = sorted(_os.listdir(_BUILDS)) if _os.path.isdir(_BUILDS) else []
    built = ", ".join(_version_of_tag(tag) for tag in tags if _os.path.isfile(_path_of_build(tag))) or "none"
    return "whoholds has no dumper for %s %s, only for these versions of CPython: %s" % (
        _sys.implementation.name, ".".join(map(str, _sys.version_info[:3])) + _sys.abiflags, built)


def _load():
    if _sys.implementation.name != "cpython" or not _os.path.isfile(_path_of_build(_TAG)):
        raise ImportError(_refusal(), name=__name__)
    # The dumper reads private structures, so there is one for each exact version, in a directory of its own. A directory more in
    # the package's path lets the ordinary import find it.
    __path__.append(_os.path.join(_BUILDS, _TAG))
    from whoholds import _dumper
    return _dumper


_dumper = _load()
_hooked = _hooked_memory_errors = False


def _hook():
    """Hooks cannot be taken away from os.register_at_fork; without a trigger they do nothing."""
    global _hooked
    if not _hooked:
        _hooked = True
        _os.register_at_fork(before=_dumper.before_fork, after_in_parent=_dumper.after_fork_in_parent,
                             after_in_child=_dumper.after_fork_in_child)
        _atexit.register(_dumper.at_exit)


def _before(hook, kind_of):
    """*hook*, and before it a snapshot if the exception is a MemoryError."""
    def excepthook(*arguments):
        if issubclass(kind_of(*arguments), MemoryError):
            _dumper.memory_error()
        hook(*arguments)
    return excepthook


def _hook_memory_errors():
    """The hooks stay: others may have been put before them."""
    global _hooked_memory_errors
    if not _hooked_memory_errors:
        _hooked_memory_errors = True
        import threading
        _sys.excepthook = _before(_sys.excepthook, lambda kind, *unused: kind)
        threading.excepthook = _before(threading.excepthook, lambda arguments: arguments.exc_type)


def install(signal="SIGUSR2", output="./{name}-{pid}-{n}.whs", values="short", mode="fork", record="off", on_rss=None, every=None,
            at_exit=False, on_memory_error=False, max_snapshots=10, gil_timeout=10, compress=False):
    """Make a snapshot whenever the process gets *signal*, whatever its threads are doing.

    signal -- "SIGUSR1", "SIGUSR2", "SIGHUP", "SIGQUIT", "SIGWINCH", "SIGIO" or "SIGPWR", or a member of signal.Signals.
        A handler that is already there is called as well. A handler that the program installs later takes the signal away.
    output -- where snapshots go. {name} is the program, {pid} the process, {n} the first free number, {time} the time in UTC;
        {{ stands for {. A relative path starts at the directory that is current now. Nothing is ever overwritten.
    values -- how much of strings and numbers is written: "none" (names only), "short" (previews) or "full".
    mode -- "fork": a child process writes while the program goes on; "inline": the program stands still.
    record -- which allocations are noted with their lines from now on: "off", "sample" (one in 512 KiB), "holders" (these, and
        whatever makes a container grow: its exact line) or "exact" (all; several times slower). `whoholds run` takes "holders".
    on_rss -- make a snapshot when so many bytes are resident (a number, or text such as "500M" or "2G"), and again each time
        that another quarter of it has come.
    every -- make a snapshot every so many seconds.
    at_exit -- make a snapshot when the interpreter ends, after the program's own exit functions. Not if a signal or os._exit ends it.
    on_memory_error -- make a snapshot when a MemoryError ends the program or a thread, before it is reported, through
        sys.excepthook and threading.excepthook. One that the program handles is not seen.
    max_snapshots -- how many the last four make in one process at most; signals and dump() are not counted.
    gil_timeout -- for how many seconds native code may hold the GIL until its thread is interrupted by the signal for a snapshot (by a
        child process, also in mode "inline"); 0: for ever. Not for dump(), which waits.
    compress -- write files of about half the size, with zstd. It takes whoever writes them about a sixth more time: nothing in mode
        "fork", where that is the child; in mode "inline" the program.

    Processes made by os.fork, multiprocessing among them, answer the signal too, each with a file of its own.
    A snapshot that cannot be written is one line on standard error. Calling install again replaces the earlier settings.

    Raises ValueError for a word that is not known, OSError if there is no thread or signal to be had.
    """
    numbers = [("" if number is None else str(number)) for number in (on_rss, every, int(at_exit), int(on_memory_error), max_snapshots, gil_timeout)]
    wants_memory_errors = _dumper.install(getattr(signal, "name", signal), output, values, mode, str(int(compress)), record,
                                          *numbers)
    _hook()
    if wants_memory_errors:
        _hook_memory_errors()


def _install_from_environment():
    wants_memory_errors = _dumper.install_from_environment()
    _hook()
    if wants_memory_errors:
        _hook_memory_errors()


def uninstall():
    """Give the signal back, stop the thread that waits for it, after a snapshot that is being made, and the recorder. Never fails."""
    _dumper.uninstall()


def dump(path=None, compress=None):
    """Make a snapshot now and return its path.

    path -- the file, as it stands; None: by the output and number of install().
    compress -- whether this one is compressed; None: as install() was told.

    Settings are those of install(), or its defaults. Other threads go on as soon as the child process exists. If another snapshot
    is being made, this one waits for it.

    Raises OSError (FileExistsError, FileNotFoundError, PermissionError, …) if the file cannot be written, and RuntimeError if
    the heap cannot be read. No file is left then.
    """
    return _dumper.dump(path, compress)


def status():
    """What the dumper is and was doing, as a dict.

    signal -- the number of the signal, 0 without install(); handled -- False if the program has put its own handler in its place;
    running -- a snapshot is being made; written, failed -- how many were; last -- None, or path, bytes, pause_ns, dump_ns,
    interrupted (native code held the GIL) and inline_because (None, or why there was no child) of the last one; last_error -- None, or a sentence;
    recorder -- None if it is off, or mode, blocks and stacks (how many it knows), lost (how many it had no room for), strangers (calls
    that it could not record, made by subinterpreters or without the GIL).
    """
    return _dumper.status()
