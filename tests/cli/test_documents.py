# SPDX-License-Identifier: GPL-2.0-or-later
"""--json prints one document, as the published schemas say, with exact numbers."""

import copy
import json
import unittest

import jsonschema

from command_line import QUESTIONS, CommandLineTest, question, schemas

CACHE = "0x7f0000100140"


class DocumentTest(CommandLineTest):
    def test_schemas_are_schemas(self):
        for schema in schemas().values():
            jsonschema.Draft202012Validator.check_schema(schema)

    def test_every_document_is_as_its_schema_says(self):
        for snapshot in (self.snapshot, self.hostile):
            for command in QUESTIONS:
                self.check_document(self.document(*question(command, snapshot, "--json")))

    def test_rows_by_line_are_as_their_schema_says(self):
        for snapshot in (self.snapshot, self.hostile):
            document = self.document("top", snapshot, "--by", "line", "--json")
            self.check_document(document)
            self.assertEqual(sum(row["shallow_bytes"] for row in document["rows"]), self.document("info", snapshot, "--json")["live"]["bytes"])

    def test_the_schemas_refuse_what_they_do_not_know(self):
        for command in QUESTIONS:
            document = self.document(*question(command, self.snapshot, "--json"))
            changed = copy.deepcopy(document)
            changed["surprise"] = 1
            with self.assertRaises(AssertionError):
                self.check_document(changed)

    def test_a_document_is_one_line_of_ascii(self):
        for command in QUESTIONS:
            done = self.run_whoholds(*question(command, self.hostile, "--json"))
            self.assertEqual(done.stdout.count(b"\n"), 1)
            self.assertTrue(done.stdout.endswith(b"}\n"))
            self.assertFalse([byte for byte in done.stdout[:-1] if byte < 0x20 or byte >= 0x7F])

    def test_the_same_snapshot_gives_the_same_bytes(self):
        for command in QUESTIONS:
            arguments = question(command, self.snapshot, "--json")
            self.assertEqual(self.answer(*arguments), self.answer(*arguments))

    def test_info_counts_what_was_written(self):
        info = self.document("info", self.snapshot, "--json")
        self.assertEqual((info["objects"], info["references"], info["types"], info["threads"], info["frames"]), (24, 31, 11, 1, 1))
        self.assertEqual((info["pid"], info["python"], info["created"]), (4242, "3.11.7", "2026-09-21T14:13:20.250Z"))
        self.assertEqual((info["pause_ns"], info["dump_ns"], info["rss"]), (1200000, 34000000, 42000000))
        self.assertEqual(info["accounted"], info["bytes"] + 6000000)

    def test_suspects_names_the_holder(self):
        document = self.document("suspects", self.snapshot, "--json")
        suspect = document["suspects"][0]
        self.assertEqual(suspect["holder"], {"name": "__main__.cache", "type": "list", "address": CACHE, "length": 6})
        self.assertEqual((suspect["rank"], suspect["verdict"], suspect["retained_bytes"], suspect["retained_objects"]), (1, "uncertain", 30000462, 7))
        self.assertEqual(suspect["contents"], [{"type": "bytearray", "count": 6, "bytes": 30000342}])
        self.assertEqual([hop["label"] for hop in suspect["path"]], ["sys.modules['__main__']", ".cache"])
        self.assertEqual(suspect["share"], round(30000462 / document["heap"]["bytes"], 4))

    def test_top_gives_all_rows_and_a_limit_counts_the_rest(self):
        all_rows = self.document("top", self.snapshot, "--json")
        few = self.document("top", self.snapshot, "--json", "--limit", "2")
        self.assertEqual(all_rows["omitted"], {"rows": 0, "count": 0, "shallow_bytes": 0})
        self.assertEqual(few["rows"], all_rows["rows"][:2])
        rest = all_rows["rows"][2:]
        self.assertEqual(few["omitted"], {"rows": len(rest), "count": sum(row["count"] for row in rest),
                                          "shallow_bytes": sum(row["shallow_bytes"] for row in rest)})

    def test_path_finds_by_address_type_and_expression(self):
        by_type = self.document("path", self.snapshot, "--type", "list", "--json")
        self.assertEqual(by_type["matching"], 1)
        self.assertEqual(by_type["paths"][0]["object"], {"address": CACHE, "type": "list"})
        self.assertEqual(self.document("path", self.snapshot, CACHE, "--json"), by_type)
        self.assertEqual(self.document("path", self.snapshot, str(int(CACHE, 16)), "--json"), by_type)
        self.assertEqual(self.document("path", self.snapshot, "--expr", "__main__.cache", "--json"), by_type)

    def test_path_limits_the_objects_and_counts_all(self):
        document = self.document("path", self.snapshot, "--type", "bytearray", "--limit", "2", "--json")
        self.assertEqual((document["matching"], len(document["paths"])), (6, 2))

    def test_tree_cut_at_a_depth_counts_what_it_hides(self):
        whole = self.document("tree", self.snapshot, "--json")
        cut = self.document("tree", self.snapshot, "--depth", "1", "--json")
        column = {name: place for place, name in enumerate(cut["columns"])}
        self.assertEqual({row[column["parent"]] for row in cut["rows"]}, {-1, 0})
        self.assertEqual(cut["rows"][0], whole["rows"][0])
        children = {}
        for row in whole["rows"][1:]:
            children.setdefault(row[column["parent"]], []).append(row)
        for index, row in enumerate(whole["rows"]):
            if row[column["parent"]] == 0:
                shown = next(other for other in cut["rows"] if other[column["label"]] == row[column["label"]])
                hidden = children.get(index, [])
                self.assertEqual(shown[column["hidden"]], len(hidden))
                self.assertEqual(shown[column["hidden_bytes"]], sum(other[column["retained"]] for other in hidden))

    def test_a_comparison_has_a_series_for_each_row(self):
        document = self.document("diff", self.snapshot, self.snapshot, self.snapshot, "--json")
        row = next(row for row in document["holders"]["rows"] if row["name"] == "__main__.cache")
        self.assertEqual((row["address"], row["change"], row["bytes"], row["count"]), (CACHE, "flat", [30000462] * 3, [7] * 3))
        self.assertEqual([snapshot["objects"] for snapshot in document["snapshots"]], [self.document("info", self.snapshot, "--json")["live"]["objects"]] * 3)
        types = {row["name"]: row["bytes"][0] for row in document["types"]["rows"]}
        self.assertEqual(types, {row["name"]: row["shallow_bytes"] for row in self.document("top", self.snapshot, "--json")["rows"]})
        self.assertNotIn("lines", document)
        few = self.document("diff", self.snapshot, self.snapshot, "--json", "--limit", "1")
        self.assertEqual((len(few["types"]["rows"]), few["types"]["omitted"]["rows"]), (1, len(types) - 1))

    def test_a_report_of_several_snapshots_is_of_the_latest_with_what_grew(self):
        document = self.document("report", self.snapshot, self.snapshot, "--json")
        self.check_document(document)
        self.assertEqual(document["diff"]["holders"], self.document("diff", self.snapshot, self.snapshot, "--json")["holders"])
        self.assertEqual(document["suspects"], self.document("suspects", self.snapshot, self.snapshot, "--all", "--limit", "50", "--json"))
        self.assertIsNone(self.document("report", self.snapshot, "--json")["diff"])

    def test_a_suspect_of_several_snapshots_tells_its_growth(self):
        document = self.document("suspects", self.snapshot, self.snapshot, "--all", "--json")
        self.check_document(document)
        self.assertEqual(document["suspects"][0]["growth"]["bytes"], [30000462] * 2)
        self.assertEqual(document["suspects"][0]["growth"]["since_created"], document["snapshot"]["created"])
        alone = self.document("suspects", self.snapshot, "--json")["suspects"][0]
        self.assertEqual((alone["verdict"], document["suspects"][0]["verdict"]), ("uncertain", "large"))
        self.assertEqual(document["suspects"][0]["reasons"], [*alone["reasons"], {"sign": "same-size", "sentence": "it has not grown from one snapshot to the next", "weight": "against"}])
        for suspect in (alone, document["suspects"][0]):
            del suspect["verdict"], suspect["reasons"]
        del document["suspects"][0]["growth"]
        self.assertEqual(document["suspects"][0], alone)

    def test_hostile_names_arrive_whole_with_replacements_for_what_is_no_text(self):
        text = json.dumps(self.document("tree", self.hostile, "--json"), ensure_ascii=False)
        self.assertIn("</script><!--", text)
        self.assertIn("\u202e", text)
        names = json.dumps(self.document("threads", self.hostile, "--json"), ensure_ascii=False)
        self.assertIn("\ufffd lone & <b>", names)
        self.assertFalse([character for character in text + names if 0xD800 <= ord(character) < 0xE000])


if __name__ == "__main__":
    unittest.main()
