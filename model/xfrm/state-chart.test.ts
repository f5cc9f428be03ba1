import { describe, expect, it } from 'vitest';
import { walkChart } from '../test-support/walk-chart.ts';
import { xfrmStateChart } from './state-chart.ts';

describe('the XFRM state', () => {
  it('is expired by its bytes or packets, and then deleted by a timer', () => {
    expect(walkChart(xfrmStateChart, 'VOID', ['ADDED', 'HARD_LIMIT', 'TIMER'])).toEqual({
      state: 'DEAD',
      actions: ['startTimer', 'unlink', 'sendHardExpire'],
    });
  });

  it('is deleted by its time limit without being expired', () => {
    expect(xfrmStateChart.step('VALID', 'TIME_LIMIT').next).toBe('DEAD');
  });

  it('works on after a soft limit', () => {
    expect(walkChart(xfrmStateChart, 'VALID', ['SOFT_LIMIT', 'UPDATE'])).toEqual({
      state: 'VALID',
      actions: ['sendSoftExpire'],
    });
  });

  it('is never made valid from larval: the state that was waited for supersedes it', () => {
    const ends = xfrmStateChart.events
      .filter((event) => xfrmStateChart.accepts('ACQ', event))
      .map((event) => xfrmStateChart.step('ACQ', event).next);
    expect(ends).not.toContain('VALID');
    expect(xfrmStateChart.step('ACQ', 'SUPERSEDED').next).toBe('DEAD');
  });

  it('does not come back from the dead', () => {
    expect(xfrmStateChart.events.filter((event) => xfrmStateChart.accepts('DEAD', event))).toEqual(
      [],
    );
  });

  it('cannot expire twice', () => {
    expect(xfrmStateChart.accepts('EXPIRED', 'HARD_LIMIT')).toBe(false);
  });
});
