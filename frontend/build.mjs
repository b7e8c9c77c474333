// Builds webapp/static/vendor from the locked packages; the result is committed, so running the site needs no node.
import { build } from 'esbuild';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';

process.chdir(import.meta.dirname);
const out = '../webapp/static/vendor';
const copies = {
  bootstrap: ['dist/css/bootstrap.min.css', 'dist/js/bootstrap.bundle.min.js'],
  'htmx.org': ['dist/htmx.min.js'],
};

// The typeface of the letters and dossiers that are set as PDF (webapp/typeset.py): whole, names have rare characters.
const typefaces = {
  '@expo-google-fonts/noto-serif-sc': { '400Regular/NotoSerifSC_400Regular.ttf': 'fonts/NotoSerifSC-Regular.ttf' },
};

// CodeMirror (the cell editor of dmn-js, the FEEL field of the panel) writes a <style> element unless its root is a
// shadow root. Constructed style sheets do the same and need no 'unsafe-inline'.
const cspStyles = {
  name: 'csp-styles',
  setup(plan) {
    plan.onLoad({ filter: /style-mod[\\/]src[\\/]style-mod\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replace('if (!root.head && root.adoptedStyleSheets', 'if (root.adoptedStyleSheets');
      if (contents === text) throw new Error('style-mod has changed: look at csp-styles again');
      return { contents, loader: 'js' };
    });
  },
};

const { metafile, outputFiles } = await build({
  entryPoints: {
    viewer: 'src/viewer.js', modeler: 'src/modeler.js', dmn: 'src/dmn.js', charts: 'src/charts.js',
  },
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2020',
  charset: 'utf8',
  legalComments: 'linked',
  mainFields: ['module', 'main'],
  loader: { '.woff2': 'file', '.woff': 'empty', '.ttf': 'empty', '.eot': 'empty', '.svg': 'empty' },
  assetNames: 'fonts/[name]-[hash]',
  plugins: [cspStyles],
  metafile: true,
  write: false,
  logLevel: 'warning',
});

// file name → content; written at the very end, so that a page served meanwhile never misses one
const files = new Map(outputFiles.map(({ path, contents }) => [relative(resolve(out), path), contents]));
for (const [name, wanted] of Object.entries(copies)) {
  for (const file of wanted) {
    const text = readFileSync(`node_modules/${name}/${file}`, 'utf8').replace(/\n?\/[/*]# sourceMappingURL=.*$/m, '');
    files.set(basename(file), text);
  }
}
for (const [name, wanted] of Object.entries(typefaces)) {
  for (const [file, kept] of Object.entries(wanted)) files.set(kept, readFileSync(`node_modules/${name}/${file}`));
}
copyFileSync('node_modules/axe-core/axe.min.js', '../tests/journeys/axe.min.js');

// the licence of every package that reached the output
const folders = new Set([...Object.keys({ ...copies, ...typefaces }), '@popperjs/core'].map((name) => `node_modules/${name}`));
for (const input of Object.keys(metafile.inputs)) {
  const found = input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/);
  if (found) folders.add(found[0]);
}
const rule = `\n${'='.repeat(72)}\n\n`;
const notices = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  const found = entries.map((entry) => entry.name).filter((entry) => /^licen[cs]e/i.test(entry)).sort();
  const texts = found.map((file) => readFileSync(`${folder}/${file}`, 'utf8').replace(/\r\n/g, '\n').trim());
  const text = texts.join('\n\n') || '(no licence file in the package)';
  return `${name} ${version} (${license})\n\n${text}\n`;
});
files.set('THIRD_PARTY_LICENSES.txt', notices.join(rule));

for (const [name, content] of files) {
  mkdirSync(dirname(`${out}/${name}`), { recursive: true });
  writeFileSync(`${out}/${name}`, content);
}
for (const name of existsSync(out) ? readdirSync(out, { recursive: true }) : []) {
  if (!files.has(name) && /\.\w+$/.test(name)) rmSync(`${out}/${name}`);
}
console.log(`${notices.length} packages built into ${out}`);
