/** Something that the kernel needs is not there: QEMU, an image, a compiler, a privilege. */
export class KernelMissing extends Error {
  override readonly name = 'KernelMissing';
}

/** The kernel did not start, stopped answering, or went away: nothing can be said about the model. */
export class KernelLost extends Error {
  override readonly name = 'KernelLost';
}
