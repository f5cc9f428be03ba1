import tseslint from 'typescript-eslint';

/** Folders that must be reproducible from the seed alone: docs/DETERMINISM.md. */
const deterministic = [
  'model/**/*.ts',
  'sim/**/*.ts',
  'properties/**/*.ts',
  'scenarios/**/*.ts',
  'reports/**/*.ts',
];

/** Each folder and those that it may not import: the one-way street of ARCHITECTURE.md. */
const forbiddenImports = {
  model: ['sim', 'properties', 'scenarios', 'reports', 'cli', 'bench'],
  sim: ['properties', 'scenarios', 'reports', 'cli', 'bench'],
  properties: ['scenarios', 'reports', 'cli', 'bench'],
  scenarios: ['properties', 'reports', 'cli', 'bench'],
  reports: ['scenarios', 'cli', 'bench'],
};

const layers = Object.entries(forbiddenImports).map(([folder, forbidden]) => ({
  files: [`${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: forbidden.map((name) => `**/${name}/**`),
            message: `${folder}/ may not import from there: imports run one way (ARCHITECTURE.md).`,
          },
        ],
      },
    ],
  },
}));

const ambient = (object, property) => ({
  object,
  property,
  message: 'Ambient time and chance are banned here (docs/DETERMINISM.md).',
});

export default tseslint.config(
  { ignores: ['dist/**', 'coverage/**', 'node_modules/**', '.dependency-cruiser.cjs'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
      ],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 5],
      eqeqeq: 'error',
    },
  },
  {
    files: deterministic,
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ambient('Date', 'now'),
        ambient('Math', 'random'),
        ambient('performance', 'now'),
        ambient('process', 'hrtime'),
        ambient('crypto', 'randomUUID'),
        ambient('crypto', 'getRandomValues'),
        // Engines may differ in the last bit of these (docs/DETERMINISM.md).
        ambient('Math', 'log'),
        ambient('Math', 'exp'),
        ambient('Math', 'pow'),
        ambient('Math', 'sin'),
        ambient('Math', 'cos'),
      ],
      'no-restricted-globals': [
        'error',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'queueMicrotask',
        'performance',
        'process',
      ],
    },
  },
  {
    files: ['**/*.test.ts', '*.config.ts', 'eslint.config.js'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': 'off',
      'no-restricted-syntax': 'off',
      'no-restricted-imports': 'off',
    },
  },
  ...layers,
);
