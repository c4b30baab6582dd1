/** What the catalogue of a language has: a room that says something is two lines here. */

import type { words as appLater } from '@/app/later-words';
import type { words as app } from '@/app/words';
import type { words as charts } from '@/charts/words';
import type { words as fields } from '@/fields/words';
import type { vocabulary } from '@/i18n/vocabulary';
import type { words as add } from '@/pages/add/words';
import type { words as audit } from '@/pages/audit/words';
import type { composeWords as dashboardsCompose } from '@/pages/dashboards/compose/words';
import type { own as dashboards } from '@/pages/dashboards/words';
import type { words as datasets } from '@/pages/datasets/words';
import type { words as executions } from '@/pages/executions/words';
import type { startWords as homeStart } from '@/pages/home/start/words';
import type { words as home } from '@/pages/home/words';
import type { backtestWords as modelsBacktest } from '@/pages/models/backtest/words';
import type { words as modelsRegister } from '@/pages/models/register/words';
import type { words as models } from '@/pages/models/words';
import type { words as notifications } from '@/pages/notifications/words';
import type { words as recommendations } from '@/pages/recommendations/words';
import type { words as reports } from '@/pages/reports/words';
import type { words as settings } from '@/pages/settings/words';
import type { words as signin } from '@/pages/signin/words';
import type { words as users } from '@/pages/users/words';
import type { words as query } from '@/query/words';
import type { words as uiArrived } from '@/ui/arrived/words';
import type { words as uiUnsaved } from '@/ui/unsaved/words';
import type { words as ui } from '@/ui/words';
import type { words as upload } from '@/upload/words';

export interface Catalogue {
  add: (typeof add)['en'];
  app: (typeof app)['en'];
  'app/later': (typeof appLater)['en'];
  audit: (typeof audit)['en'];
  charts: (typeof charts)['en'];
  dashboards: (typeof dashboards)['en'];
  'dashboards/compose': (typeof dashboardsCompose)['en'];
  datasets: (typeof datasets)['en'];
  executions: (typeof executions)['en'];
  fields: (typeof fields)['en'];
  home: (typeof home)['en'];
  'home/start': (typeof homeStart)['en'];
  models: (typeof models)['en'];
  'models/backtest': (typeof modelsBacktest)['en'];
  'models/register': (typeof modelsRegister)['en'];
  notifications: (typeof notifications)['en'];
  query: (typeof query)['en'];
  recommendations: (typeof recommendations)['en'];
  reports: (typeof reports)['en'];
  settings: (typeof settings)['en'];
  signin: (typeof signin)['en'];
  ui: (typeof ui)['en'];
  'ui/arrived': (typeof uiArrived)['en'];
  'ui/unsaved': (typeof uiUnsaved)['en'];
  upload: (typeof upload)['en'];
  users: (typeof users)['en'];
  vocabulary: (typeof vocabulary)['en'];
}
