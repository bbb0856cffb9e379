import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['node_modules/', 'dist/'] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      complexity: ['error', 15],
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
      'max-lines': ['error', 400],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 5],
      'no-implicit-globals': 'error',
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Make elements with h(): text must never become markup.' },
        { property: 'outerHTML', message: 'Make elements with h(): text must never become markup.' },
        { property: 'insertAdjacentHTML', message: 'Make elements with h(): text must never become markup.' },
      ],
      'no-shadow': 'error',
      'no-use-before-define': ['error', { functions: false, variables: false }],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
  { files: ['src/**'], languageOptions: { globals: { ...globals.browser, maplibregl: 'readonly' } } },
  { files: ['tests/**', '*.mjs'], languageOptions: { globals: globals.node } },
];
