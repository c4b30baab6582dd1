import type { ReactNode } from 'react';
import { Route, Switch } from 'wouter';
import { Absent } from './Absent';

/** An area of one page: what else stands under its address is not there. */
export const OnlyPage = ({
  path,
  title,
  children,
}: {
  path: string;
  title: string;
  children: ReactNode;
}) => (
  <Switch>
    <Route path={path}>{children}</Route>
    <Route>
      <Absent title={title} back={path} backTo={title} />
    </Route>
  </Switch>
);
