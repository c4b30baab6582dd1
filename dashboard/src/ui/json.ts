/** Objects as text, for editors of JSON. */

export type JsonObject = Record<string, unknown>;

/** The object, or why there is none: `shape` for JSON that is no object, else the parser's words. */
export function readObject(text: string): [JsonObject | null, string | null] {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [value as JsonObject, null]
      : [null, 'shape'];
  } catch (error) {
    return [null, (error as Error).message];
  }
}

export const writeObject = (object: unknown) => JSON.stringify(object, null, 2);
