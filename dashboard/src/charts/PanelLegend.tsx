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
    const items = slicesOf(shape).map(({ name, share, colour, mark }, at) => ({
      ...{ key: `${mark}`, name, sign: 'slice' as const, group: colour, number: at + 1 },
      detail: format.percent(share),
    }));
    return items.length > 0 && <Legend items={items} />;
  }
  if (shape.groups.length < 2) return null;
  const sign = shape.type === 'scatter' ? 'point' : shape.type;
  const item = ({ key, name, place }: Group): LegendItem => ({ key, name, sign, group: place });
  const keys = shape.groups.map(({ key }) => key);
  return (
    <Legend
      items={shape.groups.map(item)}
      hidden={hidden}
      onToggle={(key) => {
        const next = new Set(hidden);
        if (!next.delete(key)) next.add(key);
        // Nothing at all is nothing to look at.
        onHide(next.size === keys.length ? new Set() : next);
      }}
      onAlone={(key) => {
        const isAlone = !hidden.has(key) && hidden.size === keys.length - 1;
        onHide(new Set(isAlone ? [] : keys.filter((each) => each !== key)));
      }}
    />
  );
}
