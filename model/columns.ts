// Columns of zeros. V8 gives every typed array of more than 64 octets memory of its own, which takes
// as long as ten operations of an agent, and time again when it goes; a run of a small cluster needs
// hundreds. So short columns are cut from blocks, which go when the last of their columns does.

const blockBytes = 32_768;
const longestBytes = 2048;
/** V8 keeps those in the object. */
const shortestBytes = 65;

let block = new ArrayBuffer(blockBytes);
let usedBytes = 0;

export function float64Column(length: number): Float64Array<ArrayBuffer> {
  const bytes = 8 * length;
  if (!isCut(bytes)) return new Float64Array(length);
  const offset = cut(bytes);
  return new Float64Array(block, offset, length);
}

export function int32Column(length: number): Int32Array<ArrayBuffer> {
  const bytes = 4 * length;
  if (!isCut(bytes)) return new Int32Array(length);
  const offset = cut(bytes);
  return new Int32Array(block, offset, length);
}

export function uint32Column(length: number): Uint32Array<ArrayBuffer> {
  const bytes = 4 * length;
  if (!isCut(bytes)) return new Uint32Array(length);
  const offset = cut(bytes);
  return new Uint32Array(block, offset, length);
}

export function uint8Column(length: number): Uint8Array<ArrayBuffer> {
  if (!isCut(length)) return new Uint8Array(length);
  const offset = cut(length);
  return new Uint8Array(block, offset, length);
}

function isCut(bytes: number): boolean {
  return bytes >= shortestBytes && bytes <= longestBytes;
}

/** The offset in the block from which on so many octets are free: where the largest elements may lie. */
function cut(bytes: number): number {
  if (usedBytes + bytes > blockBytes) {
    block = new ArrayBuffer(blockBytes);
    usedBytes = 0;
  }
  const offset = usedBytes;
  usedBytes += (bytes + 7) & ~7;
  return offset;
}
