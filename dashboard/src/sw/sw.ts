/**
 * The shell of the app, kept on the device. Answers of the API are never kept here: their address does not say
 * whose they are. What was read of them is kept by user, see offline/seen.ts.
 */
export {};

declare const self: ServiceWorkerGlobalScope;

// Written in by the build: see vite.config.ts.
declare const __PRECACHE__: string[];
declare const __SHELL__: string;

const CACHE = `shell-${__SHELL__}`;
const SERVER = /^\/(api|dagster|static|metrics)(\/|$)/;

self.addEventListener('install', (event) => {
  event.waitUntil(fill());
});

async function fill() {
  const cache = await caches.open(CACHE);
  await cache.addAll(__PRECACHE__.map((path) => new Request(path, { cache: 'no-cache' })));
}

self.addEventListener('activate', (event) => {
  event.waitUntil(replace());
});

async function replace() {
  for (const name of await caches.keys()) {
    if (name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

// The page asks its reader before it changes under their hands. One that was on its way while this worker began
// was not there to be claimed, and asks for it.
self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting();
  if (event.data === 'claim') event.waitUntil(self.clients.claim());
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(showNotifications());
});

async function showNotifications() {
  const [open] = await self.clients.matchAll({ type: 'window' });
  const shown = await open?.navigate('/notifications');
  await (shown ? shown.focus() : self.clients.openWindow('/notifications'));
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (SERVER.test(url.pathname)) return;
  event.respondWith(answer(request, request.mode === 'navigate' ? '/' : url.pathname));
});

async function answer(request: Request, path: string) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
