import { describe, expect, test } from 'vitest';
import { AssertionError } from '../model/assert.ts';
import { EventQueue } from './event-queue.ts';

/** A queue, and a way to schedule what notes its name and the instant. */
function notebook() {
  const queue = new EventQueue();
  const notes: string[] = [];
  const note = (at: number, name: string, then?: () => void): void => {
    queue.schedule(at, {
      run: (now) => {
        notes.push(`${name}@${now}`);
        then?.();
      },
    });
  };
  return { queue, notes, note };
}

function runAll(queue: EventQueue): void {
  while (queue.runNext());
}

describe('EventQueue', () => {
  test('runs events by time, and at one instant in the order of scheduling', () => {
    const { queue, notes, note } = notebook();
    note(20, 'late');
    note(10, 'first');
    note(10, 'second');
    runAll(queue);
    expect(notes).toEqual(['first@10', 'second@10', 'late@20']);
  });

  test('runs what an event schedules for its own instant after all that was there before', () => {
    const { queue, notes, note } = notebook();
    note(10, 'first', () => {
      note(10, 'added');
    });
    note(10, 'second');
    runAll(queue);
    expect(notes).toEqual(['first@10', 'second@10', 'added@10']);
  });

  test('has the clock at the event while it runs, and leaves it there', () => {
    const { queue, note } = notebook();
    const seen: number[] = [];
    note(5, 'five', () => seen.push(queue.now));
    note(9, 'nine', () => seen.push(queue.now));
    expect([queue.now, queue.nextTime]).toEqual([0, 5]);
    runAll(queue);
    expect(seen).toEqual([5, 9]);
    expect([queue.now, queue.nextTime]).toEqual([9, undefined]);
  });

  test('counts what waits and what ran', () => {
    const { queue, note } = notebook();
    note(1, 'one');
    note(2, 'two');
    expect([queue.size, queue.processed]).toEqual([2, 0]);
    expect(queue.runNext()).toBe(true);
    expect([queue.size, queue.processed]).toEqual([1, 1]);
    expect(queue.runNext()).toBe(true);
    expect(queue.runNext()).toBe(false);
    expect([queue.size, queue.processed]).toEqual([0, 2]);
  });

  test('lets one object schedule itself again', () => {
    const queue = new EventQueue();
    const ticks: number[] = [];
    const ticker = {
      run(now: number): void {
        ticks.push(now);
        if (now < 30) queue.schedule(now + 10, ticker);
      },
    };
    queue.schedule(10, ticker);
    runAll(queue);
    expect(ticks).toEqual([10, 20, 30]);
  });

  test.each([
    [9, 'cannot schedule at 9: the clock is at 10'],
    [10.5, 'cannot schedule at 10.5: the clock is at 10'],
    [Number.NaN, 'cannot schedule at NaN: the clock is at 10'],
    [2 ** 53, 'cannot schedule at 9007199254740992: the clock is at 10'],
  ])('refuses the instant %d', (at, message) => {
    const { queue, note } = notebook();
    note(10, 'ten');
    queue.runNext();
    expect(() => {
      note(at, 'never');
    }).toThrow(new AssertionError(message));
    expect(queue.size).toBe(0);
  });
});
