/** A dashboard to begin with, made of what the sources have. */
import type { NewPanel, PanelType, SourceSchema } from '@/api/client';
import { configOf } from '@/query/form';
import { labelOf } from '@/query/labels';
import { startOf } from '@/query/starts';

/** titleOf: of a panel, from what it measures and by what. */
export function exampleOf(
  schemas: readonly SourceSchema[],
  titleOf: (measure: string, by: string | null) => string,
): NewPanel[] {
  return schemas.slice(0, 2).flatMap((schema) => {
    const types: PanelType[] = ['metric', 'line', 'bar', 'pie'];
    const label = (name: string) => labelOf(schema, name);
    return types.flatMap((type): NewPanel[] => {
      const form = startOf(type, schema);
      const [group] = form.groups;
      if (type !== 'metric' && !group) return [];
      const measure = form.measures[0]?.measure;
      return [
        {
          title: titleOf(
            measure ? label(measure) : schema.label,
            group ? label(group.field) : null,
          ),
          type,
          queryConfig: configOf(form, schema),
          refreshS: 60,
          width: type === 'metric' || type === 'line' ? 12 : 6,
        },
      ];
    });
  });
}
