/** How far something is that takes its time; announced to screen readers whenever it moves on. */
import css from './steps.module.css';

/** reached: the place of the last step that was reached, -1 for none. */
export function Steps({
  label,
  steps,
  reached,
  isFailed,
  now,
}: {
  label: string;
  steps: readonly string[];
  reached: number;
  isFailed: boolean;
  /** The present state in a word. */
  now: string;
}) {
  return (
    <>
      <ol className={css.steps} aria-label={label}>
        {steps.map((step, place) => (
          <li
            key={step}
            data-reached={place <= reached || undefined}
            data-failed={(isFailed && place === steps.length - 1) || undefined}
            aria-current={place === reached ? 'step' : undefined}
          >
            {step}
          </li>
        ))}
      </ol>
      <p className="visually-hidden" role="status">
        {now}
      </p>
    </>
  );
}
