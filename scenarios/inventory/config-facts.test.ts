import { describe, expect, it } from 'vitest';
import { importCluster, type SourceText } from './index.ts';
import { ciliumNode, configMap, nodeList, said } from './test-support/fixtures.ts';

const nodes = nodeList([ciliumNode(1)]);

function notesOf(data: Readonly<Record<string, string>>): readonly string[] {
  return said(nodes, configMap(data));
}

function factsOf(config: SourceText) {
  const imported = importCluster({ nodes, config });
  return imported.ok ? imported.value.inventory : undefined;
}

describe('the ConfigMap cilium-config', () => {
  it.each([
    [{ 'routing-mode': 'native' }, 'native'],
    [{ 'routing-mode': 'tunnel', 'tunnel-protocol': 'geneve' }, 'tunnel'],
    [{ 'routing-mode': '', tunnel: 'disabled' }, 'native'],
    [{ 'routing-mode': '', tunnel: 'vxlan' }, 'tunnel'],
  ])('%j routes %s', (data, routing) => {
    expect(factsOf(configMap(data))?.routing).toBe(routing);
    expect(notesOf(data)).toEqual([]);
  });

  it('publishes to the kvstore where there is one', () => {
    expect(factsOf(configMap({ kvstore: 'etcd' }))?.registry).toBe('kvstore');
    expect(factsOf(configMap())?.registry).toBe('crd');
    expect(factsOf(configMap({ 'identity-allocation-mode': 'kvstore' }))?.registry).toBe('kvstore');
    expect(notesOf({ 'identity-allocation-mode': 'kvstore' })).toEqual([
      'assumed: config.json: identity-allocation-mode is kvstore, but kvstore is not given: etcd is taken (at data.identity-allocation-mode)',
    ]);
  });

  it('takes a cluster in no mesh as number 1', () => {
    expect(notesOf({ 'cluster-id': '0' })).toEqual([
      'assumed: config.json: cluster-id is 0, as of a cluster in no mesh: 1 is taken (at data.cluster-id)',
    ]);
  });

  it.each([
    [
      { 'cluster-id': '300' },
      'cluster-id is "300" (at data.cluster-id)\n  expected: a ClusterMesh ID, 0 to 255',
    ],
    [
      { 'cluster-name': 'East_1' },
      'cluster-name is "East_1" (at data.cluster-name)\n  expected: at most 32 lower-case letters, digits and hyphens',
    ],
    [
      { 'ipsec-key-rotation-duration': '5 minutes' },
      `ipsec-key-rotation-duration is "5 minutes" (at data.ipsec-key-rotation-duration)\n  expected: a duration in Go's notation, such as 5m0s`,
    ],
    [
      { 'enable-ipsec-key-watcher': 'yes' },
      'enable-ipsec-key-watcher is "yes" (at data.enable-ipsec-key-watcher)\n  expected: true or false',
    ],
    [
      { 'routing-mode': 'carrier-pigeon' },
      'routing-mode is "carrier-pigeon" (at data.routing-mode)\n  expected: native or tunnel',
    ],
  ])('refuses %j', (data, message) => {
    const errors = notesOf(data).map((error) => error.replace(/^config\.json:1:\d+: /, ''));
    expect(errors).toEqual([message]);
  });

  it('refuses a cluster name and ID of the user that are none', () => {
    const overrides = { release: 'cilium-1.17', clusterName: 'A', clusterId: 256 } as const;
    const imported = importCluster({ nodes, config: configMap(), overrides });
    expect(imported.ok ? [] : imported.error.map(({ message, hint }) => [message, hint])).toEqual([
      ['cluster-name is "A"', 'check the option'],
      ['cluster-id is 256', 'check the option'],
    ]);
  });

  it('warns where IPsec is off, or the ConfigMap another one', () => {
    expect(notesOf({ 'enable-ipsec': 'false' })).toEqual([
      'warning: config.json: enable-ipsec is not true: the rehearsal takes IPsec as enabled (at data)',
    ]);
    const { file, text } = configMap();
    expect(said(nodes, { file, text: text.replace('"cilium-config"', '"other"') })).toEqual([
      'warning: config.json: the ConfigMap is named "other", not "cilium-config" (at metadata.name)',
    ]);
  });

  it('says which flags it does not understand', () => {
    const flags = {
      ipam: 'eni',
      'cni-chaining-mode': 'aws-cni',
      'encrypt-interface': 'eth1',
      'enable-host-firewall': 'true',
      'kube-proxy-replacement': 'true',
      'enable-ipsec-encrypted-overlay': 'true',
      'debug-verbose': 'x',
    };
    expect(notesOf(flags)).toEqual([
      'not understood: config.json: ipam is "eni": the model gives each node one pod CIDR a family (at data.ipam)',
      'not understood: config.json: cni-chaining-mode is "aws-cni": Cilium does not support IPsec when chained on another CNI (at data.cni-chaining-mode)',
      'not understood: config.json: enable-host-firewall is "true": an agent with IPsec refuses to start with the host firewall (at data.enable-host-firewall)',
      'not understood: config.json: kube-proxy-replacement is "true": Cilium does not support IPsec with kube-proxy replacement, and the model has no services (at data.kube-proxy-replacement)',
      'not understood: config.json: the model has no enable-ipsec-encrypted-overlay (at data.enable-ipsec-encrypted-overlay)',
      'not understood: config.json: the model has no encrypt-interface (at data.encrypt-interface)',
    ]);
  });

  it('takes what has no bearing on encryption in silence', () => {
    expect(
      notesOf({ 'enable-host-firewall': 'false', 'kube-proxy-replacement': 'partial' }),
    ).toEqual([]);
  });

  it.each([
    ['app.kubernetes.io/version', '1.16.5', 'cilium-1.16', undefined],
    ['helm.sh/chart', 'cilium-1.19.0', 'cilium-1.19', undefined],
    [
      'app.kubernetes.io/version',
      'v1.14.2',
      'cilium-1.16',
      'the model does not know Cilium 1.14: cilium-1.16 is taken instead',
    ],
    [
      'app.kubernetes.io/version',
      '1.21.0',
      'cilium-1.19',
      'the model does not know Cilium 1.21: cilium-1.19 is taken instead',
    ],
  ])('reads the release from the label %s: %s', (label, version, release, message) => {
    const { file, text } = configMap();
    const labels = `"labels":${JSON.stringify({ [label]: version })}`;
    const config = { file, text: text.replace('"metadata":{', `"metadata":{${labels},`) };
    const imported = importCluster({ nodes, config });
    expect(imported.ok && imported.value.inventory.release).toBe(release);
    expect(imported.ok && imported.value.notes.map((note) => note.message)).toEqual(
      message === undefined ? [] : [message],
    );
  });
});
