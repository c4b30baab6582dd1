/** The fill of a bar: its colour, with stripes for eyes that do not tell colours apart. */
import { colourOf, stripesOf } from './shape';

export function Stripes({ id, place }: { id: string; place: number }) {
  const [path, size] = stripesOf(place);
  return (
    <pattern id={id} width={size} height={size} patternUnits="userSpaceOnUse">
      <rect width={size} height={size} fill={colourOf(place)} />
      {path && <path d={path} stroke="var(--surface)" strokeWidth="1" />}
    </pattern>
  );
}
