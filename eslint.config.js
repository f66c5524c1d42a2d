import hooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** The house rules of docs/architecture.md: which room may import what. */
const room = (files, patterns, message) => ({
  files,
  ignores: ['**/*.test.ts', '**/*.test.tsx'],
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] },
});

export default tseslint.config(
  { ignores: ['dist', 'node_modules', '.venv', 'runs', '.cache', 'e2e/artefacts', 'public'] },
  ...tseslint.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  { files: ['src/**/*.{ts,tsx}'], plugins: { 'react-hooks': hooks }, rules: hooks.configs.recommended.rules },
  {
    files: ['src/**/*.tsx'],
    rules: {
      'no-restricted-syntax': ['error',
        { selector: 'JSXText[value=/^(?!.*DPAR Studio).*[a-z]{4}/s]', message: 'Texts go through t() or rich() of src/text.' },
        { selector: 'JSXAttribute[name.name=/^(aria-label|aria-valuetext|alt|title|placeholder)$/] > Literal[value=/^(?!https:).*[a-z]{3}/]', message: 'Names go through t() of src/text.' },
      ],
    },
  },
  room(['engine/**/*.ts'], ['react', 'react-*', 'onnxruntime-*', 'comlink', 'zustand*', 'node:*', '../src/*', '../workers/*', '../packs/*', '../node/*'], 'engine/ is pure TypeScript'),
  room(['packs/**/*.ts'], ['react', 'react-*', 'onnxruntime-*', 'comlink', 'zustand*', 'node:*', '../src/*', '../workers/*', '../node/*'], 'packs/ fetches and keeps files: it knows neither the page nor sessions'),
  room(['workers/**/*.ts'], ['react', 'react-*', 'zustand*', 'node:*', '../src/*', '../node/*'], 'workers/ knows neither the page nor Node'),
  room(['fixtures/**/*.ts'], ['**/src/*', '**/workers/*', '**/packs/*', '**/node/*'], 'fixtures/ serves the tests of every room'),
  room(['node/**/*.ts', 'bench/**/*.ts'], ['**/src/*'], 'node/ and bench/ know nothing of the page'),
  room(['src/**/*.{ts,tsx}'], ['onnxruntime-*', 'node:*', '**/node/*'], 'src/ reaches the model only through the worker'),
  room(['src/ui/**/*.{ts,tsx}', 'src/lib/**/*.{ts,tsx}'], ['onnxruntime-*', 'node:*', '**/node/*', '**/views/*', '**/state/*'], 'src/ui and src/lib know neither views nor the state of the studio'),
);
