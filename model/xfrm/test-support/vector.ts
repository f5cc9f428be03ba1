import { readdirSync, readFileSync } from 'node:fs';

/** An IP packet of a vector: UDP, or ESP, or bytes. */
export type VectorPacket =
  | { readonly hex: string }
  | { readonly esp: VectorEsp }
  | {
      readonly src: string;
      readonly dst: string;
      readonly proto: string;
      readonly dport: number;
      readonly payload: number;
    };

export interface VectorEsp {
  readonly src: string;
  readonly dst: string;
  readonly spi: number;
  readonly seq: number;
  readonly seqHigh?: number;
  readonly key: string;
  readonly nextHeader?: number;
  readonly inner: VectorPacket;
}

/** One step; see kernel-vectors/README.md. Exactly one of the leading fields is there. */
export interface VectorStep {
  readonly setup?: string;
  readonly ip?: string;
  readonly shell?: string;
  readonly harness?: string;
  readonly receive?: VectorPacket;
  readonly receiveBatch?: readonly VectorPacket[];
  readonly device?: string;
  readonly send?: string;
  readonly expect?: 'counters' | 'delivered' | 'transmitted';
  readonly show?: string;
  readonly output?: readonly string[];
  readonly got?: unknown;
}

export interface Vector {
  readonly file: string;
  readonly id: string;
  readonly title: string;
  readonly steps: readonly VectorStep[];
}

const folder = new URL('../kernel-vectors/', import.meta.url);

/** All vectors, file by file. */
export function loadVectors(): Vector[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  return files.sort().flatMap(vectorsOf);
}

function vectorsOf(file: string): Vector[] {
  const lines = readFileSync(new URL(file, folder), 'utf8').split('\n');
  const parsed = lines.filter((line) => line !== '');
  return parsed.map((line) => ({ file, ...(JSON.parse(line) as Omit<Vector, 'file'>) }));
}
