/** Versions of one name, as one entry of the list. */
import type { AnalyticalModel, ModelStatus, ModelType } from '@/api/client';

export interface ModelGroup {
  name: string;
  /** The active version, else the newest. */
  shown: AnalyticalModel;
  /** Newest first. */
  versions: readonly AnalyticalModel[];
}

export interface ModelWish {
  text: string;
  type: ModelType | null;
  /** Of the version that is shown. */
  status: ModelStatus | null;
  /** By the version that came last, and not by name. */
  isNewestFirst?: boolean;
}

export function groupsOf(models: readonly AnalyticalModel[], wish: ModelWish): ModelGroup[] {
  const byName = new Map<string, AnalyticalModel[]>();
  for (const model of models) byName.set(model.name, [...(byName.get(model.name) ?? []), model]);
  const text = wish.text.trim().toLocaleLowerCase();
  return [...byName]
    .map(([name, found]) => groupOf(name, found))
    .filter(
      ({ name, shown }) =>
        (wish.type === null || shown.type === wish.type) &&
        (wish.status === null || shown.status === wish.status) &&
        [name, shown.description ?? '', shown.dataset ?? ''].some((part) =>
          part.toLocaleLowerCase().includes(text),
        ),
    )
    .sort((a, b) =>
      wish.isNewestFirst ? newestOf(b) - newestOf(a) : a.name.localeCompare(b.name),
    );
}

const newestOf = ({ versions }: ModelGroup) => versions[0]?.id ?? 0;

function groupOf(name: string, found: readonly AnalyticalModel[]): ModelGroup {
  const versions = [...found].sort((a, b) => b.id - a.id);
  const shown = versions.find(({ status }) => status === 'active') ?? versions[0];
  if (shown === undefined) throw new Error(`the model ${name} has no version`);
  return { name, shown, versions };
}

/** The version after the highest of `versions`: v1.2.0 after v1.1.3. */
export function nextVersion(versions: readonly string[]): string {
  const [major, minor] = versions
    .map((version) => /^v(\d+)\.(\d+)\.(\d+)$/.exec(version)?.slice(1).map(Number))
    .filter((parts) => parts !== undefined)
    .sort((a, b) => compare(b, a))[0] ?? [0, 0];
  return versions.length === 0 ? 'v1.0.0' : `v${major}.${(minor ?? 0) + 1}.0`;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const place = a.findIndex((part, at) => part !== b[at]);
  return place < 0 ? 0 : (a[place] ?? 0) - (b[place] ?? 0);
}
