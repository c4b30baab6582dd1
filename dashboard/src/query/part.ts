import type { SourceSchema } from '@/api/client';
import type { Params } from './condition';
import type { PanelForm } from './form';

/** What each part of the form over a query is given. */
export interface PartProps {
  form: PanelForm;
  schema: SourceSchema;
  /** Of the whole query, which conditions may name. */
  params?: Params | undefined;
  /** Whether source, period and conditions are those of a report, which has controls for them. */
  isWithinCommon?: boolean;
  problemsOf: (place: string) => readonly string[];
  onChange: (form: PanelForm) => void;
}
