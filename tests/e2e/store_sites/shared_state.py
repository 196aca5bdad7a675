# SPDX-License-Identifier: GPL-2.0-or-later
"""Holders that another module fills."""

of_module = []
imported_inside = []


class Settings:
    def __init__(self):
        self.plugins = []


settings = Settings()
