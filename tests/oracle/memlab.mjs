// SPDX-License-Identifier: GPL-2.0-or-later
// A .heapsnapshot file as memlab understands it.
import memlab from '@memlab/core';

const {config, TraceFinder, utils} = memlab;

export async function load(file) {
  config.muteConsole = true;
  const heap = await utils.getSnapshotFromFile(file, {});
  new TraceFinder().calculateAllNodesRetainedSizes(heap);
  return {
    nodeCount: heap.nodes.length,
    edgeCount: heap.edges.length,
    isSynthetic: node => heap.nodes.get(node).type === 'synthetic',
    name: node => heap.nodes.get(node).name,
    dominator: node => heap.nodes.get(node).dominatorNode.nodeIndex,
    retainedSize: node => heap.nodes.get(node).retainedSize,
  };
}
