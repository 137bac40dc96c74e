// Keeps the page's own files on the device, all of one version, so that it opens without network.
// What the page asks of the API is never kept here.

const CACHE = `terminal-${"VERSION"}`;
const FILES = "FILES";
const PAGE = "/floor/page.html";

self.addEventListener("install", (event) => {
  const wanted = FILES.map((name) => new Request(`/floor/${name}`, { cache: "no-cache" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(wanted)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOldVersions().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  if (!address.pathname.startsWith("/floor/")) return;
  event.respondWith(kept(event.request, event.request.mode === "navigate" ? PAGE : address.pathname));
});

async function kept(request, name) {
  const cache = await caches.open(CACHE);
  return (await cache.match(name)) ?? fetch(request);
}

async function dropOldVersions() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("terminal-") && name !== CACHE).map((name) => caches.delete(name)));
}
