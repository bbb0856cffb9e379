// Bundle each page's modules and styles into one script and one style sheet: `node build.mjs [FOLDER]`.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, 'dist');
const PAGES = ['report', 'compare'];

await mkdir(folder, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: PAGES.flatMap((page) => [
    { in: `src/${page}/main.js`, out: page },
    { in: `src/styles/${page}.css`, out: page },
  ]),
  outdir: folder,
  bundle: true,
  format: 'iife',
  target: 'es2020',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
