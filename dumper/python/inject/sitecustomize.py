# SPDX-License-Identifier: MIT
"""Puts the dumper into a program that `whoholds run` starts.

Python imports sitecustomize before the program. This directory stands first in PYTHONPATH, so it is this one; it takes itself out of
the way and lets Python import the program's own sitecustomize, or find that there is none. PYTHONPATH itself stays as it is in
os.environ, so that Python programs which the program starts are dumped too.

Old interpreters that the program may start come here as well: this file is written so that Python 2 can read it.
"""

import sys


def _leave_no_trace(here):
    """sys.path as it would have been; only the first entry, as the program may have named this directory itself."""
    if here in sys.path:
        sys.path.remove(here)
    sys.path_importer_cache.pop(here, None)


def _install(package_directory):
    if sys.hexversion < 0x03080000:
        raise ImportError("whoholds has no dumper for Python %d.%d, only for 3.8 and newer" % sys.version_info[:2])
    sys.path.insert(0, package_directory)
    try:
        import whoholds
        whoholds._install_from_environment()
    finally:
        _leave_no_trace(package_directory)


def _run():
    here = __file__.rpartition("/")[0]
    _leave_no_trace(here)
    try:
        _install(here.rpartition("/")[0])
    except Exception as error:
        if getattr(error, "path", None) == "<subinterpreter>":
            return  # the main interpreter has the dumper
        text = " ".join(str(error).split())
        if not text.startswith("whoholds "):
            text = "whoholds cannot dump this program: " + text
        try:
            sys.stderr.write(text + "\n")
        except Exception:
            pass


_run()
del sys.modules["sitecustomize"]
# If there is no other, this raises ImportError(name="sitecustomize"), as it would have without us: site.py takes it for "none".
import sitecustomize
