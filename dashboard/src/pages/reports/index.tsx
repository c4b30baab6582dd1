import { Route, Switch } from 'wouter';
import { useWords } from '@/i18n/words';
import { Absent } from '@/ui/Absent';
import { AdminOnly } from '@/ui/AdminOnly';
import { Detail } from './Detail';
import { Edit, New } from './Edit';
import { List } from './List';
import { words } from './words';

export default function Reports() {
  const t = useWords(words);
  const absent = <Absent title={t.absent} back="/reports" backTo={t.title} />;
  return (
    <Switch>
      <Route path="/reports">
        <List />
      </Route>
      <Route path="/reports/new">
        <AdminOnly>
          <New />
        </AdminOnly>
      </Route>
      <Route path="/reports/:id">
        {({ id }) => (/^\d+$/.test(id) ? <Detail key={id} id={Number(id)} /> : absent)}
      </Route>
      <Route path="/reports/:id/edit">
        {({ id }) =>
          /^\d+$/.test(id) ? (
            <AdminOnly>
              <Edit key={id} id={Number(id)} />
            </AdminOnly>
          ) : (
            absent
          )
        }
      </Route>
      <Route>{absent}</Route>
    </Switch>
  );
}
