import { Route, Switch } from 'wouter';
import { useWords } from '@/i18n/words';
import { Absent } from '@/ui/Absent';
import { AdminOnly } from '@/ui/AdminOnly';
import { Detail } from './Detail';
import { List } from './List';
import { Register } from './register/Register';
import { words } from './words';

export default function Models() {
  const t = useWords(words);
  const absent = <Absent title={t.absent} back="/models" backTo={t.title} />;
  return (
    <Switch>
      <Route path="/models">
        <List />
      </Route>
      <Route path="/models/new">
        <AdminOnly>
          <Register />
        </AdminOnly>
      </Route>
      <Route path="/models/:id">
        {({ id }) => (/^\d+$/.test(id) ? <Detail key={id} id={Number(id)} /> : absent)}
      </Route>
      <Route>{absent}</Route>
    </Switch>
  );
}
