// SPDX-License-Identifier: GPL-2.0-or-later
// Does another program find the dominator and the retained size of every object that whoholds finds?
//
//     node compare.mjs READER FILE.heapsnapshot DOMINATORS
//
// READER is a module whose load(file) gives nodeCount, edgeCount, and for each node isSynthetic, name, dominator and retainedSize.
// DOMINATORS comes from dump_dominators: for each object, in the order of the file, 12 bytes: its dominator as a number among the objects
// (4294967295: a root) and its retained size. Prints one line; the exit code is 1 if there is a difference.
import fs from 'node:fs';

const RECORD_BYTES = 12;
const ROOT = 0xffffffff;
const SHOWN = 10;

// The nodes that stand for roots come first.
function countSynthetic(heap) {
  let count = 0;
  while (count < heap.nodeCount && heap.isSynthetic(count)) {
    count++;
  }
  return count;
}

function countDifferences(heap, synthetic, ours) {
  let differences = 0;
  for (let node = synthetic, at = 0; node < heap.nodeCount; node++, at += RECORD_BYTES) {
    const dominator = heap.dominator(node) < synthetic ? ROOT : heap.dominator(node) - synthetic;
    const [ourDominator, ourSize] = [ours.readUInt32LE(at), Number(ours.readBigUInt64LE(at + 4))];
    if (dominator === ourDominator && heap.retainedSize(node) === ourSize) {
      continue;
    }
    if (differences++ < SHOWN) {
      console.error(`object ${node - synthetic} (${heap.name(node)}): dominator ${dominator}, ${heap.retainedSize(node)} bytes; ` +
                    `whoholds says ${ourDominator}, ${ourSize}`);
    }
  }
  return differences;
}

const [reader, file, dominatorsFile] = process.argv.slice(2);
const heap = await (await import(reader)).load(file);
const ours = fs.readFileSync(dominatorsFile);
const synthetic = countSynthetic(heap);
const count = heap.nodeCount - synthetic;
if (ours.length !== count * RECORD_BYTES) {
  console.error(`the file has ${count} objects, and dominators are given for ${ours.length / RECORD_BYTES}`);
  process.exit(1);
}
const differences = countDifferences(heap, synthetic, ours);
console.log(`${count} objects, ${heap.edgeCount} edges, ${heap.retainedSize(0)} bytes: ${differences} differences`);
process.exit(differences ? 1 : 0);
