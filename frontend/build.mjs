// Builds webapp/static/vendor from the locked packages; the result is committed, so running the site needs no node.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

process.chdir(import.meta.dirname);
const out = '../webapp/static/vendor';
const copies = {
  bootstrap: ['dist/css/bootstrap.min.css', 'dist/js/bootstrap.bundle.min.js'],
  'htmx.org': ['dist/htmx.min.js'],
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const { metafile } = await build({
  entryPoints: { viewer: 'src/viewer.js' },
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2020',
  charset: 'utf8',
  legalComments: 'linked',
  mainFields: ['module', 'main'],
  metafile: true,
  logLevel: 'warning',
});

for (const [name, files] of Object.entries(copies)) {
  for (const file of files) {
    const text = readFileSync(`node_modules/${name}/${file}`, 'utf8').replace(/\n?\/[/*]# sourceMappingURL=.*$/m, '');
    writeFileSync(`${out}/${basename(file)}`, text);
  }
}
copyFileSync('node_modules/axe-core/axe.min.js', '../tests/journeys/axe.min.js');

// the licence of every package that reached the output
const folders = new Set([...Object.keys(copies), '@popperjs/core'].map((name) => `node_modules/${name}`));
for (const input of Object.keys(metafile.inputs)) {
  const found = input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/);
  if (found) folders.add(found[0]);
}
const rule = `\n${'='.repeat(72)}\n\n`;
const notices = [...folders].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? readFileSync(`${folder}/${file}`, 'utf8').replace(/\r\n/g, '\n').trim() : '(no licence file in the package)';
  return `${name} ${version} (${license})\n\n${text}\n`;
});
writeFileSync(`${out}/THIRD_PARTY_LICENSES.txt`, notices.join(rule));
console.log(`${notices.length} packages built into ${out}`);
