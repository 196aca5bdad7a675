// SPDX-License-Identifier: GPL-2.0-or-later
// Are memlab's dominator and retained size of every object those of whoholds?
//
//     node compare.mjs FILE.heapsnapshot DOMINATORS
//
// DOMINATORS comes from dump_dominators: for each object, in the order of the file, 12 bytes: its dominator as a number among the objects
// (4294967295: a root) and its retained size. Prints one line; the exit code is 1 if there is a difference.
import fs from 'node:fs';
import memlab from '@memlab/core';

const {config, TraceFinder, utils} = memlab;

const RECORD_BYTES = 12;
const ROOT = 0xffffffff;
const SHOWN = 10;

config.muteConsole = true;

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

// The nodes that stand for roots come first.
function countSynthetic(heap) {
  let count = 0;
  while (count < heap.nodes.length && heap.nodes.get(count).type === 'synthetic') {
    count++;
  }
  return count;
}

function describe(heap, index) {
  return `object ${index} (${heap.nodes.get(index + countSynthetic(heap)).name})`;
}

function compare(heap, ours) {
  const synthetic = countSynthetic(heap);
  const count = heap.nodes.length - synthetic;
  if (ours.length !== count * RECORD_BYTES) {
    fail(`the file has ${count} objects, and dominators are given for ${ours.length / RECORD_BYTES}`);
  }
  let differences = 0;
  for (let index = 0; index < count; index++) {
    const node = heap.nodes.get(index + synthetic);
    const dominator = node.dominatorNode.nodeIndex < synthetic ? ROOT : node.dominatorNode.nodeIndex - synthetic;
    const ourDominator = ours.readUInt32LE(index * RECORD_BYTES);
    const ourSize = Number(ours.readBigUInt64LE(index * RECORD_BYTES + 4));
    if (dominator === ourDominator && node.retainedSize === ourSize) {
      continue;
    }
    if (differences++ < SHOWN) {
      console.error(`${describe(heap, index)}: dominator ${dominator}, ${node.retainedSize} bytes; whoholds says ${ourDominator}, ${ourSize}`);
    }
  }
  return {count, differences};
}

const [file, dominatorsFile] = process.argv.slice(2);
const heap = await utils.getSnapshotFromFile(file, {buildNodeIdIndex: false, verbose: false});
new TraceFinder().calculateAllNodesRetainedSizes(heap);
const {count, differences} = compare(heap, fs.readFileSync(dominatorsFile));
console.log(`${count} objects, ${heap.edges.length} edges, ${heap.nodes.get(0).retainedSize} bytes: ${differences} differences`);
process.exit(differences ? 1 : 0);
