import tseslint from 'typescript-eslint';

// Which folder may import which is held by `npm run layering`: .dependency-cruiser.cjs.

/** Folders whose results follow from the seed alone: docs/DETERMINISM.md. */
const deterministic = [
  'model/**/*.ts',
  'agents/**/*.ts',
  'sim/**/*.ts',
  'properties/**/*.ts',
  'scenarios/**/*.ts',
  'reports/**/*.ts',
];

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only.',
};

const banned = (object, property, message) => ({ object, property, message });
const ambient = 'Ambient time and chance are banned here (docs/DETERMINISM.md).';
const inexact = 'Engines may differ in the last bit of this (docs/DETERMINISM.md).';

/** The functions of Math whose result ECMAScript leaves to the implementation. */
const inexactFunctions = [
  ...['acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cbrt', 'cos', 'cosh', 'exp'],
  ...['expm1', 'hypot', 'log', 'log10', 'log1p', 'log2', 'pow', 'sin', 'sinh', 'tan', 'tanh'],
];

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**', '.demo/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-restricted-syntax': ['error', noDefaultExport],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 5],
      eqeqeq: 'error',
    },
  },
  {
    files: deterministic,
    // The lab's page is a program of a browser; what it computes, it computes with these folders.
    // Processes are in real time: agents/process/ holds them to it, and nothing else in there.
    ignores: ['**/*.test.ts', 'reports/lab/**', 'agents/process/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        banned('Math', 'random', ambient),
        ...inexactFunctions.map((name) => banned('Math', name, inexact)),
        { property: 'localeCompare', message: 'Locales differ from machine to machine.' },
        { property: 'toLocaleString', message: 'Locales differ from machine to machine.' },
      ],
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        { selector: 'BinaryExpression[operator="**"]:not([left.bigint])', message: inexact },
        { selector: 'AssignmentExpression[operator="**="]', message: inexact },
        { selector: 'ForInStatement', message: 'Use Object.entries: its order is promised.' },
      ],
      'no-restricted-globals': [
        'error',
        ...['Date', 'performance', 'process', 'crypto', 'Intl', 'globalThis', 'WeakRef'].map(
          (name) => ({ name, message: ambient }),
        ),
        ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Promise'].map(
          (name) => ({ name, message: 'Only the event queue decides what runs when.' }),
        ),
      ],
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': 'off' },
  },
  {
    files: ['*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
