/** Small notes in localStorage; where the browser refuses it, they live as long as the page. */
const spare = new Map<string, string>();

export function readNote(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? spare.get(key) ?? null;
  } catch {
    return spare.get(key) ?? null;
  }
}

export function writeNote(key: string, value: string | null) {
  if (value === null) spare.delete(key);
  else spare.set(key, value);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Full or forbidden: the spare has it.
  }
}

/** What the note holds, if it is an object in JSON. */
export function readJson<T extends object>(key: string): Partial<T> | null {
  try {
    const value: unknown = JSON.parse(readNote(key) ?? 'null');
    return typeof value === 'object' && value !== null ? (value as Partial<T>) : null;
  } catch {
    return null;
  }
}
