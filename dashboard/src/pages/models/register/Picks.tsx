/** Names to choose from; the chosen ones keep the order in which they were chosen. */
import { CheckField } from '@/ui/CheckField';
import { Fields, Group, Refused } from '@/ui/Form';

export function Picks({
  legend,
  names,
  chosen,
  isOrdered = false,
  problems,
  onChange,
}: {
  legend: string;
  names: readonly string[];
  chosen: readonly string[];
  isOrdered?: boolean;
  problems: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}) {
  return (
    <Group legend={legend}>
      <Fields>
        {names.map((name) => (
          <CheckField
            key={name}
            label={isOrdered && chosen[0] === name ? `${name} (1)` : name}
            checked={chosen.includes(name)}
            onChange={(event) =>
              onChange(
                event.target.checked ? [...chosen, name] : chosen.filter((each) => each !== name),
              )
            }
          />
        ))}
      </Fields>
      {problems.length > 0 && <Refused title={problems[0] ?? ''} problems={problems.slice(1)} />}
    </Group>
  );
}
