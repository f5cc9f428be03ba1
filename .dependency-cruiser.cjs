/**
 * The one-way street of ARCHITECTURE.md, as rules: `npm run layering` holds every import to them.
 *
 *   model <- agents <- sim <- properties <- reports <- cli
 *   model, agents, sim <- scenarios <- cli
 *   model, agents, sim, properties, scenarios <- oracle <- cli
 */

const tests = '\\.test\\.ts$|/test-support/';

/** Each folder, and the other folders that it may import. */
const mayImport = {
  model: [],
  agents: ['model'],
  sim: ['model', 'agents'],
  properties: ['model', 'agents', 'sim'],
  scenarios: ['model', 'agents', 'sim'],
  oracle: ['model', 'agents', 'sim', 'properties', 'scenarios'],
  reports: ['model', 'agents', 'sim', 'properties'],
  cli: ['model', 'agents', 'sim', 'properties', 'scenarios', 'oracle', 'reports'],
  bench: ['model', 'agents', 'sim', 'properties', 'scenarios', 'oracle', 'reports'],
};

const folders = Object.keys(mayImport);

const oneWay = Object.entries(mayImport).map(([folder, allowed]) => {
  const forbidden = folders.filter((other) => other !== folder && !allowed.includes(other));
  return {
    name: `one-way-${folder}`,
    comment: `${folder}/ may import ${allowed.join(', ') || 'no other folder'} only.`,
    severity: 'error',
    // Tests may read whatever they need to set their subject up, above all scenarios.
    from: { path: `^${folder}/`, pathNot: tests },
    to: { path: [...forbidden.map((other) => `^${other}/`), '^index\\.ts$'] },
  };
});

/** A folder's own files know each other; everybody else comes in through `index.ts`. */
const doors = folders.map((folder) => ({
  name: `door-${folder}`,
  comment: `From another folder, ${folder}/ is imported through its index.ts.`,
  severity: 'error',
  // Benchmarks measure single parts, so they reach for them.
  from: { pathNot: [`^${folder}/`, '^bench/', tests] },
  to: {
    path: `^${folder}/`,
    // The root files of model/ (time, address, result, ...) are words, each its own door.
    // agents/process/ needs Node, so it is no part of the door through which browsers come.
    pathNot:
      { model: '^model/([^/]+|[^/]+/index)\\.ts$', agents: '^agents/(process/)?index\\.ts$' }[
        folder
      ] ?? `^${folder}/index\\.ts$`,
  },
}));

module.exports = {
  forbidden: [
    ...oneWay,
    ...doors,
    {
      name: 'door-within-model',
      comment: "The parts of model/ know each other through each other's index.ts.",
      severity: 'error',
      from: { path: '^model/([^/]+)/', pathNot: tests },
      to: { path: '^model/[^/]+/', pathNot: ['^model/$1/', '^model/[^/]+/index\\.ts$'] },
    },
    {
      name: 'nothing-imports-cli',
      comment: 'The command is wiring: what others need belongs elsewhere.',
      severity: 'error',
      from: { pathNot: '^cli/' },
      to: { path: '^cli/' },
    },
    {
      name: 'no-node-modules-of-node',
      comment:
        'Files, processes and clocks are for cli/, bench/, oracle/ and agents/process/: the rest ' +
        'also runs in a browser.',
      severity: 'error',
      from: {
        path: '^(model|agents|sim|properties|scenarios|reports)/',
        pathNot: [tests, '^agents/process/'],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'Modules that need each other to be understood, be it by their types alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-test-code-in-product',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'no-dev-dependencies-in-product',
      comment:
        'Who installs the package does not get them. What the lab page needs is bundled into it.',
      severity: 'error',
      from: { pathNot: [tests, '^bench/', '^reports/lab/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nothing imports and that imports nothing is dead.',
      severity: 'error',
      from: { orphan: true, pathNot: [tests, '\\.d\\.ts$', '\\.json$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
};
