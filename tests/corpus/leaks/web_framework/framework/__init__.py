# SPDX-License-Identifier: GPL-2.0-or-later
from .core import Application, Response

__all__ = ["Application", "Response"]
