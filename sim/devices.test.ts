import { describe, expect, it } from 'vitest';
import { second } from '../model/time.ts';
import type { AgentSettings, ClusterPlan } from './scenario.ts';
import { record, type Recording } from './test-support/recording.ts';
import { clusterWith, scenarioWith, trafficOf, wait } from './test-support/scenario.ts';

/** Two nodes that send 10 probes each way. */
function withDevices(
  encryptInterface: string | undefined,
  cluster: Partial<Omit<ClusterPlan, 'settings' | 'nodes'>> = {},
): Recording {
  const settings: Partial<AgentSettings> =
    encryptInterface === undefined ? {} : { encryptInterface };
  return record(
    scenarioWith({
      clusters: [clusterWith({ ...cluster, nodes: 2, settings })],
      traffic: [trafficOf({ every: second })],
      procedure: [wait(10 * second - 1)],
    }),
  );
}

/** cilium: Documentation/security/network/encryption-ipsec.rst, Encryption interface. */
describe('the device at which encrypted packets arrive', () => {
  it('is that of the default route where nothing is said', () => {
    expect(withDevices(undefined, { devices: ['eth0', 'eth1'] }).lost).toBe(0);
    expect(withDevices('eth0').lost).toBe(0);
  });

  it('has no program where another one is named: packets reach XFRM without a mark', () => {
    const recording = withDevices('eth1', { devices: ['eth0', 'eth1'] });
    expect(recording.counters('east/n1')).toEqual({ XfrmInNoStates: 10 });
    expect(recording.counters('east/n2')).toEqual({ XfrmInNoStates: 10 });
    expect(recording.events('programMisplaced')).toHaveLength(2);
    expect(recording.events('log', { level: 'warning' })).toEqual([]);
  });

  it('is missed as well by one that does not exist, of which the agent warns', () => {
    const recording = withDevices('eth7');
    expect(recording.counters('east/n1')).toEqual({ XfrmInNoStates: 10 });
    expect(recording.events('log', { level: 'warning', node: 'east/n1' })).toEqual([
      expect.objectContaining({ message: 'Device eth7 does not exist' }),
    ]);
  });

  it('does not matter to packets inside VXLAN, which come in by cilium_vxlan', () => {
    const cluster = { routing: 'tunnel', release: 'cilium-1.17' } as const;
    expect(withDevices('eth7', cluster).lost).toBe(0);
    expect(withDevices('eth7', { ...cluster, release: 'cilium-1.18' }).lost).toBe(20);
  });
});
