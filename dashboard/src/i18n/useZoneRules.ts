/** Asks the server for the rules of a zone that is shown, and shows times anew where they are news. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { api } from '@/api/client';
import { sayAnew } from '@/session/preferences';
import { noteRules, rulesOf } from './rules';

const DAY_MS = 86_400_000;

export function useZoneRules(zone: string | null): void {
  const { data } = useQuery({
    queryKey: ['zones.rules', zone],
    queryFn: ({ signal }) => api.zones.rules.query({ names: zone ? [zone] : [] }, { signal }),
    enabled: zone !== null,
    staleTime: DAY_MS,
    retry: false,
  });
  useEffect(() => {
    for (const { name, since, until, changes } of data ?? []) {
      const rules = {
        since: Date.parse(since),
        until: Date.parse(until),
        changes: changes.map(({ at, offsetS }) => [Date.parse(at), offsetS * 1000] as const),
      };
      if (JSON.stringify(rulesOf(name)) === JSON.stringify(rules)) continue;
      noteRules({ [name]: rules });
      sayAnew();
    }
  }, [data]);
}
