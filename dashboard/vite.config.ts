import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const OUT = fileURLToPath(new URL('../iop_pipelines/api/static', import.meta.url));
const SRC = fileURLToPath(new URL('./src', import.meta.url));
const API_TYPES = fileURLToPath(new URL('../iop_pipelines/api/app-router.ts', import.meta.url));
const API = process.env.API_URL ?? 'http://127.0.0.1:3000';
const TEXT = /\.(js|css|html|svg|json|webmanifest)$/;

const bytesOf = (source: string | Uint8Array) =>
  typeof source === 'string' ? Buffer.from(source) : Buffer.from(source);

/** Writes into the service worker which files make the shell; its text changes when any of them does. */
function precache(): Plugin {
  return {
    name: 'iop-precache',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('the build has no service worker');
      const hash = createHash('sha256');
      const files: string[] = [];
      for (const [name, output] of Object.entries(bundle).sort(([a], [b]) => a.localeCompare(b))) {
        if (name === 'sw.js') continue;
        hash.update(name).update(output.type === 'chunk' ? output.code : bytesOf(output.source));
        files.push(name === 'index.html' ? '/' : `/${name}`);
      }
      const build = hash.digest('hex').slice(0, 16);
      worker.code = worker.code
        .replace(
          '__PRECACHE__',
          JSON.stringify([...files, '/manifest.webmanifest', '/icons/192.png']),
        )
        .replace('__SHELL__', JSON.stringify(build));
    },
  };
}

/** Compressed once here, so that no server spends its time on it; from the files as Vite left them. */
function compress(): Plugin {
  return {
    name: 'iop-compress',
    apply: 'build',
    async writeBundle() {
      const names = await readdir(OUT, { recursive: true });
      for (const name of names.filter((each) => TEXT.test(each))) {
        const path = join(OUT, name);
        const bytes = await readFile(path);
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
        await writeFile(`${path}.br`, brotliCompressSync(bytes, { params }));
        await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** Names what was built: what a device keeps of one build is not read by another. */
function sourceHash(): string {
  const hash = createHash('sha256').update(readFileSync(API_TYPES));
  const files = readdirSync(SRC, { recursive: true, withFileTypes: true });
  for (const file of files.filter((each) => each.isFile())) {
    hash.update(file.name).update(readFileSync(join(file.parentPath, file.name)));
  }
  return hash.digest('hex').slice(0, 12);
}

export default defineConfig({
  define: { __BUILD__: JSON.stringify(sourceHash()) },
  plugins: [react(), precache(), compress()],
  resolve: {
    alias: { '@': SRC },
  },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: { index: 'index.html', sw: 'src/sw/sw.ts' },
      output: {
        entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    proxy: { '/api': { target: API }, '/dagster': { target: API, ws: true } },
  },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
