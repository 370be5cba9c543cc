import { relative } from 'node:path';
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import ts from 'typescript-eslint';

/**
 * The arrows of the tree: what each package may import of ours. Anything else of ours, a path inside another package,
 * and an import of an app are refused. `tests/*` may use everything but an app's inside.
 */
const mayImport = {
  'libs/contracts': [],
  'libs/phone': [],
  'libs/calls': ['contracts', 'phone'],
  'libs/amocrm': [],
  'libs/kafka': [],
  'libs/postgres': [],
  'libs/service': ['kafka', 'postgres'],
  'libs/credentials': ['amocrm', 'postgres'],
  'apps/settings-api': ['contracts', 'phone', 'calls', 'kafka', 'postgres', 'service', 'credentials', 'amocrm'],
  // Types alone: what is checked at run time is checked by the service.
  'apps/settings-web': ['contracts'],
  'apps/call-ingest': ['contracts', 'phone', 'kafka', 'postgres', 'service', 'credentials'],
  'apps/decision-engine': ['contracts', 'phone', 'calls', 'kafka', 'postgres', 'service'],
  'apps/amocrm-writer': ['contracts', 'phone', 'calls', 'amocrm', 'kafka', 'postgres', 'service', 'credentials'],
  'apps/amocrm-emulator': [],
  'apps/pbx-simulator': ['contracts', 'kafka'],
  'local': [],
  'tests/e2e': ['contracts', 'local', 'kafka', 'postgres'],
  'tests/bench': ['contracts', 'local', 'kafka', 'postgres', 'phone', 'calls', 'credentials', 'call-ingest'],
  'tests/chaos': ['contracts', 'local', 'kafka', 'postgres', 'calls', 'credentials', 'amocrm', 'amocrm-emulator'],
};

/** What a package's specs may import on top: servers that a spec must be able to kill are its own. */
const specsMayImport = {
  'libs/amocrm': ['amocrm-emulator'],
  'libs/kafka': ['local'],
  'apps/settings-api': ['amocrm-emulator'],
  'apps/call-ingest': ['local', 'pbx-simulator'],
  'apps/decision-engine': ['local'],
  'apps/amocrm-writer': ['local', 'amocrm-emulator'],
};

/** Outside packages that only some of ours may touch, so that a successor can be put in their place. */
const fenced = {
  'kafkajs': ['libs/kafka', 'tests/bench', 'tests/chaos'],
  'axios': ['libs/amocrm'],
  'libphonenumber-js': ['libs/phone'],
};

const here = import.meta.dirname;
const project = relative(here, process.cwd()).replaceAll('\\', '/');
const projects = Object.keys(mayImport).filter((p) => project === '' || p === project);

const boundaries = projects.flatMap((p) => {
  const base = project === '' ? `${p}/` : '';
  const specs = [`${base}**/*.spec.ts`, `${base}**/src/spec/**/*.ts`];
  return [
    { files: [`${base}**/*.ts`, `${base}**/*.tsx`], ignores: specs, rules: importRules(p, mayImport[p]) },
    { files: specs, rules: importRules(p, [...mayImport[p], ...(specsMayImport[p] ?? [])]) },
  ];
});

function importRules(p, names) {
  const allowed = new Set(names.map((name) => `@perezvon/${name}`));
  const forbidden = Object.keys(mayImport)
    .map((other) => `@perezvon/${other.split('/').at(-1)}`)
    .filter((name) => !allowed.has(name));
  return {
    'no-restricted-imports': [
      'error',
      {
        paths: [
          ...forbidden.map((name) => ({
            name,
            message: `${p} may not import ${name}: see mayImport in eslint.config.mjs`,
          })),
          ...Object.entries(fenced)
            .filter(([, who]) => !who.includes(p))
            .map(([name, who]) => ({ name, message: `only ${who.join(', ')} may import ${name}` })),
        ],
        patterns: [{ group: ['@perezvon/*/*'], message: "a package's index is its contract" }],
      },
    ],
  };
}

export default ts.config(
  { ignores: ['**/dist/**', '**/coverage/**', '**/*.html'] },
  js.configs.recommended,
  ...ts.configs.recommendedTypeChecked,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { globals: globals.node, parserOptions: { projectService: true, tsconfigRootDir: here } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  { files: ['**/*.tsx'], ...reactHooks.configs.flat.recommended, languageOptions: { globals: globals.browser } },
  // Nest takes a constructor's classes from the emitted metadata: a type-only import would erase them.
  { files: ['apps/**/*.ts', 'src/**/*.ts'], rules: { '@typescript-eslint/consistent-type-imports': 'off' } },
  {
    files: ['**/*.mjs', '**/*.js'],
    ...ts.configs.disableTypeChecked,
    languageOptions: { globals: { ...globals.node } },
  },
  // The emulator's page runs in the browser as it is written; its types are checked by tsconfig.page.json.
  { files: ['**/src/page/browser/*.js'], languageOptions: { globals: globals.browser } },
  { files: ['**/public/*.js'], languageOptions: { globals: globals.browser } },
  ...boundaries,
  prettier,
);
