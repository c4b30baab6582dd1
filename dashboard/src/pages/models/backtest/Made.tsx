/** A backtest that is done: the sentence, the slider that moves list and chart, and the figures. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BacktestContent, BacktestResult, Thing } from '@/api/client';
import { BandChart } from '@/charts/BandChart';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import css from './backtest.module.css';
import { Figures } from './Figures';
import { firstStop, listAt, pointsOf, sayEmpty, saySentence, shownSeries } from './lists';
import { backtestLineQuery, backtestResultQuery } from './queries';
import { Slider } from './Slider';
import { Told } from './Told';
import { backtestWords } from './words';

export function Made({ id }: { id: number }) {
  const query = useQuery(backtestResultQuery(id));
  return (
    <Loaded query={query} height={30}>
      {({ content, ...rest }) =>
        content && <Shown content={content} result={{ content, ...rest }} />
      }
    </Loaded>
  );
}

function Shown({ content, result }: { content: BacktestContent; result: BacktestResult }) {
  const t = useWords(backtestWords);
  const format = useFormat();
  const [stop, setStop] = useState(() => firstStop(content));
  const [chosen, setChosen] = useState<string | null>(null);
  const list = listAt(content, stop);
  const series = shownSeries(chosen, result.series, list.things);
  return (
    <>
      <Card title={t.list}>
        <Stack>
          <p className={css.sentence} aria-live="polite">
            {saySentence(content, list, t, format)}
          </p>
          {content.budget !== null && <Slider content={content} stop={stop} onStop={setStop} />}
          {list.count === 0 ? (
            <Muted>{sayEmpty(content, stop, t)}</Muted>
          ) : (
            <Told list={list} onShow={setChosen} lines={result.series} />
          )}
        </Stack>
      </Card>
      {series !== null && (
        <Card title={t.chart}>
          <Stack>
            <SelectField
              label={t.series}
              value={series}
              onChange={(event) => setChosen(event.target.value)}
              options={result.series.map((name) => ({
                value: name,
                label: name === 'all' ? t.allSeries : name,
              }))}
            />
            <Drawn id={result.backtest.id} series={series} things={list.things} />
          </Stack>
        </Card>
      )}
      <Figures content={content} list={list} />
    </>
  );
}

function Drawn({ id, series, things }: { id: number; series: string; things: readonly Thing[] }) {
  const t = useWords(backtestWords);
  const query = useQuery(backtestLineQuery(id, series));
  return (
    <Loaded query={query} height={16}>
      {(line) => (
        <BandChart
          title={series === 'all' ? t.allSeries : series}
          points={pointsOf(line, series, things)}
        />
      )}
    </Loaded>
  );
}
