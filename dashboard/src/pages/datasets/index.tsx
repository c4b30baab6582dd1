import { Route, Switch } from 'wouter';
import { useWords } from '@/i18n/words';
import { Absent } from '@/ui/Absent';
import { Detail } from './Detail';
import { List } from './List';
import { words } from './words';

export default function Datasets() {
  const t = useWords(words);
  return (
    <Switch>
      <Route path="/datasets">
        <List />
      </Route>
      <Route path="/datasets/:name">
        {({ name }) => <Detail key={name} name={decodeURIComponent(name)} />}
      </Route>
      <Route>
        <Absent title={t.absent} back="/datasets" backTo={t.title} />
      </Route>
    </Switch>
  );
}
