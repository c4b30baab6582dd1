/** What each colour and sign is; of several series each can be hidden, and one shown alone. */
import { useFormat } from '@/i18n/format';
import type { Group, Shape } from './kinds';
import { Legend, type LegendItem } from './Legend';
import { slicesOf } from './slices';

export function PanelLegend({
  shape,
  hidden,
  onHide,
}: {
  shape: Shape;
  hidden: ReadonlySet<string>;
  onHide: (hidden: ReadonlySet<string>) => void;
}) {
  const format = useFormat();
  if (shape.type === 'pie') {
    const items = slicesOf(shape).map(({ name, share, colour }, at) => ({
      ...{ name, sign: 'slice' as const, group: colour, number: at + 1 },
      detail: format.percent(share),
    }));
    return items.length > 0 && <Legend items={items} />;
  }
  if (shape.groups.length < 2) return null;
  const sign = shape.type === 'scatter' ? 'point' : shape.type;
  const item = ({ name, place }: Group): LegendItem => ({ name, sign, group: place });
  const names = shape.groups.map(({ name }) => name);
  return (
    <Legend
      items={shape.groups.map(item)}
      hidden={hidden}
      onToggle={(name) => {
        const next = new Set(hidden);
        if (!next.delete(name)) next.add(name);
        // Nothing at all is nothing to look at.
        onHide(next.size === names.length ? new Set() : next);
      }}
      onAlone={(name) => {
        const isAlone = !hidden.has(name) && hidden.size === names.length - 1;
        onHide(new Set(isAlone ? [] : names.filter((each) => each !== name)));
      }}
    />
  );
}
