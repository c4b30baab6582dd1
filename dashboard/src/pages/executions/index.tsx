import { Route, Switch } from 'wouter';
import { useWords } from '@/i18n/words';
import { Absent } from '@/ui/Absent';
import { Detail } from './Detail';
import { List } from './List';
import { words } from './words';

export default function Executions() {
  const t = useWords(words);
  return (
    <Switch>
      <Route path="/executions">
        <List />
      </Route>
      <Route path="/executions/:id">
        {({ id }) =>
          /^\d+$/.test(id) ? (
            <Detail key={id} id={Number(id)} />
          ) : (
            <Absent title={t.absent} back="/executions" backTo={t.title} />
          )
        }
      </Route>
      <Route>
        <Absent title={t.absent} back="/executions" backTo={t.title} />
      </Route>
    </Switch>
  );
}
