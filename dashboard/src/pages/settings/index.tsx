/** What a person chooses for themselves, and what this device keeps of them. */
import { Route, Switch } from 'wouter';
import { useWords } from '@/i18n/words';
import { Absent } from '@/ui/Absent';
import { Page } from '@/ui/Layouts';
import { Device } from './Device';
import { Install } from './Install';
import { Look } from './Look';
import { Password } from './Password';
import { Sessions } from './Sessions';
import css from './settings.module.css';
import { words } from './words';

export default function Index() {
  const t = useWords(words);
  return (
    <Switch>
      <Route path="/settings">
        <Page title={t.title} lead={t.lead}>
          <div className={css.cards}>
            <Look />
            <Device />
            <Password />
            <Sessions />
            <Install />
          </div>
        </Page>
      </Route>
      <Route>
        <Absent title={t.title} back="/settings" backTo={t.title} />
      </Route>
    </Switch>
  );
}
