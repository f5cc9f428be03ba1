import { describe, expect, test } from 'vitest';
import { failure } from '../model/result.ts';
import { formatInputError } from './input-error.ts';
import { loadScenario } from './load.ts';
import type { ReadFile } from './plan-clusters.ts';

// Each class of errors, with the whole of what the author of the file gets to read.

/** A sound start of a file, in five lines. */
const base = `title: a
clusters:
  - name: east
    nodes: 3
    release: cilium-1.16`;

const readFile: ReadFile = () => failure('there is no such file');

/** Every error of a text, with its code, as the command prints it. */
function errorsOf(text: string, options: { readonly readFile?: ReadFile } = { readFile }): string {
  const loaded = loadScenario(text, { file: 'a.yaml', ...options });
  if (loaded.ok) return 'no error';
  return loaded.error.map((error) => `${error.code} ${formatInputError(error)}`).join('\n');
}

describe('the YAML', () => {
  test('an empty file', () => {
    const text = ``;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "EMPTY_FILE a.yaml: the file is empty
        expected: a scenario: a mapping with at least title and clusters"
    `);
  });

  test('nothing but comments', () => {
    const text = `# a scenario to be
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "EMPTY_FILE a.yaml: the file is empty
        expected: a scenario: a mapping with at least title and clusters"
    `);
  });

  test('a syntax error', () => {
    const text = `title: [a
clusters: b`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "YAML_SYNTAX a.yaml:2:1: Flow sequence in block collection must be sufficiently indented and end with a ]
        expected: YAML 1.2"
    `);
  });

  test('an unknown tag', () => {
    expect(errorsOf(`title: !!js/function a`)).toMatchInlineSnapshot(`
      "YAML_SYNTAX a.yaml:1:8: Unresolved tag: tag:yaml.org,2002:js/function
        expected: YAML 1.2"
    `);
  });

  test('an empty seed', () => {
    expect(errorsOf(`title: a\nseed: ""\nclusters: []`)).toMatchInlineSnapshot(`
      "EMPTY_VALUE a.yaml:2:7: the value is empty (at seed)
        expected: a whole number or a text
      EMPTY_VALUE a.yaml:3:11: the value is empty (at clusters)
        expected: a list with at least one item"
    `);
  });

  test('a duplicate key', () => {
    const text = `title: a
clusters:
  - name: east
    nodes: 3
    nodes: 4
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "DUPLICATE_KEY a.yaml:5:5: the key stands twice in one mapping
        expected: each key once
        hint: remove one of the two, or make a list of them"
    `);
  });

  test('a tab', () => {
    const text = `title: a
clusters:
\t- name: east
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "TAB_INDENTATION a.yaml:3:1: the line is indented with a tab
        expected: spaces: YAML allows no tabs there
        hint: replace each tab by two spaces"
    `);
  });

  test('a second document', () => {
    const text = `title: a
---
title: b
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "MULTIPLE_DOCUMENTS a.yaml:2:1: the file has more than one YAML document
        expected: one scenario in a file
        hint: write the others, after "---", to files of their own"
    `);
  });

  test('an unknown alias', () => {
    const text = `title: *story
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_ALIAS a.yaml:1:8: the alias *story stands for nothing
        expected: an anchor &story before it
        hint: a text that begins with * needs quotes"
    `);
  });

  test('a list', () => {
    const text = `- title: a
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NOT_A_MAPPING a.yaml:1:1: the file holds a list
        expected: a mapping with the keys: title, sees, why, telltale, source, disagreement, seed, clusters, delays, traffic, procedure, faults, expect, remedy, healthy, limits"
    `);
  });

  test('a text', () => {
    const text = `a scenario
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NOT_A_MAPPING a.yaml:1:1: the file holds the text "a scenario"
        expected: a mapping with the keys: title, sees, why, telltale, source, disagreement, seed, clusters, delays, traffic, procedure, faults, expect, remedy, healthy, limits"
    `);
  });
});

describe('keys', () => {
  test('a misspelt key at the top', () => {
    const text = `titel: a
clusters: [{ name: east, nodes: 3, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "MISSING_KEY a.yaml:1:1: the key "title" is missing
        expected: text
      UNKNOWN_KEY a.yaml:1:1: unknown key "titel" (at titel)
        expected: one of: title, sees, why, telltale, source, disagreement, seed, clusters, delays, traffic, procedure, faults, expect, remedy, healthy, limits
        hint: did you mean "title"?"
    `);
  });

  test('a misspelt property of a cluster', () => {
    const text = `title: a
clusters:
  - name: east
    nodes: 3
    kernal: "6.1"
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_KEY a.yaml:5:5: unknown key "kernal" (at clusters[0].kernal)
        expected: one of: name, id, nodes, inventory, absent, release, agent, kernel, routing, registry, podsPerNode, devices, settings, secret
        hint: did you mean "kernel"?"
    `);
  });

  test('a misspelt flag', () => {
    const text = `title: a
clusters:
  - name: east
    nodes: 3
    settings:
      ipsec-key-rotation-durtion: 5m
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_KEY a.yaml:6:7: unknown key "ipsec-key-rotation-durtion" (at clusters[0].settings.ipsec-key-rotation-durtion)
        expected: one of: ipsec-key-rotation-duration, enable-ipsec-key-watcher, enable-ipv4, enable-ipv6, encrypt-interface
        hint: did you mean "ipsec-key-rotation-duration"?"
    `);
  });

  test('a misspelt delay of an override', () => {
    const text = `${base}
delays:
  at:
    - nodes: east
      secretSnyc: 5s
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_KEY a.yaml:9:7: unknown key "secretSnyc" (at delays.at[0].secretSnyc)
        expected: one of: nodes, from, secretSync, load, install, publish, watch, mesh, latency
        hint: did you mean "secretSync"?"
    `);
  });

  test('a misspelt step', () => {
    const text = `${base}
procedure:
  - wait: 2m
  - rotat: east
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_KEY a.yaml:8:5: unknown key "rotat" (at procedure[1].rotat)
        expected: one of: wait, waitUntil, rotate, writeSecret, copySecret, deleteSecret, configure, upgrade, probe, reboot, restartAgent, crashAgent, pauseAgent, slowNode, partition, delayLink, join, leave, replace, deletePods, memoryPressure, asyncCrypto, setSequenceNumber, deleteXfrmStates, deleteXfrmPolicies, addXfrmPolicy, failOperation
        hint: did you mean "rotate"?"
    `);
  });

  test('a key with which nothing can be meant', () => {
    const text = `${base}
colour: blue
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_KEY a.yaml:6:1: unknown key "colour" (at colour)
        expected: one of: title, sees, why, telltale, source, disagreement, seed, clusters, delays, traffic, procedure, faults, expect, remedy, healthy, limits"
    `);
  });

  test('the key __proto__', () => {
    const text = `${base}
__proto__: { seed: 1 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_KEY a.yaml:6:1: unknown key "__proto__" (at __proto__)
        expected: one of: title, sees, why, telltale, source, disagreement, seed, clusters, delays, traffic, procedure, faults, expect, remedy, healthy, limits"
    `);
  });

  test('a merge key, which YAML 1.2 does not have', () => {
    const text = `${base}
<<: { seed: 1 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_KEY a.yaml:6:1: unknown key "<<" (at ["<<"])
        expected: one of: title, sees, why, telltale, source, disagreement, seed, clusters, delays, traffic, procedure, faults, expect, remedy, healthy, limits"
    `);
  });

  test('a misspelt counter', () => {
    const text = `${base}
expect:
  counters:
    east/n1:
      XfrmInNoState: 0
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_KEY a.yaml:9:7: unknown key "XfrmInNoState" (at expect.counters["east/n1"].XfrmInNoState)
        expected: one of: XfrmInError, XfrmInBufferError, XfrmInHdrError, XfrmInNoStates, XfrmInStateProtoError, XfrmInStateModeError, XfrmInStateSeqError, XfrmInStateExpired, XfrmInStateMismatch, XfrmInStateInvalid, XfrmInTmplMismatch, XfrmInNoPols, XfrmInPolBlock, XfrmInPolError, XfrmOutError, XfrmOutBundleGenError, XfrmOutBundleCheckError, XfrmOutNoStates, XfrmOutStateProtoError, XfrmOutStateModeError, XfrmOutStateSeqError, XfrmOutStateExpired, XfrmOutPolBlock, XfrmOutPolDead, XfrmOutPolError, XfrmFwdHdrError, XfrmOutStateInvalid, XfrmAcquireError, XfrmOutStateDirError, XfrmInStateDirError, XfrmInIptfsError, XfrmOutNoQueueSpace, No node ID found
        hint: did you mean "XfrmInNoStates"?"
    `);
  });

  test('counters of what is not a node', () => {
    const text = `${base}
expect:
  counters:
    east: { XfrmInNoStates: 0 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`"no error"`);
  });

  test('a missing title, and missing clusters', () => {
    const text = `story: once
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "MISSING_KEY a.yaml:1:1: the key "title" is missing
        expected: text
      MISSING_KEY a.yaml:1:1: the key "clusters" is missing
        expected: a list
      UNKNOWN_KEY a.yaml:1:1: unknown key "story" (at story)
        expected: one of: title, sees, why, telltale, source, disagreement, seed, clusters, delays, traffic, procedure, faults, expect, remedy, healthy, limits"
    `);
  });

  test('a missing property of a fault', () => {
    const text = `${base}
faults:
  - at: 3m
    reboot:
      nodes: east/n2
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "MISSING_KEY a.yaml:9:7: the key "downtime" is missing (at faults[0].reboot)
        expected: a duration such as 90s, 5m, 1h30m, 250ms or 40us"
    `);
  });

  test('a step without content', () => {
    const text = `${base}
procedure:
  - {}
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NOT_EXACTLY_ONE a.yaml:7:5: the step says none (at procedure[0])
        expected: one of: wait, waitUntil, rotate, writeSecret, copySecret, deleteSecret, configure, upgrade, probe, reboot, restartAgent, crashAgent, pauseAgent, slowNode, partition, delayLink, join, leave, replace, deletePods, memoryPressure, asyncCrypto, setSequenceNumber, deleteXfrmStates, deleteXfrmPolicies, addXfrmPolicy, failOperation"
    `);
  });

  test('two actions in one step', () => {
    const text = `${base}
procedure:
  - wait: 2m
    rotate: east
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NOT_EXACTLY_ONE a.yaml:7:5: the step says 2: wait, rotate (at procedure[0])
        expected: one of: wait, waitUntil, rotate, writeSecret, copySecret, deleteSecret, configure, upgrade, probe, reboot, restartAgent, crashAgent, pauseAgent, slowNode, partition, delayLink, join, leave, replace, deletePods, memoryPressure, asyncCrypto, setSequenceNumber, deleteXfrmStates, deleteXfrmPolicies, addXfrmPolicy, failOperation
        hint: write one item for each"
    `);
  });

  test('a fault that says none', () => {
    const text = `${base}
faults:
  - at: 3m
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NOT_EXACTLY_ONE a.yaml:7:5: the fault says none (at faults[0])
        expected: one of: reboot, restartAgent, crashAgent, pauseAgent, slowNode, partition, delayLink, join, leave, replace, deletePods, memoryPressure, asyncCrypto, setSequenceNumber, deleteXfrmStates, deleteXfrmPolicies, addXfrmPolicy, failOperation"
    `);
  });

  test('a condition that says none', () => {
    const text = `${base}
procedure:
  - waitUntil: { nodes: east, timeout: 5m }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NOT_EXACTLY_ONE a.yaml:7:16: the condition says none (at procedure[0].waitUntil)
        expected: one of: keyLoaded, keysInUse, settled"
    `);
  });

  test('a link that says two', () => {
    const text = `${base}
faults:
  - at: 3m
    partition: { link: { secret: east, watch: east }, duration: 1m }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NOT_EXACTLY_ONE a.yaml:8:24: the link says 2: secret, watch (at faults[0].partition.link)
        expected: one of: secret, publish, watch, mesh, network
        hint: write one item for each"
    `);
  });

  test('an override without a delay', () => {
    const text = `${base}
delays:
  at:
    - nodes: east
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "MISSING_KEY a.yaml:8:7: the override sets no delay (at delays.at[0])
        expected: at least one of: secretSync, load, install, publish, watch, mesh, latency"
    `);
  });

  test('the far end of a delay that has none', () => {
    const text = `${base}
delays:
  at:
    - nodes: east
      from: east/n1
      secretSync: 5s
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "MISPLACED_KEY a.yaml:9:13: the delay secretSync has no far end, so "from" says nothing (at delays.at[0].from)
        expected: "from" only with: watch, mesh, latency
        hint: write two overrides, one with "from" and one without"
    `);
  });
});

describe('values', () => {
  test('a number for a text', () => {
    const text = `title: 5
clusters: [{ name: east, nodes: 3, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:1:8: the number 5 cannot stand here (at title)
        expected: text
        hint: put it in quotes: "5""
    `);
  });

  test('a kernel without quotes', () => {
    const text = `title: a
clusters:
  - name: east
    nodes: 3
    release: cilium-1.16
    kernel: 5.10
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:6:13: the number 5.1 cannot stand here (at clusters[0].kernel)
        expected: one of: 5.10, 6.1, 6.12, 7.2
        hint: put it in quotes: "5.10""
    `);
  });

  test('a text for a number', () => {
    const text = `title: a
clusters:
  - name: east
    nodes: three
    release: cilium-1.16
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:4:12: the text "three" cannot stand here (at clusters[0].nodes)
        expected: a whole number, at least 1"
    `);
  });

  test('a text for a boolean', () => {
    const text = `title: a
clusters:
  - name: east
    nodes: 3
    release: cilium-1.16
    settings: { enable-ipv6: "yes" }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:6:30: the text "yes" cannot stand here (at clusters[0].settings.enable-ipv6)
        expected: true or false"
    `);
  });

  test('a key without a value', () => {
    const text = `title:
clusters: [{ name: east, nodes: 3, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "EMPTY_VALUE a.yaml:1:7: the value is empty (at title)
        expected: text"
    `);
  });

  test('a mapping for a list', () => {
    const text = `${base}
procedure:
  wait: 5m
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:7:3: a mapping cannot stand here (at procedure)
        expected: a list"
    `);
  });

  test('a list for a mapping', () => {
    const text = `${base}
delays: [5s]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:6:9: a list cannot stand here (at delays)
        expected: a mapping with the keys: secretSync, load, install, publish, watch, mesh, latency, reclaimInterval, at"
    `);
  });

  test('a step that is no mapping', () => {
    const text = `${base}
procedure:
  - wait
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:7:5: the text "wait" cannot stand here (at procedure[0])
        expected: a mapping with the keys: wait, waitUntil, rotate, writeSecret, copySecret, deleteSecret, configure, upgrade, probe, reboot, restartAgent, crashAgent, pauseAgent, slowNode, partition, delayLink, join, leave, replace, deletePods, memoryPressure, asyncCrypto, setSequenceNumber, deleteXfrmStates, deleteXfrmPolicies, addXfrmPolicy, failOperation"
    `);
  });

  test('a mapping where a cluster, or a list of clusters, is rotated', () => {
    const text = `${base}
procedure:
  - rotate: { cluster: east }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:7:13: a mapping cannot stand here (at procedure[0].rotate)
        expected: the name of a cluster, or a list of them"
    `);
  });

  test('a seed that is neither a number nor a text', () => {
    const text = `${base}
seed: [1]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:6:7: a list cannot stand here (at seed)
        expected: a whole number or a text"
    `);
  });

  test('an unknown release', () => {
    const text = `title: a
clusters: [{ name: east, nodes: 3, release: cilium-1.61 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_VALUE a.yaml:2:45: unknown value "cilium-1.61" (at clusters[0].release)
        expected: one of: cilium-1.16, cilium-1.17, cilium-1.18, cilium-1.19
        hint: did you mean "cilium-1.16"?"
    `);
  });

  test('an unknown agent', () => {
    const text = `title: a
clusters:
  - { name: east, nodes: 3, release: cilium-1.16, agent: publishes-before-instal }
`;
    expect(errorsOf(text)).toMatch(
      /UNKNOWN_VALUE .*hint: did you mean "publishes-before-install"/s,
    );
  });

  test('an unknown kernel', () => {
    const text = `title: a
clusters:
  - { name: east, nodes: 3, release: cilium-1.16, kernel: "5.15" }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_VALUE a.yaml:3:59: unknown value "5.15" (at clusters[0].kernel)
        expected: one of: 5.10, 6.1, 6.12, 7.2
        hint: did you mean "5.10"?"
    `);
  });

  test('an unknown errno', () => {
    const text = `${base}
faults:
  - at: 3m
    failOperation: { nodes: east/n1, operation: xfrmStateAdd, errno: ENOMEN }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_VALUE a.yaml:8:70: unknown value "ENOMEN" (at faults[0].failOperation.errno)
        expected: one of: EPERM, ENOENT, ESRCH, EAGAIN, ENOMEM, EEXIST, EINVAL, ENOSPC, ENOSYS, EMSGSIZE, EOVERFLOW, ENOBUFS, ENETUNREACH, EHOSTUNREACH
        hint: did you mean "ENOMEM"?"
    `);
  });

  test('an unknown family', () => {
    const text = `${base}
traffic:
  - families: [ipv5]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_VALUE a.yaml:7:16: unknown value "ipv5" (at traffic[0].families[0])
        expected: one of: ipv4, ipv6
        hint: did you mean "ipv4"?"
    `);
  });

  test('a duration without a unit', () => {
    const text = `${base}
procedure:
  - wait: 30
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_DURATION a.yaml:7:11: "30" is not a duration (at procedure[0].wait)
        expected: a duration such as 90s, 5m, 1h30m, 250ms or 40us
        hint: add a unit: 30s"
    `);
  });

  test('a duration that is none', () => {
    const text = `${base}
procedure:
  - wait: 1.5h
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_DURATION a.yaml:7:11: "1.5h" is not a duration (at procedure[0].wait)
        expected: a duration such as 90s, 5m, 1h30m, 250ms or 40us
        hint: use whole numbers and a smaller unit, as in 1s500ms"
    `);
  });

  test('a negative duration', () => {
    const text = `${base}
procedure:
  - wait: -5s
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_DURATION a.yaml:7:11: "-5s" is not a duration (at procedure[0].wait)
        expected: a duration such as 90s, 5m, 1h30m, 250ms or 40us
        hint: a duration is never negative"
    `);
  });

  test('a duration of years', () => {
    const text = `${base}
limits: { time: 100000h }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_DURATION a.yaml:6:17: the duration "100000h" is longer than a year (at limits.time)
        expected: at most 8760h
        hint: check the unit"
    `);
  });

  test('a period of zero', () => {
    const text = `${base}
traffic:
  - every: 0s
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "OUT_OF_RANGE a.yaml:7:12: the duration is zero (at traffic[0].every)
        expected: more than 0s"
    `);
  });

  test('a limit of zero', () => {
    const text = `${base}
limits: { time: 0s, events: 0 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "OUT_OF_RANGE a.yaml:6:29: the number 0 is out of range (at limits.events)
        expected: a whole number, at least 1
      OUT_OF_RANGE a.yaml:6:17: the duration is zero (at limits.time)
        expected: more than 0s"
    `);
  });

  test('a delay that is none', () => {
    const text = `${base}
delays:
  secretSync: unifrom(0s, 60s)
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_DELAY a.yaml:7:15: "unifrom(0s, 60s)" is not a delay (at delays.secretSync)
        expected: a delay: 90s, uniform(0s, 60s), exponential(mean 5s, max 60s), quantiles(0: 1s, 50: 5s, 100: 60s) or kubelet
        hint: did you mean "uniform"?"
    `);
  });

  test('a delay without a unit', () => {
    const text = `${base}
delays:
  latency: 1
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_DURATION a.yaml:7:12: "1" is not a duration (at delays.latency)
        expected: a duration such as 90s, 5m, 1h30m, 250ms or 40us
        hint: add a unit: 1s"
    `);
  });

  test('a duration without a unit inside a delay', () => {
    const text = `${base}
delays:
  secretSync: uniform(0, 60s)
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_DURATION a.yaml:7:15: "0" is not a duration (at delays.secretSync)
        expected: a duration such as 90s, 5m, 1h30m, 250ms or 40us
        hint: add a unit: 0s"
    `);
  });

  test('a selector that is none', () => {
    const text = `${base}
faults:
  - at: 3m
    leave: { nodes: "east/n1, east/n2" }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_SELECTOR a.yaml:8:21: "east/n1, east/n2" does not select nodes (at faults[0].leave.nodes)
        expected: all, a cluster (east), or a node of a cluster (east/n1)
        hint: it is one selector, not a list"
    `);
  });

  test('a cluster where one node is replaced', () => {
    const text = `${base}
faults:
  - at: 3m
    replace: { node: east, by: n3 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_SELECTOR a.yaml:8:22: this selects more than one node (at faults[0].replace.node)
        expected: a node of a cluster, such as east/n1"
    `);
  });

  test('a negative number', () => {
    const text = `${base}
expect:
  counters: { east/n1: { XfrmInNoStates: -1 } }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "OUT_OF_RANGE a.yaml:7:42: the number -1 is out of range (at expect.counters["east/n1"].XfrmInNoStates)
        expected: a whole number, at least 0"
    `);
  });

  test('a fraction', () => {
    const text = `title: a
clusters: [{ name: east, nodes: 2.5, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "WRONG_TYPE a.yaml:2:33: the number 2.5 cannot stand here (at clusters[0].nodes)
        expected: a whole number, at least 1"
    `);
  });

  test('no node', () => {
    const text = `title: a
clusters: [{ name: east, nodes: 0, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "OUT_OF_RANGE a.yaml:2:33: the number 0 is out of range (at clusters[0].nodes)
        expected: a whole number, at least 1"
    `);
  });

  test('a key ID that is none', () => {
    const text = `${base}
procedure:
  - waitUntil: { keyLoaded: 16, timeout: 5m }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "OUT_OF_RANGE a.yaml:7:29: the number 16 is out of range (at procedure[0].waitUntil.keyLoaded)
        expected: a whole number from 1 to 15"
    `);
  });

  test('waiting for the false', () => {
    const text = `${base}
procedure:
  - waitUntil: { settled: false, timeout: 5m }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "OUT_OF_RANGE a.yaml:7:27: one cannot wait for the false (at procedure[0].waitUntil.settled)
        expected: true"
    `);
  });

  test('no cluster', () => {
    const text = `title: a
clusters: []
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "EMPTY_VALUE a.yaml:2:11: the value is empty (at clusters)
        expected: a list with at least one item"
    `);
  });

  test('an empty secret', () => {
    const text = `title: a
clusters: [{ name: east, nodes: 3, release: cilium-1.16, secret: "" }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "EMPTY_VALUE a.yaml:2:66: the value is empty (at clusters[0].secret)
        expected: text that is not empty"
    `);
  });

  test('an empty secret that is written', () => {
    const text = `${base}
procedure:
  - writeSecret: { cluster: east, text: "" }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`"no error"`);
  });

  test('a cluster name that Cilium refuses', () => {
    const text = `title: a
clusters: [{ name: East_1, nodes: 3, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "BAD_NAME a.yaml:2:20: the text "East_1" is not a name (at clusters[0].name)
        expected: the name of a cluster: at most 32 lower-case letters, digits and hyphens"
    `);
  });

  test('traffic that stops before it starts', () => {
    const text = `${base}
traffic:
  - startsAt: 5m
    stopsAt: 4m
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "OUT_OF_RANGE a.yaml:8:14: the traffic stops before it starts (at traffic[0].stopsAt)
        expected: an instant after startsAt"
    `);
  });
});

describe('names', () => {
  test('a cluster called all', () => {
    const text = `title: a
clusters: [{ name: all, nodes: 3, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "RESERVED_NAME a.yaml:2:20: no cluster can be called "all" (at clusters[0].name)
        expected: another name
        hint: all stands for the nodes of all clusters"
    `);
  });

  test('two clusters of one name', () => {
    const text = `title: a
clusters:
  - { name: east, nodes: 3, release: cilium-1.16 }
  - { name: east, nodes: 3, release: cilium-1.16 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "DUPLICATE_NAME a.yaml:4:13: two clusters are called "east" (at clusters[1].name)
        expected: a name of its own for each cluster"
    `);
  });

  test('two clusters of one ID', () => {
    const text = `title: a
clusters:
  - { name: east, nodes: 3, release: cilium-1.16 }
  - { name: west, id: 1, nodes: 3, release: cilium-1.16 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "DUPLICATE_ID a.yaml:4:23: the clusters "east" and "west" both have the ID 1 (at clusters[1].id)
        expected: an ID of its own for each cluster, from 1 to 255
        hint: give each cluster its "id""
    `);
  });

  test('an unknown cluster, wherever it stands', () => {
    const text = `${base}
delays:
  at:
    - nodes: west
      latency: 80ms
traffic:
  - from: eats
procedure:
  - rotate: [east, esat]
  - copySecret: { from: east, to: west }
faults:
  - at: 3m
    partition: { link: { secret: west/n1 }, duration: 1m }
  - at: 4m
    delayLink: { link: { mesh: { from: west, to: east } }, extra: 1s, duration: 1m }
expect:
  counters: { west/n1: { XfrmInNoStates: 0 } }
  keysInUse: [{ at: 1m, nodes: west, count: 8 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_CLUSTER a.yaml:8:14: there is no cluster "west" (at delays.at[0].nodes)
        expected: one of: east
      UNKNOWN_CLUSTER a.yaml:11:11: there is no cluster "eats" (at traffic[0].from)
        expected: one of: east
        hint: did you mean "east"?
      UNKNOWN_CLUSTER a.yaml:13:20: there is no cluster "esat" (at procedure[0].rotate[1])
        expected: one of: east
        hint: did you mean "east"?
      UNKNOWN_CLUSTER a.yaml:14:35: there is no cluster "west" (at procedure[1].copySecret.to)
        expected: one of: east
      UNKNOWN_CLUSTER a.yaml:17:34: there is no cluster "west" (at faults[0].partition.link.secret)
        expected: one of: east
      UNKNOWN_CLUSTER a.yaml:19:40: there is no cluster "west" (at faults[1].delayLink.link.mesh.from)
        expected: one of: east
      UNKNOWN_CLUSTER a.yaml:22:32: there is no cluster "west" (at expect.keysInUse[0].nodes)
        expected: one of: east
      UNKNOWN_CLUSTER a.yaml:21:15: there is no cluster "west" (at expect.counters["west/n1"])
        expected: one of: east"
    `);
  });

  test('an unknown node', () => {
    const text = `${base}
faults:
  - at: 3m
    reboot: { nodes: east/n4, downtime: 60s }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_NODE a.yaml:8:22: the cluster "east" has no node "n4" (at faults[0].reboot.nodes)
        expected: one of: n1, n2, n3"
    `);
  });

  test('an unknown node of counters', () => {
    const text = `${base}
expect:
  counters:
    east/n9: { XfrmInNoStates: 0 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_NODE a.yaml:8:5: the cluster "east" has no node "n9" (at expect.counters["east/n9"])
        expected: one of: n1, n2, n3"
    `);
  });

  test('an unknown node that replaces', () => {
    const text = `${base}
procedure:
  - replace: { node: east/n1, by: n4 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_NODE a.yaml:7:35: the cluster "east" has no node "n4" (at procedure[0].replace.by)
        expected: one of: n1, n2, n3"
    `);
  });

  test('an unknown node that is absent', () => {
    const text = `title: a
clusters:
  - { name: east, nodes: 3, release: cilium-1.16, absent: [n3, n4] }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_NODE a.yaml:3:64: the cluster "east" has no node "n4" (at clusters[0].absent[1])
        expected: one of: n1, n2, n3
        hint: absent nodes count among nodes"
    `);
  });
});

describe('clusters', () => {
  test('more nodes than IPsec in Cilium supports', () => {
    const text = `title: a
clusters: [{ name: east, nodes: 65536, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "TOO_MANY_NODES a.yaml:2:12: the cluster has 65536 nodes, more than IPsec in Cilium supports (at clusters[0])
        expected: at most 65535 nodes in all clusters together
        hint: a node ID has 16 bits (Cilium: encryption-ipsec.rst, Limitations)"
    `);
  });

  test('more nodes in the mesh than IPsec in Cilium supports', () => {
    const text = `title: a
clusters:
  - { name: east, nodes: 65535, release: cilium-1.16 }
  - { name: west, nodes: 1, release: cilium-1.16 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "TOO_MANY_NODES a.yaml:3:3: the mesh has 65536 nodes, more than IPsec in Cilium supports (at clusters)
        expected: at most 65535 nodes in all clusters together
        hint: a node ID has 16 bits (Cilium: encryption-ipsec.rst, Limitations)"
    `);
  });

  test('IPv6 alone', () => {
    const text = `title: a
clusters:
  - name: east
    nodes: 3
    release: cilium-1.16
    settings: { enable-ipv4: false, enable-ipv6: true }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "IPV6_ONLY a.yaml:6:15: the cluster has IPv6 only, with which IPsec in Cilium does not work (at clusters[0].settings)
        expected: enable-ipv4: true
        hint: see the limitations in Cilium: encryption-ipsec.rst"
    `);
  });

  test('neither family', () => {
    const text = `title: a
clusters:
  - name: east
    nodes: 3
    release: cilium-1.16
    settings: { enable-ipv4: false }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NO_FAMILY a.yaml:6:15: the cluster has neither IPv4 nor IPv6 (at clusters[0].settings)
        expected: enable-ipv4: true"
    `);
  });

  test('a change to IPv6 alone', () => {
    const text = `title: a
clusters:
  - name: east
    nodes: 3
    release: cilium-1.16
    settings: { enable-ipv6: true }
procedure:
  - configure: { cluster: east, settings: { enable-ipv4: false } }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "IPV6_ONLY a.yaml:8:43: the cluster has IPv6 only, with which IPsec in Cilium does not work (at procedure[0].configure.settings)
        expected: enable-ipv4: true
        hint: see the limitations in Cilium: encryption-ipsec.rst"
    `);
  });

  test('no release', () => {
    const text = `title: a
clusters: [{ name: east, nodes: 3 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "RELEASE_UNKNOWN a.yaml:2:12: the release of the cluster is not known (at clusters[0])
        expected: the key "release", unless an inventory says it"
    `);
  });

  test('neither nodes nor an inventory', () => {
    const text = `title: a
clusters: [{ name: east, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NODES_OR_INVENTORY a.yaml:2:12: the cluster "east" has neither nodes nor an inventory (at clusters[0])
        expected: exactly one of: nodes, inventory"
    `);
  });

  test('both nodes and an inventory', () => {
    const text = `title: a
clusters: [{ name: east, nodes: 3, inventory: east.yaml, release: cilium-1.16 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "NODES_OR_INVENTORY a.yaml:2:12: the cluster "east" has both nodes and an inventory (at clusters[0])
        expected: exactly one of: nodes, inventory
        hint: the inventory names the nodes"
    `);
  });

  test('an inventory that cannot be read', () => {
    const text = `title: a
clusters:
  - name: east
    inventory: missing.yaml
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNREADABLE_FILE a.yaml:4:16: the inventory "missing.yaml" cannot be read: there is no such file (at clusters[0].inventory)
        expected: a file, its path counted from the scenario"
    `);
  });

  test('an inventory where no file can be read', () => {
    const text = `title: a
clusters:
  - name: east
    inventory: east.yaml
`;
    expect(errorsOf(text, {})).toMatchInlineSnapshot(`
      "UNREADABLE_FILE a.yaml:4:16: the inventory "east.yaml" cannot be read: no files can be read here (at clusters[0].inventory)
        expected: a file, its path counted from the scenario"
    `);
  });
});

describe('meaning', () => {
  test('a fault after the end of the run', () => {
    const text = `${base}
faults:
  - at: 25h
    leave: { nodes: east/n1 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "OUT_OF_RANGE a.yaml:7:9: 25h is after the end of the run (at faults[0].at)
        expected: at most 24h
        hint: raise limits.time"
    `);
  });

  test('traffic and an expectation after the end of the run', () => {
    const text = `${base}
limits: { time: 1h }
traffic:
  - startsAt: 2h
expect:
  keysInUse: [{ at: 90m, count: 4 }]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "OUT_OF_RANGE a.yaml:8:15: 2h is after the end of the run (at traffic[0].startsAt)
        expected: at most 1h
        hint: raise limits.time
      OUT_OF_RANGE a.yaml:10:21: 1h30m is after the end of the run (at expect.keysInUse[0].at)
        expected: at most 1h
        hint: raise limits.time"
    `);
  });

  test('traffic of a family that a cluster lacks', () => {
    const text = `${base}
traffic:
  - families: [ipv4, ipv6]
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "FAMILY_NOT_ENABLED a.yaml:7:22: the cluster "east" has no ipv6 (at traffic[0].families[1])
        expected: a family that every cluster has
        hint: set enable-ipv6: true in its settings"
    `);
  });

  test('a counter that the kernel does not have', () => {
    const text = `${base}
expect:
  counters:
    east/n1: { XfrmInIptfsError: 0 }
`;
    expect(errorsOf(text)).toMatchInlineSnapshot(`
      "UNKNOWN_COUNTER a.yaml:8:16: the kernel 6.1 has no counter XfrmInIptfsError (at expect.counters["east/n1"].XfrmInIptfsError)
        expected: a counter of /proc/net/xfrm_stat of that kernel"
    `);
  });
});

test('a file that was nested to exhaust the stack', () => {
  const depth = 100_000;
  expect(errorsOf(`title: ${'['.repeat(depth)}${']'.repeat(depth)}`)).toMatchInlineSnapshot(`
    "NESTED_TOO_DEEP a.yaml: the file is nested too deep to be read
      expected: a scenario"
  `);
});

test('aliases that multiply', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level <= 9; level++) {
    const aliases = Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ');
    lines.push(`a${level}: &a${level} [${aliases}]`);
  }
  expect(errorsOf(lines.join('\n'))).toMatchInlineSnapshot(`
    "TOO_MANY_ALIASES a.yaml: the YAML aliases of the file multiply
      expected: aliases that stand for 100 nodes at most
      hint: write out what is repeated"
  `);
});

test('an alias of itself', () => {
  expect(errorsOf('title: &a [*a]')).toMatchInlineSnapshot(`
    "WRONG_TYPE a.yaml:1:11: a list cannot stand here (at title)
      expected: text
    MISSING_KEY a.yaml:1:1: the key "clusters" is missing
      expected: a list"
  `);
});
