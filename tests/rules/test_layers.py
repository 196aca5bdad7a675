# SPDX-License-Identifier: GPL-2.0-or-later
"""The tree keeps the rules of check_layers.py, and each rule is broken once to see that it is one."""

import os
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]

import check_layers
import pythons

MIT = "/* SPDX-License-Identifier: MIT */\n"
GPL = "/* SPDX-License-Identifier: GPL-2.0-or-later */\n"

# rule, file, content, part of the sentence
OFFENCES = [
    ("check_includes", "formats/src/reader.c", MIT + "#include <Python.h>\n", "includes <Python.h>"),
    ("check_includes", "dumper/src/walk.c", MIT + "#include <whoholds/formats/reader.h>\n", "which is not for dumper/src"),
    ("check_includes", "dumper/src/walk.c", MIT + "#include <igraph.h>\n", "which is not for dumper/src"),
    ("check_includes", "analyzer/lib/answers/tree.c", GPL + "#include <Python.h>\n", "which is not for analyzer/lib"),
    ("check_includes", "analyzer/lib/answers/tree.c", GPL + "#include <whoholds/formats/writer.h>\n", "which is not for analyzer/lib"),
    ("check_includes", "analyzer/cli/main.c", GPL + "#include <whoholds/formats/reader.h>\n", "which is not for analyzer/cli"),
    ("check_includes", "analyzer/cli/main.c", GPL + '#include "../lib/heap/heap.h"\n', "files of the same folder"),
    ("check_includes", "analyzer/cli/main.c", GPL + '#include "heap.h"\n', "files of the same folder"),
    ("check_includes", "analyzer/lib/answers/tree.c", GPL + '#include "tree.h"\n', "files of the same folder"),
    ("check_stages", "analyzer/lib/graph/dominators.c", GPL + '#include "holders/accumulation.h"\n', "of the later stage 'holders'"),
    ("check_stages", "analyzer/lib/brand_new/brand_new.c", GPL, "belongs to no stage"),
    ("check_reading", "analyzer/lib/answers/tree.c", GPL + "status = snapshot_parse(bytes, length, &snapshot, error);\n", "loader's work"),
    ("check_licences", "formats/src/reader.c", GPL, "SPDX-License-Identifier: MIT"),
    ("check_licences", "analyzer/lib/answers/tree.c", MIT, "SPDX-License-Identifier: GPL"),
    ("check_licences", "tests/unit/test_bfs.c", "\n", "SPDX-License-Identifier"),
    ("check_words", "examples/some.py", 'open("/%s/somebody/file")\n' % "home", "a place of one machine"),
    ("check_words", "analyzer/report/src/view/app.tsx", "element.inner%s = name;\n" % "HTML", "makes HTML from text"),
]


class LayersTest(unittest.TestCase):
    maxDiff = None

    def test_the_tree_keeps_the_rules(self):
        self.assertEqual(list(check_layers.broken_rules(pythons.build_directory())), [])

    def test_each_rule_is_one(self):
        for rule, name, content, sentence in OFFENCES:
            with self.subTest(sentence=sentence, name=name):
                self.assertIn(sentence, "\n".join(self.broken(rule, {name: content})))

    def test_headers_that_need_each_other_are_found(self):
        broken = self.broken("check_header_cycles", {"analyzer/lib/base/a.h": '#include "graph/b.h"\n', "analyzer/lib/graph/b.h": '#include "base/a.h"\n'})
        self.assertEqual(len(broken), 2)

    def test_each_stage_is_there(self):
        there = {name.split("/")[2] for name in check_layers.tracked() if name.startswith(check_layers.LIBRARY + "/")}
        self.assertEqual(set(check_layers.STAGES), there)

    def broken(self, rule, files):
        root = check_layers.ROOT
        with tempfile.TemporaryDirectory(prefix="whoholds-rules-") as check_layers.ROOT:
            try:
                for name, content in files.items():
                    path = os.path.join(check_layers.ROOT, name)
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    with open(path, "w", encoding="utf-8") as file:
                        file.write(content)
                return list(getattr(check_layers, rule)(list(files)))
            finally:
                check_layers.ROOT = root


if __name__ == "__main__":
    unittest.main()
