// SPDX-License-Identifier: GPL-2.0-or-later

/* Documents written by hand, in the shape of analyzer/report/src/document.ts. */

const COLUMNS = [
  "parent", "label", "type", "address", "shallow", "retained", "count", "hidden", "hidden_bytes", "group",
];

/* Write a tree as nested nodes; own sizes and the order of rows come out right by construction. */
export function treeTable(root) {
  const rows = [];
  const stack = [{ node: root, parent: -1 }];
  const sizeOf = (node) => {
    if (node.retained !== undefined) {
      return [node.retained, node.count ?? 1];
    }
    let [bytes, count] = [(node.shallow ?? 0) + (node.hiddenBytes ?? 0), node.own ?? 1];
    count += node.hidden ?? 0;
    for (const child of node.children ?? []) {
      const [childBytes, childCount] = sizeOf(child);
      bytes += childBytes;
      count += childCount;
    }
    return [bytes, count];
  };
  while (stack.length > 0) {
    const { node, parent } = stack.pop();
    const [retained, count] = sizeOf(node);
    const index = rows.length;
    rows.push([
      parent, node.label, node.type ?? "", node.address ?? "", node.shallow ?? 0, retained, count,
      node.hidden ?? 0, node.hiddenBytes ?? 0, node.group ?? 0,
    ]);
    for (const child of [...(node.children ?? [])].reverse()) {
      stack.push({ node: child, parent: index });
    }
  }
  return { columns: COLUMNS, rows };
}

const MIB = 1024 * 1024;

const course = (bytes, more = {}) => {
  const last = bytes.length - 1;
  let since = last;
  while (since > 0 && bytes[since - 1] < bytes[since]) {
    since--;
  }
  const bytes_change = bytes[last] - bytes[0];
  const change = !bytes[0] ? "new" : !bytes[last] ? "gone" : Math.abs(bytes_change) < bytes[0] / 100 ? "flat" : bytes_change > 0 ? "grown" : "shrunk";
  return { change, every_step: since === 0, since, bytes_change, count_change: 0, bytes, count: bytes.map(() => 1), ...more };
};

/* Four snapshots: the cache grows, a table stays, an index is new, a buffer is gone. */
function growthParts(cache) {
  const snapshots = [0, 1, 2, 3].map((number) => ({
    file: `/var/tmp/shop-4711-${number}.whs`, python: "3.11.7", program: "/srv/shop/app/__main__.py", pid: 4711,
    created: `2026-11-23T0${number + 3}:27:12.250Z`, objects: 200_000 + number * 100_000, bytes: (11 + number * 10) * MIB, rss: 68 * MIB,
  }));
  const holder = (name, type, address, bytes, more) => ({ name, type, address, fingerprint: "c0ffee", alike: 1, ...course(bytes, more) });
  return {
    schema: "whoholds.diff/1",
    snapshots,
    same_process: true,
    caution: "",
    holders: {
      rows: [
        holder("app.server.sessions._cache", "dict", cache, [2 * MIB, 9 * MIB, 20 * MIB, 30_495_944]),
        holder("app.index.BY_NAME", "dict", "0x7f3a12000000", [0, 0, 700_000, 900_000]),
        holder("app.shards[3].rows", "list", "", [600_000, 500_000, 0, 0], { at_most: [0, 0, 40_000, 40_000], alike: 3 }),
        holder("app.geo.CITIES", "dict", "0x7f3a11c01000", [5_710_256, 5_710_256, 5_710_256, 5_710_256]),
      ],
      omitted: { rows: 7, bytes_grown: 900, bytes_shrunk: 20 },
    },
    types: {
      rows: [
        { name: "app.server.Session", ...course([200_000, 800_000, 1_400_000, 1_919_856]) },
        { name: "builtins.dict", ...course([900_000, 800_000, 1_000_000, 1_200_000]) },
      ],
      omitted: { rows: 0, bytes_grown: 0, bytes_shrunk: 0 },
    },
    lines: {
      rows: [{ file: "/srv/shop/app/models.py", line: 31, function: "Session.load", text: "    return cls(user)", ...course([1, 2, 3, 4 * MIB]) }],
      omitted: { rows: 0, bytes_grown: 0, bytes_shrunk: 0 },
    },
  };
}

const allocNode = (name, line, bytes, children = []) => ({
  name, file: line ? "/srv/shop/app/server.py" : "", line, bytes, blocks: 10, hidden: 0, hidden_bytes: 0, children,
});

function allocParts() {
  const line = (number, bytes, churn) => ({
    file: "/srv/shop/app/server.py", line: number, function: "serve", text: "    reply = bytes(n)", bytes, blocks: 7, live_bytes: 10,
    allocated_bytes: bytes, churn,
  });
  const live = allocNode("", 0, 1000, [allocNode("main", 9, 900, [allocNode("serve", 141, 700, [allocNode("load", 31, 600)])]), allocNode("(no Python code)", 0, 100)]);
  const allocated = allocNode("", 0, 9000, [allocNode("main", 9, 9000, [allocNode("serve", 142, 8000)])]);
  return {
    recorder: { mode: "holders", interval: 524_288, seconds: 12.5, lost_blocks: 3, lost_stacks: 0 },
    total: { live_bytes: 1000, live_blocks: 20, allocated_bytes: 9000, allocated_blocks: 90 },
    live: { lines: [line(31, 600, false), line(141, 100, false)], omitted: { rows: 4, bytes: 300 }, tree: live },
    allocated: { lines: [line(142, 8000, true)], omitted: { rows: 0, bytes: 0 }, tree: allocated },
  };
}

/* Two ways to the cache: its attribute, and a registry of observers. */
function waysTo(cache) {
  const hop = (label, type, address) => ({ label, type, address, retained_bytes: 100, dominator: true });
  const node = (name, type, address, layer, x, more = {}) => ({ name, type, address, retained: 100, first: false, target: false, dominator: false, layer, x, ...more });
  return {
    paths: [
      { object: { address: cache, type: "dict" }, root: { kind: "module", name: "app.server" }, expression: "app.server.sessions._cache", hops: [hop("sys.modules['app.server']", "module", "0x7f3a10c00040"), hop("._cache", "dict", cache)] },
      { object: { address: cache, type: "dict" }, root: { kind: "frame", name: "serve" }, expression: "local rows of serve in thread MainThread", hops: [hop("local rows", "dict", cache)] },
    ],
    nodes: [
      node("sys.modules['app.server']", "module", "0x7f3a10c00040", 0, 0, { first: true }),
      node("app.server.SessionStore", "app.server.SessionStore", "0x7f3a10c01080", 1, 0),
      node("dict", "dict", cache, 2, 50, { target: true, dominator: true }),
      node("local rows", "frame", "0x7f3a10d00010", 0, 100, { first: true }),
    ],
    edges: [
      { from: 0, to: 1, label: ".sessions", bends: [] },
      { from: 1, to: 2, label: "._cache", bends: [] },
      { from: 3, to: 2, label: "local variable rows", bends: [[1, 100]] },
    ],
    cut: { complete: true, references: ["app.server.sessions._cache", "local rows of serve"], references_omitted: 0 },
  };
}

const example = (address, type) => ({ address, type, shallow_bytes: 64, retained_bytes: 4096 });
const finding = (id, title, bytes, more = {}) => ({
  id, title, sentence: `${title}: ${bytes} bytes are at stake.`, query: `waste SNAPSHOT --only ${id}`, known: true, count: bytes ? 12 : 0, bytes,
  offenders: bytes ? [{ name: "app.server.sessions._cache['u-00016'].history", object: example("0x7f3a10c20100", "list"), count: 3, bytes, detail: "6 of 1000 places in use" }] : [],
  omitted: bytes ? 9 : 0, ...more,
});

function findingParts() {
  return {
    triage: {
      schema: "whoholds.triage/1", rules: 15, live_bytes: 40 * MIB, threshold_bytes: 4096,
      findings: [finding("duplicates", "Duplicate strings", 900_000), finding("sparse", "Sparse lists", 70_000), ...[1, 2, 3, 4, 5].map((number) => finding(`rule-${number}`, `Rule ${number}`, number))],
    },
    waste: {
      schema: "whoholds.waste/1", live_bytes: 40 * MIB,
      kinds: [finding("duplicates", "Duplicate strings", 900_000), finding("sparse", "Sparse lists", 70_000), finding("empty-dicts", "Empty dicts", 0), finding("slots", "Instances without slots", 0, { known: false })],
    },
    garbage: {
      schema: "whoholds.garbage/1", garbage: { objects: 4400, bytes: 301_056 }, native: { objects: 31, bytes: 2048 },
      collector: { known: true, enabled: false, collecting: false, generations: [{ threshold: 700, count: 3, collections: 12 }], frozen: { objects: 5, bytes: 320 }, garbage_list: 2 },
      entries: 2200,
      groups: [
        { type: "plugin_3.Handler", entries: 2000, objects: 4000, bytes: 280_000, finalizer: true, example: example("0x7f3a10c20000", "plugin_3.Handler"), cycle: ".request.handler" },
        { type: "builtins.list", entries: 200, objects: 400, bytes: 21_056, finalizer: false, example: example("0x7f3a20000000", "list"), cycle: "" },
      ],
      groups_omitted: 3,
      native_objects: [{ object: example("0x7f3a30000000", "lxml.etree._Element"), unaccounted: 2, sentence: "2 more references are counted than objects hold." }],
      native_objects_omitted: 30,
    },
  };
}

/* A service that never forgets a session, and next to it things that are merely large. */
export function leakyDocument() {
  const sessions = "0x7f3a10c04a00";
  const tree = treeTable({
    label: "(heap)",
    own: 0,
    children: [
      {
        label: "sys.modules['app.server']",
        type: "module",
        address: "0x7f3a10c00040",
        shallow: 72,
        children: [
          {
            label: ".sessions",
            type: "app.server.SessionStore",
            address: "0x7f3a10c01080",
            shallow: 48,
            children: [
              {
                label: "._cache",
                type: "dict",
                address: sessions,
                shallow: 1_310_816,
                children: [
                  {
                    label: "['u-00017'] … ['u-40012']",
                    type: "app.server.Session",
                    group: 39_996,
                    shallow: 1_919_808,
                    retained: 29_117_088,
                    count: 279_972,
                  },
                  {
                    label: "['u-00016']",
                    type: "app.server.Session",
                    address: "0x7f3a10c20000",
                    shallow: 48,
                    children: [
                      {
                        label: ".history",
                        type: "list",
                        address: "0x7f3a10c20100",
                        shallow: 120,
                        hidden: 12,
                        hiddenBytes: 900,
                        children: [
                          { label: "[0]", type: "bytes", address: "0x7f3a10c20200", shallow: 65_569 },
                        ],
                      },
                      { label: ".user", type: "str", address: "0x7f3a10c20300", shallow: 56 },
                    ],
                  },
                ],
                hidden: 3,
                hiddenBytes: 2184,
              },
              { label: "._lock", type: "_thread.lock", address: "0x7f3a10c01200", shallow: 40 },
            ],
          },
          { label: ".routes", type: "list", address: "0x7f3a10c02000", shallow: 4096, hidden: 210, hiddenBytes: 48_200 },
        ],
      },
      {
        label: "sys.modules['app.geo']",
        type: "module",
        address: "0x7f3a11c00040",
        shallow: 72,
        children: [
          {
            label: ".CITIES",
            type: "dict",
            address: "0x7f3a11c01000",
            shallow: 589_920,
            hidden: 61_004,
            hiddenBytes: 5_120_336,
          },
        ],
      },
      {
        label: "(types)",
        type: "type",
        group: 1_204,
        retained: 3_211_776,
        shallow: 1_284_672,
        count: 31_770,
      },
      {
        label: "(modules of the standard library)",
        type: "module",
        group: 212,
        retained: 2_988_032,
        shallow: 15_264,
        count: 27_412,
      },
      ...Array.from({ length: 64 }, (_, n) => ({
        label: `sys.modules['plugin_${String(n).padStart(2, "0")}']`,
        type: "module",
        address: "0x7f3a12c" + (n * 64).toString(16).padStart(5, "0"),
        shallow: 72,
        hidden: 20 + n,
        hiddenBytes: 9_000 - n * 100,
      })),
    ],
  });
  const heapBytes = tree.rows[0][5];
  const heapObjects = tree.rows[0][6];
  const retained = tree.rows.find((row) => row[3] === sessions);
  const types = [
    ["builtins.dict", 61_220, 14_201_344, 36_100_222],
    ["app.server.Session", 39_997, 1_919_856, 29_184_000],
    ["builtins.str", 141_002, 9_871_104, 9_871_104],
    ["builtins.list", 42_311, 3_384_880, 5_902_110],
    ["builtins.bytes", 8_801, 2_981_040, 2_981_040],
    ["builtins.code", 9_012, 3_514_680, 4_100_212],
    ["builtins.type", 1_204, 1_284_672, 3_211_776],
    ["builtins.function", 21_733, 3_129_552, 3_500_010],
    ["collections.OrderedDict", 12, 9_984, 30_208],
    ["datetime.datetime", 40_001, 1_920_048, 1_920_048],
    ["app.geo.City", 61_004, 2_928_192, 5_120_336],
    ["app.server.SessionStore", 1, 48, Number(retained[5]) + 88],
    ["_thread.lock", 31, 1_240, 1_240],
    ...Array.from({ length: 40 }, (_, n) => [`plugin_${n}.Handler`, 40 - n, 64 * (40 - n), 220 * (40 - n)]),
  ].map(([name, count, shallow_bytes, retained_bytes]) => ({ name, count, shallow_bytes, retained_bytes }));
  const file = "/srv/shop/app/server.py";
  return {
    schema: "whoholds.report/1",
    info: {
      schema: "whoholds.info/1",
      file: "/var/tmp/shop-4711-2.whs",
      python: "3.11.7",
      program: "/srv/shop/app/__main__.py",
      pid: 4711,
      created: "2026-11-23T06:27:12Z",
      mode: "fork",
      trigger: "signal",
      objects: heapObjects,
      references: 1_204_880,
      bytes: heapBytes,
      rss: 68 * MIB,
      pause_ns: 3_412_900,
      dump_ns: 61_204_118,
      types: 1_204,
      live: { objects: heapObjects - 1_210, bytes: heapBytes - 301_056 },
      garbage: { objects: 1_100, bytes: 301_056 },
      native: { objects: 110, bytes: 101_056 },
      account: [
        { name: "rss", bytes: 68 * MIB },
        { name: "anonymous", bytes: 57 * MIB },
        { name: "file", bytes: 11 * MIB },
        { name: "shmem", bytes: 0 },
        { name: "pymalloc free", bytes: 2_411_000, of: "rss" },
        { name: "interpreter and libraries", bytes: 11_200_000, of: "rss" },
        { name: "stacks", bytes: 412_000 },
      ],
    },
    suspects: {
      schema: "whoholds.suspects/1",
      snapshot: {},
      heap: { objects: heapObjects, bytes: heapBytes, rss: 68 * MIB },
      suspects: [
        {
          rank: 1,
          verdict: "leak",
          kind: "container",
          holder: { name: "app.server.sessions._cache", type: "dict", address: sessions, length: 39_997 },
          retained_bytes: retained[5],
          retained_objects: retained[6],
          share: retained[5] / heapBytes,
          held_at: [
            {
              file,
              line: 88,
              function: "SessionStore.open",
              text: "self._cache[user.id] = session",
              evidence: "growth",
              certainty: "exact",
            },
          ],
          allocated_at: [
            {
              file: "/srv/shop/app/models.py",
              line: 31,
              function: "Session.load",
              text: "return cls(user, history=list(rows))",
              bytes: 27_881_400,
              blocks: 239_982,
            },
          ],
          contents: [
            { type: "app.server.Session", count: 39_997, bytes: 29_184_000 },
            { type: "builtins.str", count: 39_997, bytes: 2_239_832 },
          ],
          path: [
            { label: "sys.modules['app.server']", type: "module", address: "0x7f3a10c00040", dominator: true },
            { label: ".sessions", type: "app.server.SessionStore", address: "0x7f3a10c01080", dominator: true },
            { label: "._cache", type: "dict", address: sessions, dominator: true },
            { label: "['u-00016']", type: "app.server.Session", address: "0x7f3a10c20000" },
          ],
          cut: [{ reference: "app.server.sessions._cache" }],
          reasons: [
            { sign: "grew", sentence: "It grew in every one of the last 3 snapshots.", weight: "for" },
            { sign: "unbounded", sentence: "Nothing in its module removes an entry.", weight: "for" },
          ],
          fingerprint: "d41c9a",
          growth: { ...growthParts(sessions).holders.rows[0], since_created: "2026-11-23T03:27:12.250Z" },
        },
        {
          rank: 2,
          verdict: "leak",
          kind: "cycle",
          holder: { name: "Handler ⇄ Request", type: "plugin_3.Handler", address: "0x7f3a12cff000" },
          retained_bytes: 301_056,
          retained_objects: 1_100,
          share: 301_056 / heapBytes,
          held_at: [
            {
              file: "/srv/shop/plugins/plugin_3.py",
              line: 17,
              function: "Handler.bind",
              text: "request.handler = self",
              evidence: "store",
              certainty: "1 of 2 candidates",
            },
            {
              file: "/srv/shop/plugins/plugin_3.py",
              line: 42,
              function: "Handler.rebind",
              text: "request.handler = self",
              evidence: "store",
              certainty: "1 of 2 candidates",
            },
          ],
          contents: [{ type: "plugin_3.Request", count: 550, bytes: 202_400 }],
          path: [],
          cut: [{ reference: "Request.handler" }, { reference: "Handler.request" }],
          reasons: [{ sign: "cycle", sentence: "The collector is off (gc.disable).", weight: "for" }],
          fingerprint: "77aa01",
        },
        {
          rank: 3,
          verdict: "large",
          kind: "container",
          holder: { name: "app.geo.CITIES", type: "dict", address: "0x7f3a11c01000", length: 61_004 },
          retained_bytes: 5_710_256,
          retained_objects: 61_005,
          share: 5_710_256 / heapBytes,
          reasons: [{ sign: "loaded-once", sentence: "Filled once, while its module was imported.", weight: "against" }],
        },
      ],
    },
    types: {
      schema: "whoholds.top/1",
      by: "type",
      rows: types,
      omitted: { rows: 1_151, count: 20_118, shallow_bytes: 1_811_200 },
    },
    holders: {
      schema: "whoholds.top/1",
      by: "holder",
      rows: [
        { name: "app.server.sessions._cache", count: 1, shallow_bytes: 1_310_816, retained_bytes: retained[5] },
        { name: "app.geo.CITIES", count: 1, shallow_bytes: 589_920, retained_bytes: 5_710_256 },
      ],
    },
    modules: {
      schema: "whoholds.top/1",
      by: "module",
      rows: [
        { name: "app.server", count: 320_102, shallow_bytes: 12_000_000, retained_bytes: 30_600_000 },
        { name: "app.geo", count: 61_006, shallow_bytes: 5_710_328, retained_bytes: 5_710_328 },
      ],
    },
    tree,
    threads: [
      {
        name: "MainThread",
        ident: 140_000_001,
        frames: [
          {
            function: "serve",
            file,
            line: 141,
            text: "conn, peer = listener.accept()",
            locals: [
              { name: "listener", type: "socket.socket", address: "0x7f3a10d00000", retained_bytes: 1_204 },
              { name: "store", type: "app.server.SessionStore", address: "0x7f3a10c01080", retained_bytes: 30_500_000 },
            ],
          },
          { function: "<module>", file: "/srv/shop/app/__main__.py", line: 9, text: "serve()", locals: [] },
        ],
      },
      { name: "refresher", ident: 140_000_002, frames: [{ function: "wait", file: "/usr/lib/python3.11/threading.py", line: 331 }] },
    ],
    objects: {
      [sessions]: {
        type: "dict",
        address: sessions,
        label: "app.server.sessions._cache",
        shallow: 1_310_816,
        retained: retained[5],
        preview: "{'u-00016': <Session>, 'u-00017': <Session>, …}",
        references: [
          { label: "['u-00016']", type: "app.server.Session", address: "0x7f3a10c20000", retained: 66_693 },
          { label: "['u-00017']", type: "app.server.Session", address: "0x7f3a10c20900", retained: 728 },
        ],
        referrers: [
          { label: "._cache", type: "app.server.SessionStore", address: "0x7f3a10c01080", retained: retained[5] + 88 },
        ],
        path: [
          { label: "sys.modules['app.server']", type: "module", address: "0x7f3a10c00040", dominator: true },
          { label: ".sessions", type: "app.server.SessionStore", address: "0x7f3a10c01080", dominator: true },
          { label: "._cache", type: "dict", address: sessions, dominator: true },
        ],
      },
    },
    source: {
      [file]: {
        86: "        session = self._cache.get(user.id)",
        87: "        if session is None:",
        88: "            self._cache[user.id] = session = Session.load(user)",
        89: "        session.touch()",
        90: "        return session",
      },
    },
    ways: { [sessions]: waysTo(sessions) },
    merged: {
      "app.server.Session": {
        matching: 40_000, reached: 39_997, hidden: 12,
        rows: [
          { parent: -1, name: "app.server.sessions", type: "app.server.SessionStore", address: "0x7f3a10c01080", count: 39_985, share: 0.9997, hidden: 0 },
          { parent: 0, name: "app.server.sessions._cache", type: "dict", address: sessions, count: 39_985, share: 0.9997, hidden: 39_985 },
        ],
      },
    },
    diff: growthParts(sessions),
    alloc: allocParts(),
    ...findingParts(),
    budget: { tree_rows: 2000, types: 500, objects: 200 },
  };
}

/* The least that a document must have, and nothing suspicious in it. */
export function healthyDocument() {
  const tree = treeTable({
    label: "(heap)",
    own: 0,
    children: [{ label: "sys.modules['__main__']", type: "module", address: "0x10", shallow: 72, hidden: 4, hiddenBytes: 928 }],
  });
  return {
    schema: "whoholds.report/1",
    info: {
      schema: "whoholds.info/1", file: "ok.whs", python: "3.13.5", program: "ok.py", pid: 7, created: "2026-11-23T06:27:12Z",
      mode: "inline", trigger: "dump", objects: 5, references: 9, bytes: 1000, types: 3,
    },
    suspects: {
      schema: "whoholds.suspects/1", snapshot: {}, heap: { objects: 5, bytes: 1000, rss: 0 }, suspects: [],
    },
    types: { schema: "whoholds.top/1", by: "type", rows: [{ name: "builtins.dict", count: 1, shallow_bytes: 64, retained_bytes: 900 }] },
    tree,
  };
}

export const HOSTILE = {
  script: "</script><script>window.hit = 1</script>",
  comment: "<!--<script>",
  image: '<img src=x onerror="window.hit = 2">',
  link: "javascript:window.hit = 3",
  surrogate: "half \ud800 pair \udc00 end",
  turned: "user\u202etxt.exe\u2066 \u200f\u200bend",
  markup: "`code` **bold** [a](javascript:alert(1)) | <b>",
  lines: "first\nsecond\u2028third\r\tfourth\u0000",
  proto: "__proto__",
  template: "{{script}} $& WHOHOLDS_DOCUMENT",
};

export const LONG = "A".repeat(1024 * 1024);

/* Every string of the leaky document's shape replaced by something unpleasant. */
export function hostileDocument() {
  const document = leakyDocument();
  const evil = Object.values(HOSTILE);
  let next = 0;
  const take = () => evil[next++ % evil.length];
  const keep = new Set(["schema", "created", "since_created", "evidence", "kind", "address", "by", "change", "mode", "id"]);
  const spoil = (value, key) => {
    if (typeof value === "string") {
      return keep.has(key) ? value : take();
    }
    if (Array.isArray(value)) {
      return value.map((item) => spoil(item, key));
    }
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, spoil(item, name)]));
    }
    return value;
  };
  const spoiled = {
    ...document,
    info: spoil(document.info),
    suspects: spoil(document.suspects),
    types: spoil(document.types),
    holders: spoil(document.holders),
    modules: spoil(document.modules),
    threads: spoil(document.threads),
    ways: spoil(document.ways),
    merged: { [HOSTILE.script]: spoil(Object.values(document.merged)[0]), [HOSTILE.proto]: spoil(Object.values(document.merged)[0]) },
    diff: spoil(document.diff),
    alloc: spoil(document.alloc),
    triage: spoil(document.triage),
    waste: spoil(document.waste),
    garbage: spoil(document.garbage),
    objects: spoil(document.objects),
    source: { [HOSTILE.proto]: { 1: HOSTILE.script } },
    budget: { [HOSTILE.image]: 3 },
    tree: {
      columns: document.tree.columns,
      rows: document.tree.rows.map((row, place) => {
        const copy = [...row];
        copy[1] = place === 3 ? LONG : take();
        copy[2] = take();
        return copy;
      }),
    },
  };
  spoiled.suspects.suspects[0].holder.name = LONG;
  spoiled.suspects.suspects[0].path[0].label = HOSTILE.script;
  spoiled.diff.holders.rows[0].name = LONG;
  spoiled.alloc.live.tree.children[0].name = LONG;
  Object.values(spoiled.ways)[0].nodes[1].name = LONG;
  Object.values(spoiled.ways)[0].edges[1].label = HOSTILE.turned;
  spoiled.waste.kinds[0].offenders[0].name = LONG;
  spoiled.garbage.groups[0].cycle = LONG;
  spoiled.types.rows[0].name = HOSTILE.script;
  spoiled.types.rows[1].name = HOSTILE.image;
  spoiled.types.rows[2].name = HOSTILE.turned;
  spoiled.types.rows[3].name = HOSTILE.surrogate;
  spoiled.types.rows[4].name = LONG;
  return spoiled;
}
