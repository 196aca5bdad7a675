# SPDX-License-Identifier: GPL-2.0-or-later
"""The command line alone, on results that no small snapshot gives (fake_library.c)."""

import json
import os
import pty
import re
import signal
import subprocess
import unittest

from command_line import DONE, LEAK, WHOHOLDS, CommandLineTest, schema_errors

FAKE = os.path.abspath(os.environ.get("WHOHOLDS_ON_FAKE_LIBRARY", os.path.join(os.path.dirname(WHOHOLDS), "whoholds_on_fake_library")))

LEAKS = """\
1  app.orders.open  (list, 1,206 items)  retains 58.6 KiB (60,000 B), 71 %% of the Python heap
   held at       /app/orders.py:14 in Orders.add:  self.open.append(order)      [growth: exact]
                 /app/orders.py:30 in Orders.load:  self.open += rows      [store: one of 4]   via asyncio/events.py:80 in Handle._run
                 /app/orders.py:41 in <lambda>      [store: one of 4]
                 … and 1 more (all with --json)
   allocated at  /app/orders.py:8 in parse:  return Order(line)   via line 12 in read
   holds         1,200 × app.orders.Order, 48 B each
                 3 × str, 100 B together
                 1 × bytes, 2,000 B
                 … and 1 more (all with --json)
   path          sys.modules['app.orders'].open[0…1205]
   to free it    cut 2 references: app.orders.open, app.backup.open
%s
2  held by native code  (app.Handle)  retains 512 B, <0.1 %% of the Python heap
   held at       /app/orders.py:14 in Orders.add:  self.open.append(order)      [growth: exact]
   allocated at  the same line: it does both
"""

WHY = """\
   for a leak    it grew until the end [grows]
   against it    nothing takes from it [bounded]
"""

ALLOCATED = """\
In 2.0 s 300.0 MiB were allocated in 300,002 blocks; 3.0 KiB in 3 blocks are left. (Estimates: one sample in 512.0 KiB, recorder 'holders'.)
The recorder had no room for 1 block and 0 stacks.
By the innermost line, what was allocated, freed or not:

allocated   blocks   a second    live         allocated by
300.0 MiB  300,000  150.0 MiB  <0.1 %  churn  /srv/app/feed.py:7 in read:  return bytes(n)
  2.0 KiB        2    1.0 KiB   100 %         (no Python code)
… and 1 more: 16 B
"""

TRIAGE = """\
    20.1 KiB  duplicate strings
              401 strings have the same contents as others, and this sentence is
              long enough to be broken between two of its words
    20.0 KiB  'a city'  (400 copies)
        57 B  app.\\x1b[1mnames
              … and 7 more
       more:  whoholds strings app.whs --limit 1000

           ?  the collector is off
              the snapshot does not tell

2 of 22 rules apply.
"""

GARBAGE = """\
garbage: 181 objects, 248.1 KiB (254,016 B)
   248.0 KiB  30 × app.Node (has __del__), 180 objects
              0x7f0000001000 holds itself: .children[0].parent
        64 B  1 × app.Other, 1 object
              0x7f0000002000

held by native code alone: 3 objects, 293.2 KiB (300,200 B)
   293.0 KiB  list at 0x7f0000003000, held by native code: 2 references unaccounted for
              … and 2 more

collector: OFF; generation 0: count 1,280 of 700; generation 1: count 2 of 10; it was at work
frozen: 17,031 objects, 3.2 MiB (3,367,480 B)
gc.garbage: 1 object
"""

STRINGS = """\
str       4,000, 293.0 KiB (300,000 B)
bytes     10, 2.0 KiB (2,048 B)
interned  1,500, 87.9 KiB (90,000 B)

the largest
     2.0 KiB  'once upon\\na \\x1b[1mtime'…  (interned)
              app.tale
     1.0 KiB  bytes at 0x7f0000002000
              app.blob

the same contents more than once: at least 500 objects, 24.4 KiB (25,000 B) too much
    23.4 KiB  401 × 'Heidelberg'
              300 × .city of app.Order
              99 × ['city'] of dict
              2 × key of dict
              for one: app.orders[0].city
… and 3 more
"""

COMPARED = """\
   taken                         live  objects  resident  snapshot
1  2026-09-21T14:13:20.250Z  20.0 KiB       10   1.0 MiB  app-1.whs
2  2026-09-21T14:13:21.250Z  40.0 KiB       20   1.0 MiB  app-2.whs
3  2026-09-21T14:13:22.250Z  60.0 KiB       30            app-3.whs
Bear this in mind.

   change     first      last       growth            holder
+39.1 KiB  19.5 KiB  58.6 KiB  ▃▆█  grown, each step  app.orders.open  (list, and 1 alike)
 +4.9 KiB  < 1000 B   4.9 KiB   ▅█  new, each step    app.late  (dict)
 -8.8 KiB   8.8 KiB       0 B  █▆   gone              app.gone  (dict)
1 more is flat.

No type changed. 1 more is flat.

  change  first     last       growth          line
+4.9 KiB    0 B  4.9 KiB   ▅█  new, each step  /srv/app/feed.py:7 in add:  rows.append(row)
"""

GROWTH = [
    "   grows since   2026-09-21T14:13:20.250Z, in each of 2 steps: 19.5 KiB to 58.6 KiB in 3 snapshots  ▃▆█\n",
    "   growth        none: 512 B to 512 B in 3 snapshots  ███\n",
    "   growth        not in the last step: 8.8 KiB to 0 B in 3 snapshots  █▆ \n",
]

LARGE = "table%s  (dict, 1 item)  retains 16.0 EiB (18,446,744,073,709,551,615 B), 5.0 %% of the Python heap\n"
LARGE_DETAILS = "   where         local of main at app.py:3, thread MainThread\n   held at       no line is known\n   path          table\n"


class RenderingTest(CommandLineTest):
    def print_fake(self, fake, *arguments):
        done = subprocess.run([FAKE, *arguments, "app.whs"], capture_output=True, cwd="/", check=False,
                              env={**os.environ, "WHOHOLDS_FAKE": fake})
        self.assertEqual(done.stderr, b"")
        return done.returncode, done.stdout.decode("utf-8")

    def test_leaks_are_printed_with_all_that_is_known(self):
        self.assertEqual(self.print_fake("full", "suspects"), (DONE, LEAKS % ""))
        self.assertEqual(self.print_fake("full", "suspects", "--why"), (DONE, LEAKS % WHY))
        self.assertEqual(self.print_fake("full", "suspects", "--exit-code")[0], LEAK)

    def test_what_one_snapshot_cannot_settle_is_suspected_but_no_leak(self):
        text = ("1  app.orders.open  (list, 1,206 items)  retains 58.6 KiB (60,000 B), 70 % of the Python heap\n"
                "   undecided     Orders.done, line 50, takes out of it. A second snapshot tells: whoholds suspects FIRST SECOND\n"
                "   held at       no line is known\n")
        self.assertEqual(self.print_fake("undecided", "suspects", "--exit-code"), (DONE, text))
        self.assertEqual(self.print_fake("undecided", "suspects", "--why"), (DONE, text + "   for a leak    it grew until the end [grows]\n"
                                                                               "   undecided     Orders.done, line 50, takes out of it [taken-out]\n"))

    def test_what_is_merely_large_stands_below_the_leaks(self):
        expected = LEAKS % "" + "\nLarge, but nothing says that it is a leak:\n3  " + LARGE % "" + LARGE_DETAILS
        self.assertEqual(self.print_fake("full", "suspects", "--all"), (DONE, expected))

    def test_without_a_leak_one_sentence_says_so_and_what_is_largest(self):
        self.assertEqual(self.print_fake("large", "suspects", "--exit-code"), (DONE, "No leak is suspected. The largest holder: " + LARGE % " (local of main at app.py:3, thread MainThread)" + "Why that is no leak: nothing takes from it\n"))
        self.assertEqual(self.print_fake("large", "suspects", "--all"),
                         (DONE, "No leak is suspected. What is largest:\n1  " + LARGE % "" + LARGE_DETAILS))

    def test_a_comparison_tells_what_changed_and_counts_what_did_not(self):
        self.assertEqual(self.print_fake("full", "diff", "app.whs", "app.whs"), (DONE, COMPARED))
        self.assertIn("\n… and 2 more that changed\n", self.print_fake("full", "diff", "app.whs", "app.whs", "--limit", "1")[1])
        document = json.loads(self.print_fake("full", "diff", "app.whs", "app.whs", "--json")[1])
        self.assertEqual(schema_errors(document), [])
        self.assertEqual([row.get("at_most") for row in document["holders"]["rows"]], [None, [1000, 0, 0], None, None])

    def test_a_suspect_of_several_snapshots_tells_since_when_it_grows(self):
        lines = self.print_fake("full", "suspects", "app.whs", "app.whs", "--all")[1].splitlines(keepends=True)
        self.assertEqual([line for line in lines if line.startswith("   grow")], GROWTH)

    def test_what_was_allocated_is_told_from_what_is_left(self):
        self.assertEqual(self.print_fake("full", "alloc", "--allocated"), (DONE, ALLOCATED))
        self.assertIn("   live  blocks  allocated by\n1.0 KiB       1  ", self.print_fake("full", "alloc", "--live")[1])
        self.assertIn("(no Python code)\n", self.print_fake("full", "alloc", "--live", "--stacks")[1])
        self.assertIn("feed.py:7 in read:  return bytes(n)\n                   /srv/app/main.py:3 in <module>\n",
                      self.print_fake("full", "alloc", "--live", "--stacks")[1])
        by_function = self.print_fake("full", "alloc", "--live", "--stacks", "--by", "function")[1]
        self.assertIn("By the innermost function, what is left:", by_function)
        self.assertRegex(by_function, r"feed.py in read\n +/srv/app/feed.py:7 in read\n +/srv/app/main.py:3 in <module>\n")
        document = json.loads(self.print_fake("full", "alloc", "--allocated", "--json")[1])
        self.assertEqual((document["rows"][0]["allocated_per_second"], document["rows"][0]["live_share"]), (150 << 20, 0.0))
        self.assertEqual(document["rows"][1]["live_share"], 1.0)
        self.assertEqual(schema_errors(document), [])
        self.assertEqual([frame["line"] for frame in document["rows"][0]["stack"]], [7, 3])

    def test_rules_tell_bytes_and_offenders_and_where_the_rest_is(self):
        self.assertEqual(self.print_fake("full", "triage"), (DONE, TRIAGE))
        self.assertEqual(self.print_fake("full", "waste"), (DONE, TRIAGE.partition("\n2 of")[0]))
        self.assertEqual(self.print_fake("full", "garbage"), (DONE, GARBAGE))
        self.assertEqual(self.print_fake("full", "strings"), (DONE, STRINGS))
        for command in ("triage", "waste", "garbage", "strings"):
            self.assertEqual(schema_errors(json.loads(self.print_fake("full", command, "--json")[1])), [])

    def test_what_is_found_is_a_table_with_names_and_values(self):
        self.assertEqual(self.print_fake("full", "find", "--where", "size > 0"), (DONE, (
            "5 objects, 2.0 KiB (2,000 B) of their own; nothing holds 1 of them\n"
            "retained      own  length  address         type     name, value\n"
            " 7.8 KiB     88 B       5  0x7f0000002000  list     app.\\x1b[1mopen\n"
            "    50 B     50 B          0x7f0000005000  str      app.名['k'] = 'a city'\n"
            "    40 B  1.0 KiB          0x7f0000006000  包.Type  app.Order\n"
            "… and 2 more\n")))
        self.assertEqual(schema_errors(json.loads(self.print_fake("full", "find", "--where", "size > 0", "--json")[1])), [])

    def test_merged_paths_begin_with_the_way_that_most_come(self):
        rows = "  93 %          930  app.cache  (dict)\n 7.0 %           70  elsewhere, in branches of less than 1 %\n1 more: nothing holds them\n"
        self.assertEqual(self.print_fake("full", "path", "--type", "app.Order", "--merged"), (DONE, "93 % of 1,000 app.Order come through app.cache\n" + rows))
        self.assertEqual(self.print_fake("full", "path", "--where", "len > 3", "--merged"), (DONE, "93 % of 1,000 objects come through app.cache\n" + rows))
        self.assertIn("\n0 independent paths, and no more\n", "\n" + self.print_fake("full", "path", "--type", "app.Order", "--independent", "3")[1])

    def test_nothing_at_all(self):
        self.assertEqual(self.print_fake("empty", "suspects"), (DONE, "No leak is suspected, and nothing but modules, classes and code holds much.\n"))
        self.assertEqual(self.print_fake("empty", "threads"), (DONE, "The snapshot has no threads.\n"))
        self.assertEqual(self.print_fake("empty", "top"), (DONE, "retained  own  objects  type\n"))
        self.assertEqual(self.print_fake("empty", "tree"), (DONE, "  retained     objects  held through, type, address\n"))

    def test_a_tree_counts_siblings_and_puts_what_it_hides_last(self):
        head = "  retained     objects  held through, type, address\n   8.8 KiB           9  (heap)\n   7.8 KiB           8    .open  list  0x7f0000002000\n"
        tail = "      50 B           1    .last  str  0x7f0000005000\n"
        self.assertEqual(self.print_fake("full", "tree")[1],
                         head + "   6.8 KiB           5      5 × app.orders.Order\n     100 B                  … 2 more\n" + tail)
        self.assertEqual(self.print_fake("full", "tree", "--depth", "1")[1], head + "   6.9 KiB                  … 7 more\n" + tail)

    def test_empty_results_are_documents_too(self):
        for command in ("suspects", "top", "tree", "threads", "info"):
            code, text = self.print_fake("empty", command, "--json")
            self.assertEqual(code, DONE)
            self.check_document(json.loads(text))

    def test_shares_have_four_decimals_and_all_suspects_their_rank(self):
        suspects = json.loads(self.print_fake("full", "suspects", "--json", "--all")[1])["suspects"]
        self.assertEqual([suspect["share"] for suspect in suspects], [0.7124, 0.0002, 0.05])
        self.assertEqual([suspect["rank"] for suspect in suspects], [1, 2, 3])
        self.assertNotIn("length", suspects[1]["holder"])


class ProgressTest(CommandLineTest):
    def start(self, *arguments, **streams):
        return subprocess.Popen([FAKE, *arguments], cwd=self.directory, env={**os.environ, "WHOHOLDS_FAKE": "slow"}, **streams)

    def test_progress_is_shown_on_a_terminal_and_an_interrupt_ends_it(self):
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        process = self.start("report", self.snapshot, "--json", stdout=subprocess.PIPE, stderr=follower)
        os.close(follower)
        shown = ""
        while not re.search(r" a second", shown):  # the first time there may be no rate yet
            shown += os.read(leader, 1000).decode()
        self.assertRegex(shown, r"^\r\x1b\[Kloading: [0-9]+ %(.*\r\x1b\[Kloading: [0-9]+ %)*, [0-9]+\.[0-9] million a second")
        process.send_signal(signal.SIGINT)
        self.assertEqual((process.communicate(timeout=30)[0], process.returncode), (b"", -signal.SIGINT))
        self.assertTrue(self.read_rest(leader).endswith(b"\r\x1b[K"))

    def test_a_signal_ends_it_without_a_word_elsewhere(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            process = self.start("info", self.snapshot, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.wait_until_it_catches(process, number)
            process.send_signal(number)
            self.assertEqual((process.communicate(timeout=30), process.returncode), ((b"", b""), -number))

    def read_rest(self, leader):
        rest = b""
        try:
            while piece := os.read(leader, 1 << 16):
                rest += piece
        except OSError: # how a terminal ends when nobody holds it any more
            pass
        return rest

    def wait_until_it_catches(self, process, number):
        caught = 0
        while not caught >> (number - 1) & 1:
            self.assertIsNone(process.poll())
            with open("/proc/%d/status" % process.pid, encoding="ascii") as status:
                caught = int(next(line for line in status if line.startswith("SigCgt:")).split()[1], 16)


if __name__ == "__main__":
    unittest.main()
