import { vi } from 'vitest';

/** What an action writes to standard output, and its result. */
export function captured<Value>(action: () => Value): {
  readonly text: string;
  readonly value: Value;
} {
  const pieces: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((piece) => {
    pieces.push(String(piece));
    return true;
  });
  try {
    const value = action();
    return { text: pieces.join(''), value };
  } finally {
    spy.mockRestore();
  }
}

/** The message of what an action throws. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing was thrown';
}
