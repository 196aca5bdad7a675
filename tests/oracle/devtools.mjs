// SPDX-License-Identifier: GPL-2.0-or-later
// A .heapsnapshot file as Chrome DevTools understand it: their loader and their worker, without their window. See bundle.mjs.
import fs from 'node:fs';
import {HeapSnapshotLoader} from 'chrome-devtools-frontend/front_end/entrypoints/heap_snapshot_worker/HeapSnapshotLoader.ts';
import {SecondaryInitManager} from 'chrome-devtools-frontend/front_end/entrypoints/heap_snapshot_worker/HeapSnapshot.ts';

const PART_BYTES = 1 << 22;

async function read(file) {
  const loader = new HeapSnapshotLoader({sendEvent() {}});
  for await (const part of fs.createReadStream(file, {encoding: 'utf8', highWaterMark: PART_BYTES})) {
    loader.write(part);
  }
  loader.close();
  // What DevTools do in a second worker is done here.
  const {port1, port2} = new MessageChannel();
  new SecondaryInitManager(port2);
  return loader.buildSnapshot(port1);
}

export async function load(file) {
  const heap = await read(file);
  const field = (node, offset) => heap.nodes.getValue(node * heap.nodeFieldCount + offset);
  return {
    nodeCount: heap.nodeCount,
    edgeCount: heap.containmentEdges.length / heap.edgeFieldsCount,
    isSynthetic: node => field(node, heap.nodeTypeOffset) === heap.nodeSyntheticType,
    name: node => heap.strings[field(node, heap.nodeNameOffset)],
    dominator: node => heap.dominatorsTree[node],
    retainedSize: node => heap.retainedSizes[node],
  };
}
