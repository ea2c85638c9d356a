// Bundles pkg/, js/ and styles/ into dist/: content-hashed names, index.html that names them, brotli and gzip siblings,
// and a check of what a first visit and each later part of the program download.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

// What a first visit may download, and what each part that is loaded later may: brotli. Above it the build fails.
const LIMIT = 350 * 1024;
const small = process.argv[2] !== 'dev';
const dist = 'dist';
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const hash = bytes => createHash('sha256').update(bytes).digest('hex').slice(0, 10);
const put = (stem, ext, bytes) => {
  const name = `${stem}-${hash(bytes)}.${ext}`;
  writeFileSync(`${dist}/${name}`, bytes);
  return name;
};

const css = execFileSync('node_modules/.bin/tailwindcss', ['-i', 'styles/app.css', ...(small ? ['--minify'] : [])], { stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 26 });
// The parts that src/parts.rs declares, and what several of them share. The splitter's script names the files.
const parts = {};
const renamed = readdirSync('pkg').filter(n => n.endsWith('.wasm') && n !== 'main_bg.wasm').map(n => {
  const name = put(n.replace(/^split_|\.wasm$/g, ''), 'wasm', readFileSync(`pkg/${n}`));
  parts[n.replace(/^split_|\.wasm$/g, '')] = `/${name}`;
  return [n, name];
});
const linker = { name: 'split', setup: b => b.onLoad({ filter: /__wasm_split\.js$/ }, ({ path }) => ({
  contents: renamed.reduce((text, [from, to]) => text.replaceAll(`"./${from}"`, `"./${to}"`), readFileSync(path, 'utf8')), loader: 'js',
})) };
const result = await build({
  plugins: [linker],
  entryPoints: { main: 'js/main.js' }, bundle: true, format: 'esm', splitting: true, minify: small, metafile: true,
  loader: { '.wasm': 'file' }, outdir: dist, entryNames: '[name]-[hash]', chunkNames: '[name]-[hash]', assetNames: 'app-[hash]',
  // wasm-bindgen names a module once per import of it.
  target: 'es2022', logLevel: 'warning', logOverride: { 'duplicate-object-key': 'silent' }, legalComments: 'none',
});
const outputs = Object.entries(result.metafile.outputs).map(([path, o]) => ({ name: path.slice(dist.length + 1), ...o }));
const main = outputs.find(o => o.entryPoint === 'js/main.js').name;
const wasm = outputs.find(o => o.name.endsWith('.wasm')).name;
const names = {
  css: put('app', 'css', css), theme: put('theme', 'js', readFileSync('js/theme.js', 'utf8').replace('{{parts}}', JSON.stringify(parts))),
  icon: put('icon', 'svg', readFileSync('js/icon.svg')), main, wasm,
  ...Object.fromEntries(['icon192', 'icon512', 'maskable'].map(n => [n, put(n, 'png', readFileSync(`js/${n}.png`))])),
};
// Modules that the entry imports statically are part of the first visit too.
const statics = new Set([main]);
for (const o of outputs) if (statics.has(o.name)) for (const i of o.imports) if (i.kind === 'import-statement') statics.add(i.path.slice(dist.length + 1));
const preload = [...statics].map(n => `<link rel="modulepreload" href="/${n}">`).join('');
// All files have the hash of their content in their name, so that their names are the version of the whole.
const files = readdirSync(dist).sort();
const template = readFileSync('index.html', 'utf8');
const version = hash(files.join() + template);
const fill = text => text.replace(/\{\{(\w+)\}\}/g, (_, k) => ({ preload, version, files: JSON.stringify(['/manifest.webmanifest', ...files.map(f => `/${f}`)]) })[k] ?? `/${names[k]}`);
writeFileSync(`${dist}/index.html`, fill(template));
writeFileSync(`${dist}/manifest.webmanifest`, fill(readFileSync('js/manifest.json', 'utf8')));
writeFileSync(`${dist}/sw.js`, fill(readFileSync('js/sw.js', 'utf8')));

let first = 0;
const firstLoad = new Set(['index.html', names.css, names.theme, names.icon, wasm, ...statics]);
const large = [];
for (const name of readdirSync(dist).sort()) {
  const bytes = readFileSync(`${dist}/${name}`);
  const q = small ? 11 : 4;
  const br = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: q, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  writeFileSync(`${dist}/${name}.br`, br);
  writeFileSync(`${dist}/${name}.gz`, gzipSync(bytes, { level: small ? 9 : 4 }));
  if (firstLoad.has(name)) first += br.length;
  else if (br.length > LIMIT) large.push(name);
  console.log(`${(br.length / 1024).toFixed(1).padStart(8)} KB br ${(bytes.length / 1024).toFixed(0).padStart(6)} KB  ${name}${firstLoad.has(name) ? '' : '  (later)'}`);
}
console.log(`first load ${(first / 1024).toFixed(1)} KB brotli, limit ${LIMIT / 1024} KB`);
if (small && first > LIMIT) large.push('the first load');
if (small && large.length) { console.error(`above the limit: ${large.join(', ')}`); process.exit(1); }
