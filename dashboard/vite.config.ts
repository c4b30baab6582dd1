import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin, type Rollup } from 'vite';

const OUT = fileURLToPath(new URL('../iop_pipelines/api/static', import.meta.url));
const SRC = fileURLToPath(new URL('./src', import.meta.url));
const ENTRY = fileURLToPath(new URL('./index.html', import.meta.url));
const LATER = fileURLToPath(new URL('./src/app/later.tsx', import.meta.url));
const HOME = fileURLToPath(new URL('./src/pages/home/index.tsx', import.meta.url));
const API_TYPES = fileURLToPath(new URL('../iop_pipelines/api/app-router.ts', import.meta.url));
const API = process.env.API_URL ?? 'http://127.0.0.1:3000';
const TEXT = /\.(js|css|html|svg|json|webmanifest)$/;

const PARTS = /\/src\/(ui|session|api)\//;
const PAGES = /\/src\/pages\//;
// Parts of a library that the entry imports as a whole; only pages have a use for these.
const FOR_PAGES =
  /query\/build\/modern\/use(Mutation|Queries|InfiniteQuery)|query-core\/build\/modern\/(mutation|queries|infiniteQuery)Observer/;
// Of these, what Home has no use for.
const FOR_OTHERS = /use(Queries|InfiniteQuery)|(queries|infiniteQuery)Observer/;

type Graph = Pick<Rollup.PluginContext, 'getModuleInfo'>;

// The server's own; nobody can fetch it.
const PRELOADS = 'preloads.json';
const PAGE = /\/src\/pages\/(\w+)\/index\.tsx$/;
// Pages whose address is not their folder's name.
const SECTIONS: Record<string, string> = { home: '', signin: 'sign-in' };
// Chunks that a page loads by itself as soon as it runs.
const SOON: Record<string, string> = { dashboards: 'plots' };

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
        if (name === 'sw.js' || name === PRELOADS) continue;
        hash.update(name).update(output.type === 'chunk' ? output.code : bytesOf(output.source));
        files.push(name === 'index.html' ? '/' : `/${name}`);
      }
      const build = hash.digest('hex').slice(0, 16);
      worker.code = worker.code
        .replace(
          '__PRECACHE__',
          JSON.stringify([
            ...files,
            ...['/manifest.webmanifest', '/icons/192.png', '/icons/icon.svg'],
          ]),
        )
        .replace('__SHELL__', JSON.stringify(build));
    },
  };
}

/**
 * Names for the server, by the first part of an address, the files that its page needs, those of every page
 * first, so that a browser fetches them all at once and not after it has read or run others.
 */
function preloads(): Plugin {
  return {
    name: 'iop-preloads',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
      const filesOf = (name: string): string[] => {
        const chunk = chunks.find(({ fileName }) => fileName === name);
        if (!chunk) throw new Error(`the build has no chunk ${name}`);
        const css = [...(chunk.viteMetadata?.importedCss ?? [])];
        return [name, ...css, ...chunk.imports.flatMap(filesOf)];
      };
      const entry = chunks.find((each) => each.isEntry && each.name === 'index');
      if (!entry) throw new Error('the build has no entry');
      const first = filesOf(entry.fileName);
      const found: Record<string, string[]> = {};
      for (const { fileName, facadeModuleId } of chunks) {
        const area = PAGE.exec(facadeModuleId ?? '')?.[1];
        if (!area) continue;
        const soon = chunks.filter(({ name }) => name === SOON[area]);
        const needed = [fileName, ...soon.map((each) => each.fileName)].flatMap(filesOf);
        const files = new Set([...first, ...needed]);
        found[SECTIONS[area] ?? area] = [...files];
      }
      this.emitFile({ type: 'asset', fileName: PRELOADS, source: JSON.stringify(found) });
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

interface Needs {
  entry: string;
  but: (id: string) => boolean;
}

/** One chunk of all that the modules at `entry` cannot run without: many small ones compress worse. */
function together(name: string, ...needs: readonly Needs[]) {
  let needed: Set<string> | undefined;
  return {
    debugName: name,
    name: (id: string, graph: Graph): string | null => {
      needed ??= new Set(
        needs.flatMap(({ entry, but }) =>
          [...closureOf(entry, graph)].filter((each) => !but(each)),
        ),
      );
      return needed.has(id) ? name : null;
    },
  };
}

const isForPages = (id: string) => FOR_PAGES.test(id);

function closureOf(entry: string, graph: Graph): Set<string> {
  const found = new Set<string>();
  const waiting = [entry];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}

export default defineConfig({
  define: { __BUILD__: JSON.stringify(sourceHash()) },
  plugins: [react(), precache(), preloads(), compress()],
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
        codeSplitting: {
          groups: [
            together('first', { entry: ENTRY, but: isForPages }),
            // What other pages share with Home, which loads nothing of theirs: most see it first.
            together(
              'shared',
              { entry: HOME, but: (id) => PAGES.test(id) || FOR_OTHERS.test(id) },
              { entry: LATER, but: (id) => !PARTS.test(id) },
            ),
            { name: 'parts', test: (id) => PARTS.test(id) || FOR_PAGES.test(id) },
            together('later', { entry: LATER, but: isForPages }),
          ],
        },
        entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: {
    proxy: { '/api': { target: API }, '/dagster': { target: API, ws: true } },
  },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts'],
    // Style sheets are empty in tests, but for those that read one as text.
    css: { include: /\.css\?raw$/ },
  },
});
