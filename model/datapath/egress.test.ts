import { describe, expect, it } from 'vitest';
import { address } from '../address.ts';
import { type DatapathRules, decideEgress, type EgressDecision } from './egress.ts';
import { ingressMark } from './ingress.ts';
import { DatapathMaps } from './maps.ts';

const perEndpoint: DatapathRules = { peerKeyIdFrom: 'endpoint', withoutKey: 'sendsPlaintext' };
const perNode: DatapathRules = { peerKeyIdFrom: 'nodeMap', withoutKey: 'marksForEncryption' };
const pod = { address: address('10.0.2.7'), tunnelEndpoint: address('192.168.0.2') };
const other = address('192.168.0.3');

interface Known {
  readonly local: number;
  readonly endpoint?: number;
  readonly node?: { readonly nodeId: number; readonly keyId: number };
}

function decide(rules: DatapathRules, known: Known): EgressDecision {
  return decideEgress(mapsOf(known), rules, pod);
}

function mapsOf(known: Known): DatapathMaps {
  const maps = new DatapathMaps();
  maps.encryptKeyId = known.local;
  if (known.endpoint !== undefined) maps.endpointKeyIds.set(pod.address, known.endpoint);
  if (known.node !== undefined) maps.nodes.set(pod.tunnelEndpoint, known.node);
  return maps;
}

describe('a packet to a remote pod', () => {
  const known: Known = { local: 5, endpoint: 3, node: { nodeId: 9, keyId: 4 } };

  it('goes by the key ID of the pod up to v1.17', () => {
    expect(decide(perEndpoint, known)).toEqual({ kind: 'encrypt', keyId: 3, mark: 0x0009_3e00 });
  });

  it('goes by the key ID of the node since v1.18', () => {
    expect(decide(perNode, known)).toEqual({ kind: 'encrypt', keyId: 4, mark: 0x0009_4e00 });
  });

  it.each([
    { without: 'a local key', known: { ...known, local: 0 } },
    { without: 'a key of the pod', known: { ...known, endpoint: 0 } },
    { without: 'a record of the pod', known: { local: 5, node: { nodeId: 9, keyId: 4 } } },
    { without: 'anything known', known: { local: 0 } },
  ])('is sent as it is up to v1.17 without $without', ({ known: missing }) => {
    expect(decide(perEndpoint, missing)).toEqual({ kind: 'plaintext' });
  });

  it('is marked all the same since v1.18 without a key', () => {
    const marked = { kind: 'encrypt', keyId: 0, mark: 0x0009_0e00 };
    expect(decide(perNode, { ...known, local: 0 })).toEqual(marked);
    expect(decide(perNode, { ...known, node: { nodeId: 9, keyId: 0 } })).toEqual(marked);
  });

  it.each([
    { rules: perEndpoint, known: { local: 5, endpoint: 3 } },
    { rules: perEndpoint, known: { local: 5, endpoint: 3, node: { nodeId: 0, keyId: 3 } } },
    { rules: perNode, known: { local: 5, endpoint: 3 } },
    { rules: perNode, known: { local: 5, node: { nodeId: 0, keyId: 3 } } },
  ])('is dropped if its node has no ID ($rules.peerKeyIdFrom)', ({ rules, known: unmapped }) => {
    expect(decide(rules, unmapped)).toEqual({ kind: 'dropped', reason: 'noNodeId' });
  });
});

describe('an ESP packet that arrives', () => {
  it('is marked with the ID of the node that sent it', () => {
    const maps = mapsOf({ local: 5, node: { nodeId: 9, keyId: 4 } });
    expect(ingressMark(maps, pod.tunnelEndpoint)).toBe(0x0009_0d00);
  });

  it('is not let in from a source that is no known node', () => {
    const maps = mapsOf({ local: 5, node: { nodeId: 0, keyId: 4 } });
    expect(ingressMark(maps, pod.tunnelEndpoint)).toBeUndefined();
    expect(ingressMark(maps, other)).toBeUndefined();
  });
});
