import { describe, expect, it } from 'vitest';
import { formatInputError } from '../input-error.ts';
import { planFromInventory, readInventory, writeInventory } from './index.ts';
import { importedFixture } from './test-support/fixtures.ts';

const text = `apiVersion: keyturn/v1
kind: Inventory
cluster: { name: east, id: 1 }
release: cilium-1.17
routing: native
registry: crd
settings:
  ipsec-key-rotation-duration: 5m0s
  enable-ipsec-key-watcher: true
  enable-ipv4: true
  enable-ipv6: false
keyId: 3
nodes:
  - name: n1
    internalIp: { ipv4: 10.0.0.1 }
    ciliumInternalIp: { ipv4: 10.1.1.9 }
    podCidr: { ipv4: 10.1.1.0/24 }
  - name: n2
    internalIp: { ipv4: 10.0.0.2 }
    ciliumInternalIp: { ipv4: 10.1.2.9 }
    podCidr: { ipv4: 10.1.2.0/24 }
    bootId: 2c1a9e2e-7d0c-4b3b-9d1b-0a6f0d0f5b11
`;

function errorsOf(changed: string): readonly string[] {
  const read = readInventory(changed, 'east.yaml');
  return read.ok ? [] : read.error.map(formatInputError);
}

describe('an inventory file', () => {
  it.each(['yaml', 'json'] as const)('comes back from %s as it was written', (format) => {
    const { inventory } = importedFixture('east-ciliumnodes.json', 'east-cilium-config.json');
    const written = writeInventory(inventory, format);
    const read = readInventory(written, 'east');
    expect(read.ok && read.value).toEqual(inventory);
    expect(read.ok && writeInventory(read.value, format)).toBe(written);
  });

  it('becomes the plan of a cluster', () => {
    const read = readInventory(text, 'east.yaml');
    const plan = read.ok ? planFromInventory(read.value) : undefined;
    expect(plan).toMatchObject({
      name: 'east',
      id: 1,
      release: 'cilium-1.17',
      routing: 'native',
      registry: 'crd',
      settings: { rotationDuration: 300_000_000, keyWatcher: true, families: [4] },
    });
    expect(plan).not.toHaveProperty('kernel');
    expect(plan?.nodes.map(({ name, bootId, present }) => [name, bootId, present])).toEqual([
      ['n1', undefined, true],
      ['n2', '2c1a9e2e-7d0c-4b3b-9d1b-0a6f0d0f5b11', true],
    ]);
    expect(plan?.nodes[1]?.internalIp[4]?.text).toBe('10.0.0.2');
    expect(plan?.nodes[1]?.podCidr[4]?.length).toBe(24);
    expect(plan?.nodes[1]?.podCidr).not.toHaveProperty('6');
  });

  it.each([
    [
      'an unknown key',
      text.replace('keyId: 3', 'keyId: 3\nkeyID: 4'),
      'east.yaml:13:8: unknown key "keyID" (at keyID)\n  hint: check the spelling',
    ],
    [
      'a missing key',
      text.replace('keyId: 3\n', ''),
      'east.yaml:1:1: "keyId" is missing (at keyId)\n  expected: the key ID that the nodes advertise, 1 to 15',
    ],
    [
      'a wrong release',
      text.replace('1.17', '1.2'),
      'east.yaml:4:10: "release" is "cilium-1.2" (at release)\n  expected: one of: cilium-1.16, cilium-1.17, cilium-1.18, cilium-1.19',
    ],
    [
      'an address of the wrong family',
      text.replace('10.0.0.1', '"fd00::1"'),
      'east.yaml:15:25: "ipv4" is "fd00::1" (at nodes[0].internalIp.ipv4)\n  expected: an IPv4 address',
    ],
    [
      'an IPv6-only cluster',
      text.replace('enable-ipv4: true', 'enable-ipv4: false'),
      'east.yaml:10:16: "enable-ipv4" is false (at settings.enable-ipv4)\n  expected: true: Cilium does not support IPsec on IPv6-only clusters',
    ],
    [
      'a missing pod CIDR',
      text.replace('podCidr: { ipv4: 10.1.1.0/24 }', 'podCidr: {}'),
      'east.yaml:17:14: node n1 has no podCidr.ipv4, and enable-ipv4 is true (at nodes[0].podCidr.ipv4)',
    ],
    [
      'an address given twice',
      text.replace('10.0.0.2', '10.0.0.1'),
      'east.yaml:18:5: the address 10.0.0.1 belongs to both n1 and n2 (at nodes[1])',
    ],
  ])('refuses %s', (_, changed, error) => {
    expect(errorsOf(changed)).toEqual([error]);
  });
});
