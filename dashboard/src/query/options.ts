export interface Option {
  value: string;
  label: string;
}

/** What is chosen is among the choices even if it is gone, or never was there. */
export const withPresent = (
  options: readonly Option[],
  value = '',
  label = value,
): readonly Option[] =>
  options.some((each) => each.value === value) ? options : [{ value, label }, ...options];
