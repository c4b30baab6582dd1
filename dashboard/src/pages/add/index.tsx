/** From a file to the first recommendation: send it, look at what was understood of it, load it. */
import { Route, Switch } from 'wouter';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Absent } from '@/ui/Absent';
import { Page } from '@/ui/Layouts';
import { Begin } from './Begin';
import { OneFile } from './OneFile';
import { WhoMay } from './WhoMay';
import { words } from './words';

export default function AddData() {
  const t = useWords(words);
  const { isAdmin } = useUser();
  if (!isAdmin) {
    return (
      <Page title={t.title} lead={t.lead}>
        <WhoMay />
      </Page>
    );
  }
  return (
    <Switch>
      <Route path="/add">
        <Begin />
      </Route>
      <Route path="/add/:id">
        {({ id }) =>
          /^[1-9]\d{0,9}$/.test(id) ? (
            <OneFile key={id} id={Number(id)} />
          ) : (
            <Absent title={t.absent} back="/add" backTo={t.title} />
          )
        }
      </Route>
      <Route>
        <Absent title={t.absent} back="/add" backTo={t.title} />
      </Route>
    </Switch>
  );
}
