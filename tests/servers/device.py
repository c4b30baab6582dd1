"""What a browser has kept on its device, for tests of what is read without a network."""

from playwright.sync_api import Page

from served_app import wait_until

# Playwright's own waiting takes a promise for true: what is asynchronous is evaluated, which waits for it.
_KEPT = """async () => {
  const names = await caches.keys();
  const hasShell = names.some((name) => name.startsWith('shell-'));
  if (!hasShell || !navigator.serviceWorker.controller) return [];
  const open = indexedDB.open('iop');
  const db = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const get = db.transaction('kept').objectStore('kept').get('seen');
  const seen = await new Promise((done) => { get.onsuccess = () => done(get.result); });
  db.close();
  return (seen?.clientState.queries ?? []).map((each) => JSON.stringify(each.queryKey));
}"""


def wait_until_kept(page: Page, key: str) -> None:
    """Until the worker that serves the shell has it, and an answer whose key begins so is written.

    key: JSON without spaces, such as `["recommendations.list"`.
    """
    page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    wait_until(lambda: any(each.startswith(key) for each in page.evaluate(_KEPT)))
