export interface ArchiveFile {
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable?: boolean;
}

const regular = 0o100000;
const directory = 0o040000;

/** A cpio archive in the `newc` format, as the kernel unpacks it at its start (cpio(5)). */
export function cpioArchive(folders: readonly string[], files: readonly ArchiveFile[]): Buffer {
  const empty = new Uint8Array(0);
  const entries = [
    ...folders.map((name) => entry(name, directory | 0o755, empty)),
    ...files.map(({ name, content, executable }) =>
      entry(name, regular | (executable === true ? 0o755 : 0o644), content),
    ),
    entry('TRAILER!!!', 0, empty),
  ];
  return Buffer.concat(entries);
}

function entry(name: string, mode: number, content: Uint8Array): Buffer {
  const nameOctets = name.length + 1;
  // inode, mode, uid, gid, links, time, size, device (4 numbers), length of the name, checksum
  const fields = [0, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, nameOctets, 0];
  const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.from(`${head}${name}\0`)), padded(content)]);
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
