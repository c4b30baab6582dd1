/** The inbox: recommendations, what is decided about them, and decisions that were not sent yet. */
import { Route, Switch } from 'wouter';
import { useWords } from '@/i18n/words';
import { Absent } from '@/ui/Absent';
import { Inbox } from './Inbox';
import { Unsent } from './Unsent';
import { words } from './words';

export default function Index() {
  const t = useWords(words);
  return (
    <Switch>
      <Route path="/recommendations/unsent">
        <Unsent />
      </Route>
      {/* One route for both, so that the list stays as it is while its items are looked through. */}
      <Route path={/^\/recommendations(?:\/(?<id>[1-9]\d{0,9}))?\/?$/}>
        {(params) => <Inbox id={params.id ? Number(params.id) : null} />}
      </Route>
      <Route>
        <Absent title={t.notFound} back="/recommendations" backTo={t.back} />
      </Route>
    </Switch>
  );
}
