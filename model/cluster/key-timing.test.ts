import { describe, expect, it } from 'vitest';
import { walkChart } from '../test-support/walk-chart.ts';
import { keyTimingChart } from './key-timing.ts';

describe('key timing', () => {
  it('goes through the four states of DNSSEC key management', () => {
    const states = (['BEGUN', 'EVERYWHERE', 'ENDED', 'NOWHERE'] as const).map(
      (_, index, events) => walkChart(keyTimingChart, 'hidden', events.slice(0, index + 1)).state,
    );
    expect(states).toEqual(['rumoured', 'omnipresent', 'unretentive', 'hidden']);
  });

  it('may be withdrawn before it was everywhere, and taken up again before it was nowhere', () => {
    expect(walkChart(keyTimingChart, 'rumoured', ['ENDED', 'BEGUN']).state).toBe('rumoured');
  });

  it('is omnipresent no more when a peer joins', () => {
    expect(walkChart(keyTimingChart, 'omnipresent', ['PEER_JOINED']).state).toBe('rumoured');
    expect(walkChart(keyTimingChart, 'hidden', ['PEER_JOINED']).state).toBe('hidden');
  });

  it('is never everywhere or nowhere at once', () => {
    expect(keyTimingChart.accepts('hidden', 'EVERYWHERE')).toBe(false);
    expect(keyTimingChart.accepts('omnipresent', 'NOWHERE')).toBe(false);
  });
});
