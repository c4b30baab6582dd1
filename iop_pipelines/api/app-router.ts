// Generated from the platform's procedures by `iop api types`; do not edit.
// Dates are ISO 8601 strings in UTC.

import type {
  TRPCBuiltRouter,
  TRPCDefaultErrorData,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server';

export interface Absolute {
  abs: Expression;
}

/** `isNew`: false where it was accepted, or is prepared, already. */
export interface Accepted {
  success: boolean;
  versionId: number;
  dataset: string;
  isNew: boolean;
}

export interface Add {
  add: Expression[];
}

export interface AnalyticalModel {
  id: number;
  name: string;
  version: string;
  type: ModelType;
  status: ModelStatus;
  inputSchema: Record<string, unknown> | null;
  outputSchema: Record<string, unknown> | null;
  config: Record<string, unknown> | null;
  createdBy: number | null;
  createdAt: string;
  updatedAt: string;
  description: string | null;
  dataset: string | null;
}

export interface And {
  and: Condition[];
}

/** `field` of a period is the time that it narrows. `words`: how it reads, or why it has no use; `translations` are its. */
export interface AppliedFilter {
  kind: "period" | "filter";
  field: string | null;
  isApplied: boolean;
  words: string;
  translations: Partial<Record<Language, Worded>>;
}

/** What title and text of a closed recommendation were made from, once later findings are noted on it. */
export interface AsTold {
  count: number;
  model: ModelRef | null;
  freq: "1min" | "5min" | "10min" | "15min" | "30min" | "h" | "D" | "B" | "W" | "MS" | "QS" | "2QS" | "YS" | null;
  series_fields: string[];
  data_version: string | null;
  quality_score: number | null;
  peak: Seen;
  latest: Seen;
  also: Seen[];
  action: string | null;
  owner: string | null;
}

export interface Asked {
  id: number;
  status: UploadStatus;
}

/** Who is told of a report, where that is not everybody. */
export type Audience = "owner" | "nobody";

/** `userId` is null for a command on the machine itself; `userName` is as it was then. `before` is null for what is new, `after` for what is gone; names in them are the columns'. */
export interface AuditEvent {
  id: number;
  occurredAt: string;
  userId: number | null;
  userName: string;
  procedure: string;
  before: unknown;
  after: unknown;
  requestId: string;
  address: string;
}

/** `procedure`: a name, or a beginning that ends in a dot; `until` is the first moment left out. */
export interface AuditFilter {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  userId?: number | null | undefined;
  procedure?: string | null | undefined;
  requestId?: string | null | undefined;
  since?: string | null | undefined;
  until?: string | null | undefined;
}

/** The first and the last tick are the ends. `isCut`: zero is not on it. */
export interface AxisLimits {
  ticks: number[];
  isCut: boolean;
}

/** `progress`: 0 to 1. `message` is why it failed, or why the active version is not beside one that is done, with its `translations`. `isStale`: data have come, or come again, since it was done. */
export interface Backtest {
  id: number;
  modelId: number;
  status: "queued" | "running" | "done" | "failed" | "cancelled";
  progress: number;
  alertsPerWeek: number | null;
  message: string | null;
  translations: Partial<Record<Language, Told>> | null;
  askedAt: string;
  endedAt: string | null;
  isStale: boolean;
}

/** `budget` is the one that was asked for, else the model's own; null for what tells without one, which has one list. There is a list for each stop of a slider. */
export interface BacktestContent {
  windowStart: string;
  windowEnd: string;
  freq: string;
  deliveries: Deliveries;
  weeks: number;
  coverage: Judged;
  budget: number | null;
  lists: BacktestList[];
  forecast: Skill | null;
  rival: Rival | null;
  cpuSeconds: number;
}

/** What was measured of a series, and expected where the method expects something; else these are empty. */
export interface BacktestLine {
  measure: string;
  ds: string[];
  y: (number | null)[];
  yhat: (number | null)[];
  lo: (number | null)[];
  hi: (number | null)[];
}

/** What is told with `budget` alerts a week; of more than 300 things the strongest, `count` has all. `perWeek` is null where too few deliveries were replayed to say. `precision`: the share that chance does not explain. */
export interface BacktestList {
  budget: number;
  count: number;
  perWeek: number | null;
  worstWeek: Week;
  precision: number | null;
  injected: Recall | null;
  byKind: Recall[];
  things: Thing[];
}

/** `content` is null until it is done. `series`: of which there is a line, that of which most is told first. */
export interface BacktestResult {
  backtest: Backtest;
  content: BacktestContent | null;
  series: string[];
}

export interface Band {
  expected: number | null;
  lo: number | null;
  hi: number | null;
}

/** `logo`: a file of the instance's folder of brands. `colour`: of lines and small heads; `ink`: of headings. */
export interface BrandChoice {
  logo?: string | null | undefined;
  colour?: string | null | undefined;
  ink?: string | null | undefined;
  paper?: "A4" | "Letter" | "A3" | null | undefined;
}

/** What follows begins on a new page. */
export interface BreakItem {
  type: "page_break";
}

export interface ById {
  id: number;
}

export type Category = "anomaly" | "trend" | "optimisation" | "forecast";

/** What several have in common: `count` of them stand as this one does, put off as it is or not (of a list, and are asked for); `series`: of how many series, each once, that were judged; `since`: when the first of them began. */
export interface Cause {
  id: number;
  direction: Direction;
  since: string;
  series: number;
  count: number;
}

/** A value of a table; dates and moments as ISO text. */
export type Cell = boolean | number | string | null;

/** `row` names the group; null for a total, and in a table of one row. Values are as a page prints them. */
export interface ChangedFigure {
  row: string | null;
  label: string;
  old: string;
  new: string;
}

/** Rows `changed`, `added` and `gone`; `figures` are the first 50 that changed. Where not `isCompared`, there were more rows than are compared, and it is only known that they differ. */
export interface ChangedRows {
  table: string;
  title: string;
  changed: number;
  added: number;
  gone: number;
  figures: ChangedFigure[];
  isCompared: boolean;
}

/** What is left out stays; null goes back to the instance's or the browser's. */
export interface ChangedSettings {
  language?: Language | null | undefined;
  region?: "US" | "GB" | "GH" | "KE" | "NG" | "FR" | "CI" | "CM" | "SN" | null | undefined;
  theme?: "system" | "light" | "dark" | undefined;
  timeZone?: string | null | undefined;
  homeDashboard?: number | null | undefined;
}

/** Without `since` all that wait for a decision, put off or not; with it what was changed from then on, whatever it became. */
export interface ChangedSince {
  since?: string | null | undefined;
}

/** What is left out stays; `schedule` null takes the schedule away. */
export interface ChangedTemplate {
  id: number;
  name?: string | undefined;
  description?: string | undefined;
  queryConfig?: QueryConfig | undefined;
  format?: ReportFormat | undefined;
  schedule?: string | null | undefined;
  wait?: string | null | undefined;
  reissue?: Reissue | undefined;
  empty?: Empty | undefined;
  misfire?: Misfire | undefined;
  jitter?: string | null | undefined;
  pauseAfter?: number | undefined;
}

/** What is left out stays. A disabled account cannot sign in, and its sessions end. */
export interface ChangedUser {
  id: number;
  role?: Role | null | undefined;
  isDisabled?: boolean | null | undefined;
}

/** `items` in the order of the inbox. `isWhole`: false where there were more; those that are not here are to be asked for again without `since`. `asOf` is the `since` of the next question. */
export interface Changes {
  items: KeptRecommendation[];
  isWhole: boolean;
  asOf: string;
}

/** `y` against `x`, one line or group of bars for each value of `series`. */
export interface Chart {
  type: "bar" | "line" | "pie" | "scatter";
  data: string;
  x: string;
  y: string;
  series?: string | null | undefined;
  label?: string | null | undefined;
  title?: string | null | undefined;
  note?: string | null | undefined;
}

/** Names of columns. */
export interface ChartAxes {
  type: PanelType;
  x: string;
  y: string;
  series: string | null;
  label: string | null;
  title: string | null;
  note: string | null;
}

/** chart: which of `charts`, counted from 1; two that follow each other may stand beside each other. */
export interface ChartItem {
  type: "chart";
  chart: number;
}

/** `rows` are positions among the answer's rows, in the order in which they are drawn; where one is null stands the next of `own`. `others`: of how many series it is the sum, 0 of one. */
export interface ChartSeries {
  name: string | number | boolean | null;
  others: number;
  rows: (number | null)[];
  own: OwnMark[];
}

/** All that is drawn, and what must be said of it: `kind` may be another than was asked for. `step` is how far apart moments are. `isList`: bars lie under each other. `whole` is what shares are of; `unshown` are the series without a mark of their own, of which `series` of the input can ask for. `rest`: which mark of the one series stands for all others. `isOwnTime`: x is the time by which a period narrows what is read. */
export interface ChartSpec {
  kind: "bar" | "line" | "pie" | "scatter";
  along: "time" | "number" | "category";
  step: "1min" | "5min" | "10min" | "15min" | "30min" | "hour" | "day" | "B" | "week" | "W-MON" | "W-TUE" | "W-WED" | "W-THU" | "W-FRI" | "W-SAT" | "W-SUN" | "month" | "quarter" | "QS-FEB" | "QS-MAR" | "2QS" | "year" | null;
  series: ChartSeries[];
  isList: boolean;
  isOwnTime: boolean;
  rest: number | null;
  whole: number | null;
  yAxis: AxisLimits | null;
  xAxis: AxisLimits | null;
  unshown: (string | number | boolean | null)[];
  notes: string[];
  translations: Partial<Record<Language, SaidOfChart>>;
}

/** `config` is what would be stored, the default where none was given; null if there are issues. */
export interface CheckedModel {
  isValid: boolean;
  issues: ModelIssue[];
  warnings: Remark[];
  config: Record<string, unknown> | null;
}

/** `words`: as it stands in the file, of a value that has no words of the platform's. */
export interface Choice {
  value: string;
  words: string;
}

/** The first that is known. */
export interface Coalesce {
  coalesce: Expression[];
}

/** `decimals`: how many are shown. `encoding`: of numbers that stand as text, since JavaScript's would change them. `favourable`: which way is good news. `vocabulary`: whose words the values are, `words`: by value, of a vocabulary that grows with the runtimes, and `translations`: the label in other languages; where they are IOP's own and not a dataset's. */
export interface Column {
  name: string;
  label: string;
  type: "string" | "integer" | "number" | "boolean" | "date" | "datetime";
  unit: string | null;
  decimals: number | null;
  encoding: "string" | null;
  favourable: "up" | "down" | null;
  vocabulary: "severity" | "category" | "review_status" | "model_type" | "execution_status" | "execution_phase" | "finding_kind" | "report_format" | "report_status" | "pipeline_status" | null;
  words: Record<string, Word> | null;
  translations: Partial<Record<Language, Labelled>> | null;
}

export interface ColumnOfFile {
  name: string;
  label: string;
  type: string;
  unit: string | null;
}

export interface Comment {
  id: number;
  idempotencyKey?: string | null | undefined;
  expectedStatus?: ReviewStatus | null | undefined;
  text: string;
}

/** `field op value`, or `left op value`; what is not known makes it not known. With skip_if_null it is true of every row when its parameter has no value. */
export interface Compare {
  field?: string | null | undefined;
  left?: Expression | null | undefined;
  op: "eq" | "ne" | "lt" | "le" | "gt" | "ge" | "in" | "not_in" | "between" | "contains" | "starts_with" | "is_null" | "not_null" | "in_period";
  value?: Value | null | undefined;
  skip_if_null?: boolean | undefined;
}

export type Condition = And | Or | Not | Unless | Compare;

/** Whose public holidays hold: `code`, such as DE or DE-BY, null for no calendar; `column` is the label of what names it in the file. `offered` is a country that it may be, because of its currency or language. */
export interface CountryOfFile {
  code: string | null;
  column: string | null;
  offered: string | null;
  because: "currency" | "language" | null;
}

/** How much was judged: `scored` of `total` points, or series where each is judged as a whole; of the rest, which is `learning`, too little was known before. `leftOut` rows, or series, come on top: their step is another, and they were not read. */
export interface Coverage {
  unit: "points" | "series";
  total: number;
  scored: number;
  learning: number;
  leftOut: number;
}

export interface Created {
  success: boolean;
  id: number;
}

/** `modelled` is null for a draft that `lacks` something, and cannot be executed before it has it. */
export interface CreatedModel {
  success: boolean;
  id: number;
  modelled: Modelled | null;
  lacks: Remark[];
  warnings: Remark[];
}

/** `spreadsheet` guards against formulas and starts with a BOM; `raw` is for machines. */
export interface CsvOutput {
  /** None selected: the first. */
  dataset?: string | null | undefined;
  profile?: "spreadsheet" | "raw" | undefined;
  /** One line before the column names, beginning with #. */
  note?: boolean | undefined;
  heads?: "names" | "labels" | undefined;
  /** Decides the separator, the decimal sign and the language of labels. */
  locale?: "en-US" | "en-GB" | "en-GH" | "en-KE" | "en-NG" | "fr-FR" | "fr-CI" | "fr-CM" | "fr-SN" | "de-DE" | "es-ES" | "it-IT" | "nl-NL" | "pt-BR" | "pt-PT" | undefined;
}

/** `version` is raised by every save. */
export interface Dashboard {
  id: number;
  name: string;
  description: string | null;
  createdBy: number | null;
  createdAt: string;
  updatedAt: string;
  version: number;
  panels: Panel[];
}

export interface DashboardStats {
  models: ModelStats;
  executions: ExecutionStats;
  reports: ReportStats;
  recommendations: RecommendationStats;
  quality: QualityStats;
  asOf: string;
}

/** `freq` is the step of its rows: h, D, W, MS, or null for events. `translations` are the description's, where it is the platform's own. `unprepared`: deliveries that were refused or failed and wait for somebody, the newest first, at most 20. `preparing` is null where every delivery has been looked at. */
export interface Dataset {
  id: number;
  name: string;
  description: string;
  source: string;
  version: number;
  freq: string | null;
  timeZone: string;
  createdAt: string;
  updatedAt: string;
  latest: LatestData | null;
  unprepared: Unprepared[];
  preparing: Preparing | null;
  translations: Partial<Record<Language, Described>> | null;
}

/** `declaration` as it was registered; `fields` and `measures` are what a query_config may name. `sourceWarning`: DRM's catalogue lacks its source, so nothing will be prepared; else null. `translations` are its and the description's. */
export interface DatasetDetail {
  id: number;
  name: string;
  description: string;
  source: string;
  version: number;
  freq: string | null;
  timeZone: string;
  createdAt: string;
  updatedAt: string;
  latest: LatestData | null;
  unprepared: Unprepared[];
  preparing: Preparing | null;
  declaration: Record<string, unknown>;
  time: string | null;
  fields: SourceField[];
  measures: SourceMeasure[];
  quality: DatasetQuality | null;
  sourceWarning: string | null;
  translations: Partial<Record<Language, DatasetWords>> | null;
}

/** DRM's score of one delivery and its four parts, 0 to 100; the window is in the dataset's local time. A delivery may be scored again: the highest id counts. */
export interface DatasetQuality {
  id: number;
  runId: number;
  score: number;
  completeness: number;
  validity: number;
  uniqueness: number;
  timeliness: number;
  rowsExpected: number | null;
  scoredAt: string;
  windowStart: string | null;
  windowEnd: string | null;
}

/** One DRM run, and what was prepared of it: `versionId` and all after it are null if nothing was. `id` is the run's; `status` DRM's running, success or failed; `prepared` IOP's pending, prepared or failed; `isRefused` if that is for too many refused rows, so that `datasets.accept` takes it. `error` is DRM's, `prepareError` IOP's; `translations` are its. */
export interface DatasetRun {
  id: number;
  pipeline: string;
  status: string;
  scheduledFor: string;
  startedAt: string;
  finishedAt: string | null;
  windowStart: string;
  windowEnd: string;
  rowsIngested: number | null;
  bytesIngested: number | null;
  error: string | null;
  qualityScore: number | null;
  versionId: number | null;
  dataVersion: string | null;
  prepared: string | null;
  rowsIn: number | null;
  rowsOut: number | null;
  rowsRejected: number | null;
  usablePct: number | null;
  rejectReasons: Record<string, number> | null;
  prepareError: string | null;
  isRefused: boolean;
  preparedAt: string | null;
  translations: Partial<Record<Language, NotPrepared>> | null;
}

/** In another language, or as they are where they are not the platform's own. */
export interface DatasetWords {
  description: string;
  sourceWarning: string | null;
}

/** The window is in the dataset's local time, half-open, and of so many data versions. */
export interface Delivered {
  windowStart: string;
  windowEnd: string;
  versions: number;
}

/** How many there would have been, of so many periods each, how many of them were replayed, and how often the model could not be run. */
export interface Deliveries {
  count: number;
  replayed: number;
  periods: number;
  failed: number;
}

/** What a `description` of the platform's own is in another language. */
export interface Described {
  description: string;
}

export type Direction = "lower" | "higher";

/** The first over the second; not known where that is zero. */
export interface Divide {
  divide: Expression[];
}

export interface Done {
  success: boolean;
}

/** `path` works without a sign-in until `expiresAt`; it is relative to the platform's address. What is made when it is fetched has no `sizeBytes` and `checksum` yet. */
export interface Download {
  path: string;
  fileName: string;
  sizeBytes: number | null;
  checksum: string | null;
  expiresAt: string;
}

/** `path`: what was pressed so far, a step for each level: the row's group columns and their values. `by` names what the next level is grouped by, one of the `nextBy` of the answer before; without it the rows themselves are shown. `cursor` is the `nextCursor` of the page before. */
export interface Drill {
  panelId?: number | null | undefined;
  queryConfig?: QueryConfig | null | undefined;
  params?: Record<string, unknown> | undefined;
  period?: string | Span | null | undefined;
  filters?: PanelFilter[] | undefined;
  series?: (boolean | number | string)[] | undefined;
  path?: (Record<string, string | number | boolean | null>)[] | undefined;
  by?: string | null | undefined;
  limit?: number | undefined;
  cursor?: number | undefined;
}

/** `nextBy`: what can be grouped by next; `nextCursor`: of the next page, null on the last. */
export interface DrillData {
  title: string;
  chart: ChartAxes | null;
  spec: ChartSpec | null;
  columns: Column[];
  rows: Cell[][];
  totals: Cell[] | null;
  totalAt: number | null;
  isTruncated: boolean;
  total: number | null;
  filters: string[];
  translations: Partial<Record<Language, Narrowed>>;
  appliedFilters: AppliedFilter[];
  reduced: Reduced | null;
  timeZone: string;
  dataTime: string | null;
  qualityScore: number | null;
  asOf: string;
  computedAt: string;
  stretch: LastStretch | null;
  nextBy: DrillDimension[];
  nextCursor: number | null;
}

export interface DrillDimension {
  name: string;
  label: string;
  translations: Partial<Record<Language, Labelled>> | null;
}

/** Whom a report is sent to in which nothing stands: everybody, nobody, or who owns the template. */
export type Empty = "send" | "skip" | "tell_owner";

/** The session of this `id`, or with `others` all but the one that asks. */
export interface EndSessions {
  id?: string | null | undefined;
  others?: boolean | undefined;
}

export interface Ended {
  success: boolean;
  ended: number;
}

/** The `metadata` of a recommendation. Attributes: measure, unit, confidence, band, points: of the finding that title and text are about. band is what was expected at its `ds`, in `unit`: {expected, lo, hi}; points are [{ds, y, yhat, lo, hi}]. peak: the strongest finding. latest: the last one; latest_points: its points, where those above are another's. also: what else the latest execution found of the same series. occurrences: the last 50, oldest first. clean: executions since the last finding that scored the series and found nothing. window_end: end of the latest window that was scored and found wanting, dataset-local. data_start: the first moment of the dataset's data, dataset-local; None where it is not known. lasts_to: of what is told once and goes on, up to when it was seen to be so; else None. version_id: of the data version, whose order tells a restatement. closed_ds: end of the data at the time of the last review or recovery; the cool-down counts from there. told: None while title and text follow what stands here. */
export interface Evidence {
  model: ModelRef | null;
  dataset: string;
  series: string;
  series_fields?: string[] | undefined;
  freq: "1min" | "5min" | "10min" | "15min" | "30min" | "h" | "D" | "B" | "W" | "MS" | "QS" | "2QS" | "YS" | null;
  data_version: string | null;
  quality_score: number | null;
  measure: string;
  unit: string;
  confidence: number | null;
  band: Band;
  points: KeptPoint[];
  peak: Seen;
  latest: Seen;
  latest_points?: KeptPoint[] | undefined;
  also?: Seen[] | undefined;
  occurrences: Occurrence[];
  clean?: string[] | undefined;
  window_end: string;
  data_start?: string | null | undefined;
  lasts_to?: string | null | undefined;
  version_id?: number | null | undefined;
  closed_ds?: string | null | undefined;
  cool_down: number | null;
  recovery_after: number;
  action?: string | null | undefined;
  owner?: string | null | undefined;
  told?: AsTold | null | undefined;
}

/** `ds` is in the dataset's local time. */
export interface EvidencePoint {
  ds: string;
  y: number | null;
  yhat: number | null;
  lo: number | null;
  hi: number | null;
  isFinding: boolean;
}

/** `inputRef`: a dataset, or dataset:NAME[@DATA_VERSION][?from=…&to=…]. */
export interface Execute {
  modelId: number;
  inputRef: string;
  idempotencyKey?: string | null | undefined;
}

export interface Executing {
  success: boolean;
  executionId: number;
}

/** `outputs` are the first of `outputTotal`, in the order in which the model gave them. `completeSince`: of a large panel, whose outputs lie in a file, the period from which on the database has them all; null where it has all. `requestId` is the id of the trace in which it was asked for, as logs, runs and `iop trace` have it. */
export interface ExecutionDetail {
  id: number;
  modelId: number;
  status: ExecutionStatus;
  inputRef: string | null;
  outputRef: string | null;
  durationMs: number | null;
  errorMsg: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  phase: Phase;
  attempt: number;
  trigger: string;
  dataVersion: string | null;
  requestedAt: string | null;
  metrics: Record<string, unknown> | null;
  dagsterRunId: string | null;
  supersededBy: number | null;
  modelName: string;
  modelVersion: string;
  modelType: ModelType;
  dataset: string | null;
  translations: Partial<Record<Language, Failed>> | null;
  coverage: Coverage | null;
  requestId: string | null;
  outputTotal: number;
  completeSince: string | null;
  outputs: OutputPoint[];
  findings: Finding[];
}

/** `isSuperseded` false leaves out what newer data made needless, true leaves only that. */
export interface ExecutionFilter {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  isAscending?: boolean | undefined;
  sort?: "failed" | "id" | "status" | "duration" | "requested" | "trigger" | null | undefined;
  q?: string | null | undefined;
  modelId?: number | null | undefined;
  status?: ExecutionStatus | null | undefined;
  isSuperseded?: boolean | null | undefined;
}

/** `points` are of `chosen`, by period in `timeZone`; a forecast has `yhat` with its interval and no `y`. `series` are the first of `seriesTotal`, those with the most findings first. */
export interface ExecutionSeries {
  series: SeriesName[];
  seriesTotal: number;
  chosen: SeriesName | null;
  unit: string | null;
  freq: string | null;
  timeZone: string;
  points: SeriesPoint[];
  reduced: ReducedSeries | null;
}

/** Of the last 24 hours; `p50Ms` is the median of its latest 101 successes. `superseded24h`: never ran, for newer data came while they were held; none of them has failed. */
export interface ExecutionStats {
  running: number;
  success24h: number;
  failed24h: number;
  superseded24h: number;
  p50Ms: number | null;
}

export type ExecutionStatus = "running" | "success" | "failed";

export interface Explain {
  queryConfig: QueryConfig;
  format?: ReportFormat | undefined;
}

export type Expression = boolean | number | string | null | FieldValue | PastStatistic | Add | Subtract | Multiply | Divide | Lowest | Highest | Coalesce | Negate | Absolute | Round | If | And | Or | Not | Unless | Compare;

/** What an `errorMsg` is in another language. */
export interface Failed {
  errorMsg: string;
}

/** The value of a field; in a rule, `lag` periods before. */
export interface FieldValue {
  field: string;
  lag?: number | undefined;
}

export interface FiguresItem {
  type: "figures";
  data: string;
}

/** What a report's result can be had as; a template's own `format` is one of ReportFormat. */
export type FileFormat = "json" | "csv" | "pdf" | "xlsx";

/** `width`: numbers of a row, null for any; `isSingle`: it takes one row at a time. */
export interface FileInput {
  name: string;
  width: number | null;
  type: "float32" | "float64";
  isSingle: boolean;
}

/** `columns`: numbers for each row, null where that depends on the input; `type` is null of a file that was stored before it was kept. */
export interface FileOutput {
  name: string;
  columns: number | null;
  type: "float32" | "float64" | "float16" | "int64" | "int32" | null;
}

/** `label` is what people call the measure; `translations` are its own, where it is IOP's. */
export interface Finding {
  id: number;
  category: Category;
  kind: string;
  severity: Severity;
  uniqueId: string;
  measure: string;
  label: string;
  translations: Partial<Record<Language, Labelled>> | null;
  unit: string;
  ds: string;
  since: string;
  value: number | null;
  expected: number | null;
  lo: number | null;
  hi: number | null;
  score: number;
  confidence: number | null;
  /** At most 60 points; what else the method knows stands beside them. */
  evidence: {
    points: KeptPoint[];
  };
}

export interface FindingKind {
  name: string;
  category: Category;
  label: string;
  translations: Partial<Record<Language, Labelled>>;
}

/** `q` is looked for in names. */
export interface FoundPage {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  q?: string | null | undefined;
}

export interface Generate {
  templateId: number;
  idempotencyKey?: string | null | undefined;
}

export interface GeneratedFilter {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  templateId?: number | null | undefined;
  status?: ReportStatus | null | undefined;
}

/** `slot` is the moment that the schedule named; null for a report asked for by hand. `translations` are of the error and the remark; `files` are those besides the report's own: the kept result, and what its template asks for. The file has `rowCount` of `rowTotal` rows; `remark` is what whoever gets it must know, such as that. While `phase` is held it waits for deliveries, since `waitingSince` and until `waitingUntil` at most; `waitingFor` is what its sources lack. Periods count from `asOf`, its rows were read at `readAt`. `restated`: what of it was delivered again since. `reissueOf` is the first of the editions that this one is of, and `changes` what is otherwise than in the one before, null where there is none. `audience`: who is told of it, where that is not everybody. */
export interface GeneratedReport {
  id: number;
  templateId: number;
  status: ReportStatus;
  storageUrl: string | null;
  rowCount: number | null;
  rowTotal: number | null;
  sizeBytes: number | null;
  generatedAt: string | null;
  format: ReportFormat | null;
  phase: Phase;
  slot: string | null;
  trigger: string;
  requestedAt: string | null;
  finishedAt: string | null;
  durationMs: number | null;
  errorMsg: string | null;
  checksum: string | null;
  files: ReportFileOf[] | null;
  templateName: string;
  remark: string | null;
  asOf: string | null;
  readAt: string | null;
  waitingSince: string | null;
  waitingUntil: string | null;
  waitingFor: LackingSource[] | null;
  restated: string | null;
  restatedAt: string | null;
  reissueOf: number | null;
  changes: ChangedRows[] | null;
  audience: Audience | null;
  translations: Partial<Record<Language, ReportTold>> | null;
}

export interface Generating {
  success: boolean;
  reportId: number;
}

export interface GetExecution {
  id: number;
  outputLimit?: number | undefined;
}

export interface Highest {
  max: Expression[];
}

export interface History {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  isAscending?: boolean | undefined;
  sort?: "failed" | "id" | "status" | "duration" | "requested" | "trigger" | null | undefined;
  q?: string | null | undefined;
  modelId: number;
}

/** `gravest`: of what waits for a decision, at most three, of one cause one; `missing`: deliveries that do not come, the newest five, whatever was decided about them; `missingCount`: of all there are. */
export interface Home {
  gravest: Waiting[];
  missing: Waiting[];
  missingCount: number;
  stats: DashboardStats;
}

/** One measure. `change` is in `changeUnit`, percent or points, against the equal period before. `points` are both periods', oldest first; the first `before` of them are of the earlier one, null is a gap. */
export interface HomeFigure {
  panelId: number;
  column: Column;
  value: number | string | null;
  change: number | null;
  changeUnit: string | null;
  points: (number | null)[];
  before: number;
  period: InWords | null;
  earlier: InWords | null;
}

/** Of one dashboard; null where there is none with panels. `unread`: panels whose query is refused by now. */
export interface HomeFigures {
  dashboardId: number | null;
  name: string | null;
  figures: HomeFigure[];
  unread: number;
  timeZone: string;
  computedAt: string;
}

/** `then` where the condition is true, `else` where it is false, else not known. */
export interface If {
  if: Condition;
  then: Expression;
  else: Expression;
}

/** `translations` are of `words`. */
export interface InWords {
  words: string;
  translations: Partial<Record<Language, Worded>>;
}

/** Whether files can be loaded here at all, and if not, why; `admins` are names of accounts who may. `maxBytes`: the largest file, and what an archive may unpack to. */
export interface IntakeStanding {
  refusal: Said | null;
  admins: string[];
  maxBytes: number;
}

/** The account has no password: it signs in by the link, once, and may be given another. */
export interface Invited {
  success: boolean;
  id: number;
  signInLink: Link;
}

export interface JsonOutput {
  /** None selected: the first. */
  datasets?: string[] | undefined;
}

/** Of points, or of series where each is judged as a whole: those there were, those before which too little was known, and those that were not read. */
export interface Judged {
  unit: "points" | "series";
  total: number;
  learning: number;
  leftOut: number;
}

/** `ds` is dataset-local. */
export interface KeptPoint {
  ds: string;
  y: number | null;
  yhat: number | null;
  lo: number | null;
  hi: number | null;
}

/** As `recommendations.get` and `recommendations.list` have it together: what a device keeps of it. */
export interface KeptRecommendation {
  id: number;
  title: string;
  description: string | null;
  category: Category;
  severity: Severity;
  peakSeverity: Severity;
  status: ReviewStatus;
  sourceRef: string | null;
  createdAt: string;
  updatedAt: string;
  dataset: string | null;
  uniqueId: string | null;
  modelId: number | null;
  occurrences: number;
  firstDs: string | null;
  lastDs: string | null;
  resolvedAt: string | null;
  previousId: number | null;
  snoozedUntil: string | null;
  translations: Partial<Record<Language, Wording>> | null;
  cause: Cause | null;
  metadata: Evidence | null;
  sparkline: (number | null)[];
  cursor: string;
}

export interface Labelled {
  label: string;
}

/** `known` of `days` of the period are there; `missing` are the first of the others, and `due` is when the next delivery was to come, in UTC. */
export interface LackingSource {
  source: string;
  label: string;
  known: number;
  days: number;
  missing: string[];
  due: string | null;
}

/** English, in which everything is written, and the languages that it is translated to. */
export type Language = "en" | "fr";

/** The last stretch of a dataset that has data, to begin with: `period` as `in_period` takes it, in words where the data goes on until now; `days` are the same by first and last day. */
export interface LastStretch {
  period: string | Span;
  days: Span;
  isCurrent: boolean;
}

/** The latest prepared data version; its window is in the dataset's local time, half-open. `usablePct`: the share of the delivered rows that could be used, 0 to 100, beside DRM's score of them. */
export interface LatestData {
  dataVersion: string;
  windowStart: string;
  windowEnd: string;
  qualityScore: number | null;
  usablePct: number | null;
  rowsOut: number | null;
  rowsRejected: number | null;
  preparedAt: string | null;
}

export interface Line {
  backtestId: number;
  series: string;
}

/** A line that is no row, or one that cannot be read, and why. */
export interface LineOfFile {
  line: number;
  text: string;
  reason: Said;
}

/** Signs in once, until `expiresAt`; `path` is relative to the platform's address. */
export interface Link {
  path: string;
  expiresAt: string;
}

/** As `recommendations.get` has it, with a `sparkline` in place of the evidence: the last values of the series, at most 60, oldest first; null is a gap. `cursor`: where a list that is asked for with it goes on. */
export interface ListedRecommendation {
  id: number;
  title: string;
  description: string | null;
  category: Category;
  severity: Severity;
  peakSeverity: Severity;
  status: ReviewStatus;
  sourceRef: string | null;
  createdAt: string;
  updatedAt: string;
  dataset: string | null;
  uniqueId: string | null;
  modelId: number | null;
  occurrences: number;
  firstDs: string | null;
  lastDs: string | null;
  resolvedAt: string | null;
  previousId: number | null;
  snoozedUntil: string | null;
  translations: Partial<Record<Language, Wording>> | null;
  cause: Cause | null;
  sparkline: (number | null)[];
  cursor: string;
}

/** Recommendations that the version opened since it is live, and no more than information are not counted; `budget` is what chance may give a week, null of what knows none. `perWeek` is null before the first week is over. */
export interface LiveAlerts {
  count: number;
  weeks: number;
  perWeek: number | null;
  budget: number | null;
}

/** Of the latest executions that ended well, at most 200. */
export interface LiveDurations {
  count: number;
  p50Ms: number;
  p95Ms: number;
}

/** Of the forecasts that could be compared with what came: their mean error and that of repeating the last season, each over what repeating misses by in the past; `skill` is 1 less their ratio; `coverage` the values in 100 within the range, that is meant to hold `level`. */
export interface LiveForecasts {
  points: number;
  mase: number | null;
  naiveMase: number | null;
  skill: number | null;
  coverage: number | null;
  level: number;
}

/** What a version was worth since it tells; `forecasts` is null of what forecasts nothing. */
export interface LivePerformance {
  periods: LivePeriod[];
  forecasts: LiveForecasts | null;
  alerts: LiveAlerts;
  durations: LiveDurations | null;
}

/** A week from Monday, or one period of a step of months or more, in the dataset's local time, half-open; what its forecasts were worth, and how many recommendations the version opened, null before it was live. */
export interface LivePeriod {
  windowStart: string;
  windowEnd: string;
  points: number;
  mase: number | null;
  naiveMase: number | null;
  skill: number | null;
  coverage: number | null;
  alerts: number | null;
}

/** How far a file is on its way to advice. `prepared`: what became of its rows, null before there are any; `executions` of the models that read them, of which `executionsEnded` have ended and said what they found. `recommendations` are those of its dataset that are still found, `firstRecommendation` the gravest of them. `isDone`: nothing of it is left to do. */
export interface LoadProgress {
  id: number;
  name: string;
  status: UploadStatus;
  dataset: string | null;
  rowCount: number | null;
  refusedCount: number | null;
  prepared: "pending" | "prepared" | "failed" | null;
  executions: number;
  executionsEnded: number;
  executionsFailed: number;
  recommendations: number;
  firstRecommendation: number | null;
  isDone: boolean;
  refusal: Said | null;
}

/** `name`: of the dataset; the others as in a look. */
export interface LoadUpload {
  id: number;
  time?: string | null | undefined;
  dates?: "day-first" | "month-first" | null | undefined;
  decimal?: "." | "," | null | undefined;
  sheet?: string | null | undefined;
  encoding?: string | null | undefined;
  country?: string | null | undefined;
  name: string;
}

/** One of `table`, `question` and `refusal` is there; `sheets` of a workbook, `columns`, `encodings` of a text file and `countries` by their code can be chosen from. `encoding`: the one in which it was read. */
export interface LookedAt {
  sheets: string[];
  columns: string[];
  encoding: string | null;
  encodings: Choice[];
  countries: string[];
  table: TableOfFile | null;
  question: OpenQuestion | null;
  refusal: Said | null;
}

export interface Lowest {
  min: Expression[];
}

/** The notifications of these `ids`, or with `all` every one that there is. */
export interface MarkRead {
  ids?: string[] | undefined;
  all?: boolean | undefined;
}

export interface Marked {
  success: boolean;
  unread: number;
}

export interface Me {
  id: number;
  name: string;
  role: Role;
}

/** `kind`: whether several rows of a period are added up or averaged. */
export interface MeasureOfFile {
  label: string;
  unit: string | null;
  kind: "sum" | "mean";
}

/** Which slots are made up that came while nobody looked: the latest of them, all, or none. */
export type Misfire = "latest" | "all" | "skip";

/** `lacks`: what a draft needs before it can be executed. `warnings`: why it judges less well than it could. `history`: all that its dataset was delivered, in the dataset's local time, half-open; null where there is none. `lacksBacktest`: it can be promoted after a finished backtest, or by force with a reason. `performance`: what it was worth since it tells; null of a version that never ended an execution well. */
export interface ModelDetail {
  id: number;
  name: string;
  version: string;
  type: ModelType;
  status: ModelStatus;
  inputSchema: Record<string, unknown> | null;
  outputSchema: Record<string, unknown> | null;
  config: Record<string, unknown> | null;
  createdBy: number | null;
  createdAt: string;
  updatedAt: string;
  description: string | null;
  dataset: string | null;
  events: ModelEvent[];
  lacks: Remark[];
  warnings: Remark[];
  history: Delivered | null;
  lacksBacktest: boolean;
  performance: LivePerformance | null;
}

/** A change of status; `actor` is the user's id, null for a command on the machine itself. `translations` are the reason's, where the platform itself gave it. */
export interface ModelEvent {
  id: number;
  statusBefore: "draft" | "active" | "deprecated" | null;
  statusAfter: "draft" | "active" | "deprecated";
  actor: number | null;
  actorName: string | null;
  reason: string | null;
  createdAt: string;
  translations: Partial<Record<Language, Reasoned>> | null;
}

/** `phase` says where an accepted execution stands: held, queued, claimed, started, done. `supersededBy`: the DRM run that delivered the window again while this was held; it was never begun, and though its status is `failed`, it has not failed. `translations` are the error's, where it is a sentence of the platform. `coverage` is null until it has ended well, and of what an earlier release ran. */
export interface ModelExecution {
  id: number;
  modelId: number;
  status: ExecutionStatus;
  inputRef: string | null;
  outputRef: string | null;
  durationMs: number | null;
  errorMsg: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  phase: Phase;
  attempt: number;
  trigger: string;
  dataVersion: string | null;
  requestedAt: string | null;
  metrics: Record<string, unknown> | null;
  dagsterRunId: string | null;
  supersededBy: number | null;
  modelName: string;
  modelVersion: string;
  modelType: ModelType;
  dataset: string | null;
  translations: Partial<Record<Language, Failed>> | null;
  coverage: Coverage | null;
}

export interface ModelFilter {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  status?: ModelStatus | null | undefined;
  type?: ModelType | null | undefined;
  name?: string | null | undefined;
}

/** `path` as the caller wrote it, such as ["config", "params", "window"]. */
export interface ModelIssue {
  path: (string | number)[];
  message: string;
  code: string;
  values: Record<string, unknown>;
  translations: Partial<Record<Language, Told>>;
}

export interface ModelRef {
  id: number;
  name: string;
  version: string;
}

export interface ModelStats {
  total: number;
  active: number;
}

export type ModelStatus = "draft" | "active" | "deprecated";

export type ModelType = "rule_based" | "statistical" | "ml";

/** What a model that was created reads, and by which runtime. */
export interface Modelled {
  dataset: string;
  measures: string[];
  runtime: string;
}

export interface Multiply {
  multiply: Expression[];
}

/** `origin`: password, link, oidc, or token for a bearer token. `address` is where it began. */
export interface MySession {
  id: string;
  origin: string;
  address: string;
  createdAt: string;
  expiresAt: string;
  isCurrent: boolean;
}

/** Null leaves it to the browser. `region`: how numbers, days and money are written; null leaves it to `instanceRegion`, and that, if null, to the browser. `homeDashboard`: whose figures Home shows; null leaves it to the platform. */
export interface MySettings {
  user: Me;
  language: Language | null;
  region: "US" | "GB" | "GH" | "KE" | "NG" | "FR" | "CI" | "CM" | "SN" | null;
  instanceRegion: "US" | "GB" | "GH" | "KE" | "NG" | "FR" | "CI" | "CM" | "SN" | null;
  theme: "system" | "light" | "dark";
  timeZone: string | null;
  homeDashboard: number | null;
}

/** What `filters` are in another language. */
export interface Narrowed {
  filters: string[];
}

export interface Negate {
  negate: Expression;
}

/** `windowStart` and `windowEnd` are in the dataset's local time, half-open; left out, all of the history. `alertsPerWeek` left out is the model's own. */
export interface NewBacktest {
  modelId: number;
  windowStart?: string | null | undefined;
  windowEnd?: string | null | undefined;
  alertsPerWeek?: number | null | undefined;
}

/** Without `config`, the type's default on the dataset that has the columns of `inputSchema`, and of the measure that it names; where there is none, a draft that lacks it. Schemas left out are made from the dataset's fields. */
export interface NewModel {
  name: string;
  type: ModelType;
  inputSchema?: Record<string, unknown> | null | undefined;
  outputSchema?: Record<string, unknown> | null | undefined;
  version?: string | undefined;
  config?: Record<string, unknown> | null | undefined;
  description?: string | undefined;
}

/** The first chart of `queryConfig` says what stands on which axis; a table has none. With `id` it is that panel of the same dashboard, changed; without, a new one. */
export interface NewPanel {
  id?: number | null | undefined;
  title: string;
  type: PanelType;
  queryConfig: QueryConfig;
  refreshS?: number | undefined;
  width?: number | undefined;
}

/** `force` with a reason activates a version without a backtest, where one could be made. */
export interface NewStatus {
  id: number;
  status: ModelStatus;
  reason?: string | null | undefined;
  force?: boolean | undefined;
}

/** `schedule` in the words of docs/reports.md, such as `daily 09:00 Africa/Lagos`; so are the others: `wait` and `jitter` are lengths of time such as `6h`. */
export interface NewTemplate {
  name: string;
  queryConfig: QueryConfig;
  format: ReportFormat;
  schedule?: string | null | undefined;
  description?: string | undefined;
  wait?: string | null | undefined;
  reissue?: Reissue | undefined;
  empty?: Empty | undefined;
  misfire?: Misfire | undefined;
  jitter?: string | null | undefined;
  pauseAfter?: number | undefined;
}

/** `name` is lower case: a-z 0-9 . _ @ + ~ - */
export interface NewUser {
  name: string;
  role: Role;
}

/** True where the condition is false; not known where that is not known. */
export interface Not {
  not: Condition;
}

export interface NotPrepared {
  prepareError: string;
}

/** `id` is `kind:itemId`; `subjectId` is what a link leads to: of a report its template, of a model its version, of a dataset's delivery the dataset, whose name is the title, of a restatement the template, else the item. `event`: ready, reissued or failed (report), paused (template, by the platform), restated (restatement: data that a report shows was delivered again), opened (recommendation), failed (execution), promoted (model), refused or failed (dataset: what was delivered was not prepared), failed (delivery: nothing was delivered). `detail`: the error or reason, if there is one. `slot`: the moment that a report was due, in UTC; null for one that was asked for, and for what is no report. `translations` are of what of title and detail is IOP's own. */
export interface Notification {
  id: string;
  kind: "report" | "recommendation" | "execution" | "model" | "dataset" | "delivery" | "template" | "restatement";
  itemId: number;
  subjectId: number;
  event: "ready" | "failed" | "opened" | "promoted" | "refused" | "paused" | "restated" | "reissued";
  title: string;
  detail: string | null;
  severity: Severity;
  at: string;
  isRead: boolean;
  slot: string | null;
  translations: Partial<Record<Language, Retold>> | null;
}

export interface NotificationPage {
  limit?: number | undefined;
  cursor?: string | null | undefined;
  unreadOnly?: boolean | undefined;
}

/** Newest first, of the last 30 days. `unread` is exact up to 99; 100 means more. `nextCursor` is for the page after; null on the last. */
export interface Notifications {
  items: Notification[];
  unread: number;
  nextCursor: string | null;
}

/** `measure` is None where the row is older than the field. */
export interface Occurrence {
  ds: string;
  measure?: string | null | undefined;
  value: number | null;
  severity: Severity;
  source_ref: string;
}

export interface OfBacktest {
  backtestId: number;
}

/** Null is the one that was chosen for Home, or else the oldest with figures. */
export interface OfDashboard {
  dashboardId?: number | null | undefined;
}

export interface OfDataset {
  name: string;
}

/** `checksum`: SHA-256, as `config.params.checksum` of a model names it. */
export interface OfFile {
  checksum: string;
}

export interface OfModel {
  modelId: number;
}

/** `modelIds` are of versions. */
export interface OfModels {
  modelIds: number[];
}

/** A saved panel, or a `queryConfig` that is not saved yet; `params` are those it declares. `period`, in the words of `in_period` such as last_30_days, takes the place of the panel's own; `filters` are added. Both apply where the panel's source has a time and such a field. `series` are names of lines or groups of bars that are to be drawn, whatever others are larger. */
export interface OfPanel {
  panelId?: number | null | undefined;
  queryConfig?: QueryConfig | null | undefined;
  params?: Record<string, unknown> | undefined;
  period?: string | Span | null | undefined;
  filters?: PanelFilter[] | undefined;
  series?: (boolean | number | string)[] | undefined;
}

/** Of one data version, or of all of a dataset. */
export interface OfRejected {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  name?: string | null | undefined;
  versionId?: number | null | undefined;
}

export interface OfReport {
  reportId: number;
}

export interface OfSchedule {
  schedule: string;
}

/** Without `uniqueId` and `measure`: the series with the most findings. */
export interface OfSeries {
  id: number;
  uniqueId?: string | null | undefined;
  measure?: string | null | undefined;
  maxPoints?: number | undefined;
}

/** A dataset's name, `dataset:NAME`, or a ledger such as `recommendations` or `executions`. */
export interface OfSource {
  name: string;
}

/** A file that arrived, and what is said of it beforehand, as the options of `iop start`. `name`: of the dataset; `time`: a column's label; `dates`: how 01/02/2026 is read; `decimal`: the decimal sign of 1,234; `encoding`: of a text file; `country`: whose public holidays hold, such as DE or DE-BY, or none. */
export interface OfUpload {
  id: number;
  time?: string | null | undefined;
  dates?: "day-first" | "month-first" | null | undefined;
  decimal?: "." | "," | null | undefined;
  sheet?: string | null | undefined;
  encoding?: string | null | undefined;
  country?: string | null | undefined;
  name?: string | null | undefined;
}

export interface OfVersion {
  versionId: number;
}

/** From `at` on, clocks are `offsetS` seconds ahead of UTC. */
export interface OffsetChange {
  at: string;
  offsetS: number;
}

/** What only a person can decide: `answers` is the member of the input that does, `choices` its values. */
export interface OpenQuestion {
  text: Said;
  answers: "name" | "time" | "dates" | "decimal" | "sheet" | "encoding";
  choices: Choice[];
}

export interface Or {
  or: Condition[];
}

/** At most 200 points around another finding that the text speaks of; `translations` are the label's. */
export interface OtherEvidence {
  executionId: number | null;
  measure: string;
  label: string;
  unit: string;
  ds: string;
  since: string;
  points: EvidencePoint[];
  translations: Partial<Record<Language, Labelled>>;
}

/** One scored or forecast point; `ds` is in the dataset's local time. `id` is null of one that was read from a file. */
export interface OutputPoint {
  id: number | null;
  uniqueId: string;
  ds: string;
  measure: string;
  y: number | null;
  yhat: number | null;
  lo: number | null;
  hi: number | null;
  score: number | null;
  isFinding: boolean;
}

/** `files`: what each report is made as besides the template's own format, from the same rows. */
export interface Outputs {
  csv?: CsvOutput | undefined;
  json?: JsonOutput | undefined;
  pdf?: PdfOutput | undefined;
  xlsx?: XlsxOutput | undefined;
  files?: FileFormat[] | undefined;
}

/** A mark that is no row: a gap has no `y`; `others` is how many categories it is the sum of, 0 of none. */
export interface OwnMark {
  x: string | number | boolean | null;
  y: number | null;
  others: number;
}

/** Newest id first; `cursor` is the last id seen. */
export interface Page {
  limit?: number | undefined;
  cursor?: number | null | undefined;
}

export interface PageOfDataset {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  name: string;
}

export interface Panel {
  id: number;
  dashboardId: number;
  title: string;
  type: PanelType;
  queryConfig: QueryConfig;
  refreshS: number;
  width: number;
}

/** Rows hold their values in the order of `columns`; dates as ISO text, moments in the zone of their field. `totals`: the measures of all rows, where it asks for them; `totalAt` is which of its cells says so. `isTruncated`: there are more rows; `total` is how many, null where nobody counted. `translations` are of `filters`. `asOf` is the moment that periods are counted from, `computedAt` when the rows were read: those of a saved panel are kept for its `refreshS`. `stretch`: where there is nothing to show of a dataset that has data, its last. `chart` is what was asked for, `spec` what is drawn of it. */
export interface PanelData {
  title: string;
  chart: ChartAxes | null;
  spec: ChartSpec | null;
  columns: Column[];
  rows: Cell[][];
  totals: Cell[] | null;
  totalAt: number | null;
  isTruncated: boolean;
  total: number | null;
  filters: string[];
  translations: Partial<Record<Language, Narrowed>>;
  appliedFilters: AppliedFilter[];
  reduced: Reduced | null;
  timeZone: string;
  dataTime: string | null;
  qualityScore: number | null;
  asOf: string;
  computedAt: string;
  stretch: LastStretch | null;
}

/** `in` takes a list of 1 to 1000 values. */
export interface PanelFilter {
  field: string;
  op: "eq" | "in";
  value: boolean | number | string | (boolean | number | string)[];
}

/** How a panel shows its table; `metric` shows one row as figures. */
export type PanelType = "bar" | "line" | "pie" | "scatter" | "table" | "metric";

/** A value that one run may set. `of` is the element type of a list. */
export interface Param {
  type: "string" | "integer" | "number" | "boolean" | "date" | "datetime" | "period" | "list";
  of?: "string" | "integer" | "number" | "boolean" | "date" | "datetime" | undefined;
  default?: boolean | number | string | (boolean | number | string)[] | Span | null | undefined;
  optional?: boolean | undefined;
  label?: string | null | undefined;
}

/** The value of a parameter of the query. */
export interface ParamRef {
  param: string;
}

/** Ends all sessions of the account. */
export interface PasswordOf {
  id: number;
  password: string;
}

/** In a rule: a statistic of the `previous` periods strictly before. Unknown if fewer than `min_count` of them are known (half of them, rounded up, if not given); `count` always is known. `std` divides by n - 1. */
export interface PastStatistic {
  field: string;
  agg: "mean" | "median" | "sum" | "min" | "max" | "std" | "count";
  previous: number;
  min_count?: number | null | undefined;
}

/** Why the platform paused a template: its author's account is disabled, or its reports failed in a row. */
export type PauseCause = "author" | "failures";

/** The keys of all sections of the page. */
export interface PdfOutput {
  /** A table with one row, whose compared figures are told in a sentence. */
  summary?: string | null | undefined;
  /** A table of groups or days, whose worst row the sentence names. */
  summary_worst?: string | null | undefined;
  /** A table with one row, shown as large figures. */
  tiles?: string | null | undefined;
  /** A table with a column “title”, shown as a list. */
  recommendations?: string | null | undefined;
  /** None selected: those not shown elsewhere. */
  tables?: string[] | undefined;
  max_rows?: number | undefined;
  orientation?: "portrait" | "landscape" | undefined;
}

/** Where an accepted request stands; `status` keeps the three words of the contract. held: waits for a data quality score, a report for deliveries. queued: may be launched. claimed: a Dagster run was requested for this attempt. started: a worker computes it. done: terminal. */
export type Phase = "held" | "queued" | "claimed" | "started" | "done";

/** How many of a dataset's deliveries are prepared, of those that are there. */
export interface Preparing {
  done: number;
  total: number;
}

/** `force` with a reason promotes a version without a backtest, where one could be made; both are kept. */
export interface Promote {
  id: number;
  reason?: string | null | undefined;
  force?: boolean | undefined;
}

/** Of each dataset's latest prepared data, 0 to 100: DRM's score, null if it was never scored, and the share of its rows that could be used, null if nothing was delivered. `unprepared`: deliveries that were refused or failed, and whose period no later one has filled; nothing of them is prepared. */
export interface QualityStats {
  byDataset: Record<string, number | null>;
  usableByDataset: Record<string, number | null>;
  unprepared: Unprepared[];
}

export interface QueryConfig {
  version: 2;
  source: string;
  time_zone?: string | null | undefined;
  language?: Language | undefined;
  locale?: "en-US" | "en-GB" | "en-GH" | "en-KE" | "en-NG" | "fr-FR" | "fr-CI" | "fr-CM" | "fr-SN" | "de-DE" | "es-ES" | "it-IT" | "nl-NL" | "pt-BR" | "pt-PT" | null | undefined;
  week_start?: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun" | undefined;
  fiscal_year_start?: number | undefined;
  params?: Record<string, Param> | undefined;
  where?: Condition | null | undefined;
  datasets: Record<string, TableQuery>;
  charts?: Chart[] | undefined;
  layout?: (TextItem | SummaryItem | FiguresItem | ChartItem | RecommendationsItem | TableItem | BreakItem)[] | undefined;
  brand?: BrandChoice | undefined;
  outputs?: Outputs | undefined;
}

/** `rows` of all `total` are shown, and `reads` rows of the source are looked at for them. */
export interface ReadTable {
  name: string;
  title: string;
  source: string;
  rows: number;
  total: number;
  reads: number;
}

/** What a `reason` of the platform's own is in another language. */
export interface Reasoned {
  reason: string;
}

export interface Reasons {
  label: string;
  rationale: string[];
  actions: string[];
}

/** Of `count` anomalies that were put in, how many were told, and after how many periods in the middle. `kind` is null for all that a model can see. */
export interface Recall {
  kind: "spike" | "dip" | "shift" | "freeze" | "missing" | null;
  count: number;
  told: number;
  delay: number | null;
}

/** `metadata` is the evidence. `resolvedAt`: the finding is gone, whatever was decided about it. `severity` is that of the last finding, `peakSeverity` the gravest there was. `translations` are those of title and description; null where IOP did not write them. `cause`: null of what has none, and in a list of what it has alone of one. */
export interface Recommendation {
  id: number;
  title: string;
  description: string | null;
  category: Category;
  severity: Severity;
  peakSeverity: Severity;
  status: ReviewStatus;
  sourceRef: string | null;
  createdAt: string;
  updatedAt: string;
  dataset: string | null;
  uniqueId: string | null;
  modelId: number | null;
  occurrences: number;
  firstDs: string | null;
  lastDs: string | null;
  resolvedAt: string | null;
  previousId: number | null;
  snoozedUntil: string | null;
  translations: Partial<Record<Language, Wording>> | null;
  cause: Cause | null;
  metadata: Evidence | null;
}

/** `kind`: opened, updated, resolved, status, comment or snoozed; a comment's text is `reason`. `translations` are the reason's, where the platform itself gave it. */
export interface RecommendationEvent {
  id: number;
  kind: string;
  statusBefore: "open" | "accepted" | "dismissed" | null;
  statusAfter: "open" | "accepted" | "dismissed" | null;
  actor: number | null;
  actorName: string | null;
  reason: string | null;
  sourceRef: string | null;
  details: Record<string, unknown> | null;
  createdAt: string;
  translations: Partial<Record<Language, Reasoned>> | null;
}

/** At most 200 points around the finding of period `ds`, and the text in its parts. `measure`, `label`, `unit`, `executionId` and `points` are all of that finding; `others` are findings of other measures, or of times that the points do not reach. `rationale`: why, a sentence or two each; `actions`: what to do; `owner`: who. `translations` are those of label and the two; null where IOP did not write them. */
export interface RecommendationEvidence {
  recommendationId: number;
  executionId: number | null;
  uniqueId: string | null;
  measure: string | null;
  label: string | null;
  unit: string | null;
  timeZone: string;
  freq: string | null;
  ds: string | null;
  since: string | null;
  points: EvidencePoint[];
  others: OtherEvidence[];
  rationale: string[];
  actions: string[];
  owner: string | null;
  translations: Partial<Record<Language, Reasons>> | null;
}

/** `order`: gravest has what still stands before what is no longer found, the gravest of it first, then what was so last in the time of its data; newest has what was written last first. `cursor` is that of the last row seen, whose place it keeps although the row moved since; an id alone is taken for where that row stands now. `isSnoozed` false leaves out what is put off to a later moment, true leaves only that; so does `isResolved` with what is no longer found. `q` is looked for in titles of every language, whatever the case. `model` is a name, of whichever version; `uniqueId` a series; `from` and `to` are the first and last day on which it was opened, in the platform's time zone. `withCause` leaves out what another one of the list, graver and of one cause with it, tells already; `cause` asks for those of one. */
export interface RecommendationFilter {
  limit?: number | undefined;
  cursor?: string | number | null | undefined;
  order?: "gravest" | "newest" | undefined;
  status?: ReviewStatus | null | undefined;
  category?: Category | null | undefined;
  severity?: Severity | null | undefined;
  isSnoozed?: boolean | null | undefined;
  isResolved?: boolean | null | undefined;
  dataset?: string | null | undefined;
  q?: string | null | undefined;
  model?: string | null | undefined;
  uniqueId?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  withCause?: boolean | undefined;
  cause?: number | null | undefined;
}

/** `open` were not decided: `waiting` are those still found, `goneAway` those that are not any more. `bySeverity` and `byCategory` are of the open ones, `waitingBySeverity` and `waitingByCategory` of those that wait; every word has its number. `lastChange` grows with every line of a history: what was found, found again or decided, and what was said. */
export interface RecommendationStats {
  open: number;
  waiting: number;
  goneAway: number;
  bySeverity: Record<string, number>;
  byCategory: Record<string, number>;
  waitingBySeverity: Record<string, number>;
  waitingByCategory: Record<string, number>;
  lastChange: number;
}

export interface RecommendationsItem {
  type: "recommendations";
  data: string;
}

/** Rows that are drawn, of all that were read: those of a chart with more marks than can be told apart. */
export interface Reduced {
  shown: number;
  total: number;
}

/** First, last, lowest and highest points, gaps, and the strongest finding of each stretch are kept. */
export interface ReducedSeries {
  shown: number;
  total: number;
}

/** What is done when data that a report showed is delivered once more. offer: who owns the template is told, and may have it issued again. send: it is. never: nothing. */
export type Reissue = "offer" | "send" | "never";

/** `row` as it stood when `step` refused it; `translations` are the reason's. */
export interface RejectedRow {
  id: number;
  versionId: number;
  dataVersion: string;
  drmRunId: number;
  step: string;
  reason: string;
  row: Record<string, unknown>;
  translations: Partial<Record<Language, Reasoned>> | null;
}

/** `code` and `values` are the sentence's; `translations` are the message's. */
export interface Remark {
  message: string;
  code: string;
  values: Record<string, unknown>;
  translations: Partial<Record<Language, Told>>;
}

/** `form`: `parquet` is the result itself, which all others are made from. */
export interface ReportFileOf {
  form: FileFormat | "parquet";
  sizeBytes: number;
  checksum: string;
}

export type ReportFormat = "json" | "csv" | "pdf";

/** `fields`: JSON Schema of what `outputs` of a query_config may say of this format, with each key's `default`, range, `title` and `description` and their `translations`. `x-names` marks a key that names a `table` of `datasets`, or a `column` of the table that the key `x-of` names. */
export interface ReportOutput {
  format: FileFormat;
  fields: Record<string, unknown>;
}

/** Of a PDF its `pages`, each with the path of its picture (`?width=` up to 2000 pixels); of CSV and JSON the first rows: `rows` are of the file's `rowCount`, which may be of more, `rowTotal`. */
export interface ReportPreview {
  reportId: number;
  format: FileFormat;
  pages: number | null;
  paths: string[];
  columns: string[];
  rows: Cell[][];
  rowCount: number | null;
  rowTotal: number | null;
}

/** Counted as of now: all `tables` of the config, the main one first. `durationMs` is how long counting took. */
export interface ReportReads {
  tables: ReadTable[];
  durationMs: number;
}

export interface ReportStats {
  ready: number;
  failed24h: number;
}

export type ReportStatus = "pending" | "generating" | "ready" | "failed";

/** `scheduleWords` reads the schedule out. `pauseCause`: why the platform paused it, and `pausedFor` the same in words; null where a person did, or nobody. `passedOver`: the slots that were not made up the last time that any were not. */
export interface ReportTemplate {
  id: number;
  name: string;
  description: string | null;
  queryConfig: QueryConfig;
  format: ReportFormat;
  schedule: string | null;
  status: TemplateStatus;
  createdBy: number | null;
  createdAt: string;
  updatedAt: string;
  wait: string | null;
  reissue: Reissue;
  empty: Empty;
  misfire: Misfire;
  jitter: string | null;
  pauseAfter: number;
  pausedAt: string | null;
  pauseCause: PauseCause | null;
  pausedFor: string | null;
  passedOver: string | null;
  scheduleWords: string | null;
  translations: Partial<Record<Language, TemplateTold>> | null;
}

/** In another language. */
export interface ReportTold {
  errorMsg: string | null;
  remark: string | null;
  restated: string | null;
}

/** In another language, or as it is where it is not IOP's own. */
export interface Retold {
  title: string;
  detail: string | null;
}

export interface Review {
  id: number;
  idempotencyKey?: string | null | undefined;
  expectedStatus?: ReviewStatus | null | undefined;
  status: ReviewStatus;
  reason?: string | null | undefined;
}

export type ReviewStatus = "open" | "accepted" | "dismissed";

/** The active version of the name, on the same weeks and with its own budget: how many things it tells, how many of this version's it tells too, and how many only one of both does. */
export interface Rival {
  id: number;
  version: string;
  budget: number | null;
  count: number;
  perWeek: number | null;
  both: number;
  onlyThis: number;
  onlyRival: number;
  injected: Recall | null;
  precision: number | null;
  forecast: Skill | null;
}

/** `viewer` reads; `admin` reads and changes. */
export type Role = "viewer" | "admin";

export interface Rollback {
  name: string;
  reason?: string | null | undefined;
}

/** To `decimals`; halves go to the even side. */
export interface Round {
  round: Expression;
  decimals?: number | undefined;
}

/** `sort` left out is newest first; `delivered` is the beginning of the window, `rows` those that DRM counted. */
export interface RunsOfDataset {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  isAscending?: boolean | undefined;
  name: string;
  sort?: "run" | "delivered" | "status" | "rows" | "started" | null | undefined;
}

/** `params`: JSON Schema of what `config.params` may hold, with each parameter's `default`, range, `title` and `description` and their `translations`; `x-rare` marks those that are seldom changed. `findingKinds` is null where findings bear the names of the model's own rules. The first runtime of a type is what a model of that type gets that names none. */
export interface Runtime {
  name: string;
  type: ModelType;
  label: string;
  summary: string;
  params: Record<string, unknown>;
  findingKinds: FindingKind[] | null;
  translations: Partial<Record<Language, RuntimeWords>>;
}

export interface RuntimeWords {
  label: string;
  summary: string;
}

/** A sentence of the platform. */
export interface Said {
  message: string;
  translations: Partial<Record<Language, Told>>;
}

/** What `notes` are in another language. */
export interface SaidOfChart {
  notes: string[];
}

/** With `id` that dashboard is replaced; panels of it that are not given go. `ifVersion`: the version that was changed; CONFLICT, with what is there as `data.current`, if somebody else saved since. */
export interface SaveDashboard {
  id?: number | null | undefined;
  name: string;
  description?: string | undefined;
  panels?: NewPanel[] | undefined;
  ifVersion?: number | null | undefined;
}

export interface SavedDashboard {
  success: boolean;
  id: number;
  version: number;
}

/** `schedule` with its time and zone spelled out, as it can be stored; `words` read it out, and `translations` are theirs; `nextTimes`: the next five. `isEitherDay`: a cron that restricts both of its days, and is due on either, as the words say. */
export interface ScheduleWords {
  schedule: string;
  words: string;
  isEitherDay: boolean;
  translations: Partial<Record<Language, Worded>>;
  nextTimes: string[];
  timeZone: string;
}

/** One finding without its points; `source_ref` names the execution or score it comes from. */
export interface Seen {
  kind: string;
  severity: Severity;
  measure: string;
  unit: string;
  label: string;
  ds: string;
  since: string;
  value: number | null;
  expected: number | null;
  lo: number | null;
  hi: number | null;
  score: number;
  confidence: number | null;
  details?: Record<string, unknown> | undefined;
  source_ref: string;
}

/** One column: a `field` (perhaps in a time `bucket`), a declared `measure`, `agg` of a field, or what is computed of measures: `{compute: revenue - cost, as: margin}`. Fields become the groups as soon as one column is a measure or an aggregate. `compare` adds `<name>_previous` and `<name>_change` from the period just before, or the same a year ago. */
export interface Select {
  field?: string | null | undefined;
  measure?: string | null | undefined;
  agg?: "sum" | "mean" | "min" | "max" | "count" | "count_distinct" | null | undefined;
  compute?: string | null | undefined;
  bucket?: "1min" | "5min" | "10min" | "15min" | "30min" | "hour" | "day" | "B" | "week" | "W-MON" | "W-TUE" | "W-WED" | "W-THU" | "W-FRI" | "W-SAT" | "W-SUN" | "month" | "quarter" | "QS-FEB" | "QS-MAR" | "2QS" | "year" | null | undefined;
  fill?: "zero" | "null" | null | undefined;
  compare?: "previous_period" | "same_period_last_year" | null | undefined;
  as?: string | null | undefined;
  label?: string | null | undefined;
  unit?: string | null | undefined;
  decimals?: number | null | undefined;
  favourable?: "up" | "down" | null | undefined;
}

/** One line of an execution's output: how many points it has, and findings among them. `label` is what people call the measure; `translations` are its own, where it is IOP's. */
export interface SeriesName {
  uniqueId: string;
  measure: string;
  label: string;
  translations: Partial<Record<Language, Labelled>> | null;
  points: number;
  findings: number;
}

/** `labels` of the columns that tell series apart; models watch `watchedCount` of them. `isUnique`: each moment comes once a series; else rows are events. */
export interface SeriesOfFile {
  labels: string[];
  count: number;
  watchedCount: number;
  isUnique: boolean;
}

export interface SeriesPoint {
  ds: string;
  y: number | null;
  yhat: number | null;
  lo: number | null;
  hi: number | null;
  score: number | null;
  isFinding: boolean;
}

export type Severity = "info" | "warning" | "critical";

export interface Since {
  lastEventId?: string | null | undefined;
}

/** Of forecasts from `origins` moments: `skill` is 1 less their error (`mase`) over that of repeating the last season (`naiveMase`); `coverage` per cent of the values lay within the range, which is meant to hold `level`. */
export interface Skill {
  origins: number;
  points: number;
  mase: number | null;
  naiveMase: number | null;
  skill: number | null;
  coverage: number | null;
  level: number;
}

/** `until` null takes it up again. */
export interface Snooze {
  id: number;
  idempotencyKey?: string | null | undefined;
  expectedStatus?: ReviewStatus | null | undefined;
  until: string | null;
  reason?: string | null | undefined;
}

export interface Sort {
  by: string;
  dir?: "asc" | "desc" | undefined;
}

/** `zone` is that of a moment's local times, `vocabulary` that of IOP's own words, `words` those of one that grows with the runtimes; `translations` are the label's, where it is IOP's own. */
export interface SourceField {
  name: string;
  type: "string" | "integer" | "number" | "boolean" | "date" | "datetime";
  label: string;
  unit: string | null;
  zone: string | null;
  vocabulary: "severity" | "category" | "review_status" | "model_type" | "execution_status" | "execution_phase" | "finding_kind" | "report_format" | "report_status" | "pipeline_status" | null;
  words: Record<string, Word> | null;
  translations: Partial<Record<Language, Labelled>> | null;
}

export interface SourceMeasure {
  name: string;
  kind: string;
  label: string;
  unit: string | null;
  translations: Partial<Record<Language, Labelled>> | null;
}

/** What a query_config may name of one source; `time` is the field that says how fresh it is. `stretch`: of a dataset that has rows. */
export interface SourceSchema {
  source: string;
  label: string;
  translations: Partial<Record<Language, Labelled>> | null;
  time: string | null;
  fields: SourceField[];
  measures: SourceMeasure[];
  stretch: LastStretch | null;
}

/** A period by its ends. A last day belongs to it; an end with a time of day is the first moment that does not. */
export interface Span {
  from: string;
  to: string;
}

/** `every` periods of `freq`; `share` of the rows are that far apart. Events have no step. `seconds`: of a step within the day, which need not be whole hours. */
export interface StepOfFile {
  freq: "1min" | "5min" | "10min" | "15min" | "30min" | "h" | "D" | "B" | "W" | "MS" | "QS" | "2QS" | "YS";
  every: number;
  seconds: number | null;
  share: number;
  isRegular: boolean;
}

/** `name`: as its sender called it. */
export interface StoredFile {
  checksum: string;
  name: string;
  sizeBytes: number;
  inputs: FileInput[];
  outputs: FileOutput[];
}

/** The first less the second. */
export interface Subtract {
  subtract: Expression[];
}

/** What became of the compared measures of a table of one row; `worst`: a table whose worst row is named. */
export interface SummaryItem {
  type: "summary";
  data: string;
  worst?: string | null | undefined;
}

export interface TableItem {
  type: "table";
  data: string;
}

/** What the file will be loaded as: its first `rows`, in the order of the first `columns`. `country`: null where holidays do not show, such as in months. `isKnown`: a dataset of that name is there, to which the file adds, or of which it replaces its periods. */
export interface TableOfFile {
  dataset: string;
  isKnown: boolean;
  title: string[];
  time: TimeOfFile;
  step: StepOfFile;
  country: CountryOfFile | null;
  series: SeriesOfFile;
  measures: MeasureOfFile[];
  keptBeside: string[];
  columns: ColumnOfFile[];
  columnCount: number;
  rows: ((string | null)[])[];
  rowCount: number;
  refused: LineOfFile[];
  refusedCount: number;
  leftOut: LineOfFile[];
  leftOutCount: number;
  notes: Said[];
}

/** One table of the result. `group: true` without measures gives distinct rows; without `limit` it is whole. */
export interface TableQuery {
  title?: string | null | undefined;
  source?: string | null | undefined;
  select: Select[];
  where?: Condition | null | undefined;
  having?: Condition | null | undefined;
  group?: boolean | undefined;
  sort?: Sort[] | undefined;
  top?: Top | null | undefined;
  totals?: boolean | undefined;
  subtotals?: string[] | undefined;
  limit?: number | null | undefined;
  offset?: number | undefined;
}

/** `nextTimes` are the next five moments of its schedule, to be shown in its `timeZone`. */
export interface TemplateDetail {
  id: number;
  name: string;
  description: string | null;
  queryConfig: QueryConfig;
  format: ReportFormat;
  schedule: string | null;
  status: TemplateStatus;
  createdBy: number | null;
  createdAt: string;
  updatedAt: string;
  wait: string | null;
  reissue: Reissue;
  empty: Empty;
  misfire: Misfire;
  jitter: string | null;
  pauseAfter: number;
  pausedAt: string | null;
  pauseCause: PauseCause | null;
  pausedFor: string | null;
  passedOver: string | null;
  scheduleWords: string | null;
  translations: Partial<Record<Language, TemplateTold>> | null;
  nextTimes: string[];
  timeZone: string | null;
}

export interface TemplateFilter {
  limit?: number | undefined;
  cursor?: number | null | undefined;
  status?: TemplateStatus | null | undefined;
}

export type TemplateStatus = "active" | "paused";

/** In another language. */
export interface TemplateTold {
  scheduleWords: string | null;
  pausedFor: string | null;
  passedOver: string | null;
}

/** Paragraphs, which empty lines part. */
export interface TextItem {
  type: "text";
  text: string;
  title?: string | null | undefined;
  data?: string | null | undefined;
}

/** What one recommendation would have been about. `opened` is the end of the delivery that opens it; `budget`: told from so many alerts a week on, 0 where that is always; `chance`: how seldom chance gives it, null where the method knows none. */
export interface Thing {
  series: string;
  measure: string;
  kind: string;
  severity: Severity;
  ds: string;
  since: string;
  until: string;
  opened: string;
  value: number | null;
  expected: number | null;
  lo: number | null;
  hi: number | null;
  score: number;
  chance: number | null;
  budget: number;
  periods: number;
}

/** `example`: the first moment as it stands in the file; `first` and `last` are periods, in local time. */
export interface TimeOfFile {
  label: string;
  example: string;
  first: string;
  last: string;
  periods: number;
}

/** What a title is in another language. */
export interface Titled {
  title: string;
}

/** What an answer's `message` is in another language. */
export interface Told {
  message: string;
}

/** The first n groups of the sort order; all others summed up as one row called `rest`. */
export interface Top {
  n: number;
  rest?: string | null | undefined;
}

/** True where the condition is not known to be true. */
export interface Unless {
  unless: Condition;
}

/** A delivery that failed and waits: `isRefused` if too many of its rows are refused, which `datasets.accept` takes. The window is in the dataset's local time, half-open; `usablePct` is the share of its rows that could be used, 0 to 100, null where preparing did not come so far. `translations` are the reason's. */
export interface Unprepared {
  versionId: number;
  dataVersion: string;
  dataset: string;
  drmRunId: number;
  windowStart: string;
  windowEnd: string;
  failedAt: string | null;
  isRefused: boolean;
  rowsIn: number | null;
  usablePct: number | null;
  qualityScore: number | null;
  reason: string;
  translations: Partial<Record<Language, Reasoned>> | null;
}

/** arriving: its bytes come. ready: looked at as often as one likes. queued, loading: a worker has it or will. discarded: its file is being removed, and then the row. */
export type UploadStatus = "arriving" | "ready" | "queued" | "loading" | "loaded" | "failed" | "discarded";

/** `oidcIssuer`: the provider that it signs in at, and that decides its role at each sign-in. */
export interface UserAccount {
  id: number;
  name: string;
  role: Role;
  isDisabled: boolean;
  hasPassword: boolean;
  oidcIssuer: string | null;
  createdAt: string;
}

export type Value = boolean | number | string | null | ParamRef | Span | (boolean | number | string)[] | FieldValue | PastStatistic | Add | Subtract | Multiply | Divide | Lowest | Highest | Coalesce | Negate | Absolute | Round | If | And | Or | Not | Unless | Compare;

/** A recommendation, in the few words that Home has room for; `translations` are its title's. */
export interface Waiting {
  id: number;
  title: string;
  severity: Severity;
  status: ReviewStatus;
  dataset: string | null;
  uniqueId: string | null;
  createdAt: string;
  translations: Partial<Record<Language, Titled>> | null;
}

/** A file that arrived and was not loaded, and why, where that was tried. */
export interface WaitingUpload {
  id: number;
  name: string;
  sizeBytes: number | null;
  uploadedAt: string;
  refusal: Said | null;
}

/** `as` left out is the report's own format; another is made from the same rows, if the template names none. */
export interface WantedFile {
  reportId: number;
  as?: FileFormat | null | undefined;
}

export interface Week {
  start: string;
  count: number;
}

/** What a value of IOP's own is called. */
export interface Word {
  label: string;
  translations: Partial<Record<Language, Labelled>>;
}

/** What `words` are in another language. */
export interface Worded {
  words: string;
}

export interface Wording {
  title: string;
  description: string;
}

export interface XlsxOutput {
  /** None selected: all, a sheet each. */
  datasets?: string[] | undefined;
  /** None selected: that of the report. */
  language?: "en" | "fr" | null | undefined;
}

/** From `since` to `until`, by IANA's `release`: the offset at the beginning, then each change. */
export interface ZoneRules {
  name: string;
  release: string;
  since: string;
  until: string;
  changes: OffsetChange[];
}

export interface Zones {
  names: string[];
}

export interface AppErrorData extends TRPCDefaultErrorData {
  /** Of inputs that are refused: messages by the input's key. */
  zodError?: { formErrors: string[]; fieldErrors: Record<string, string[] | undefined> };
  /** The same with the whole path of each value. */
  issues?: {
    path: (string | number)[];
    message: string;
    code: string;
    values: Record<string, unknown>;
    translations: Record<string, { message: string }>;
  }[];
  /** What the message says, for a program. */
  refusal: { code: string; values: Record<string, unknown> };
  /** Of the message, by language. */
  translations: Record<string, { message: string }>;
  /** Of faults of the platform: its log knows more under this id. */
  requestId?: string;
}

export interface AppErrorShape extends TRPCDefaultErrorShape {
  data: AppErrorData;
}

type Root = { ctx: object; meta: object; errorShape: AppErrorShape; transformer: false };

export type AppRouter = TRPCBuiltRouter<Root, {
  audit: {
    list: TRPCQueryProcedure<{ input: AuditFilter | undefined; output: AuditEvent[]; meta: unknown }>;
  };
  dashboard: {
    live: TRPCSubscriptionProcedure<{ input: Since | undefined; output: AsyncIterable<{ id: string; data: DashboardStats }, void, unknown>; meta: unknown }>;
    stats: TRPCQueryProcedure<{ input: void | undefined; output: DashboardStats; meta: unknown }>;
  };
  dashboards: {
    delete: TRPCMutationProcedure<{ input: ById; output: Done; meta: unknown }>;
    get: TRPCQueryProcedure<{ input: ById; output: Dashboard; meta: unknown }>;
    list: TRPCQueryProcedure<{ input: FoundPage | undefined; output: Dashboard[]; meta: unknown }>;
    save: TRPCMutationProcedure<{ input: SaveDashboard; output: SavedDashboard; meta: unknown }>;
  };
  datasets: {
    accept: TRPCMutationProcedure<{ input: OfVersion; output: Accepted; meta: unknown }>;
    get: TRPCQueryProcedure<{ input: OfDataset; output: DatasetDetail; meta: unknown }>;
    list: TRPCQueryProcedure<{ input: Page | undefined; output: Dataset[]; meta: unknown }>;
    quality: TRPCQueryProcedure<{ input: PageOfDataset; output: DatasetQuality[]; meta: unknown }>;
    rejected: TRPCQueryProcedure<{ input: OfRejected | undefined; output: RejectedRow[]; meta: unknown }>;
    runs: TRPCQueryProcedure<{ input: RunsOfDataset; output: DatasetRun[]; meta: unknown }>;
    schema: TRPCQueryProcedure<{ input: OfSource; output: SourceSchema; meta: unknown }>;
  };
  executions: {
    get: TRPCQueryProcedure<{ input: GetExecution; output: ExecutionDetail; meta: unknown }>;
    hindsight: TRPCQueryProcedure<{ input: OfSeries; output: ExecutionSeries; meta: unknown }>;
    latest: TRPCQueryProcedure<{ input: OfModels; output: ModelExecution[]; meta: unknown }>;
    list: TRPCQueryProcedure<{ input: ExecutionFilter | undefined; output: ModelExecution[]; meta: unknown }>;
    series: TRPCQueryProcedure<{ input: OfSeries; output: ExecutionSeries; meta: unknown }>;
  };
  home: {
    figures: TRPCQueryProcedure<{ input: OfDashboard | undefined; output: HomeFigures; meta: unknown }>;
    get: TRPCQueryProcedure<{ input: void | undefined; output: Home; meta: unknown }>;
  };
  intake: {
    discard: TRPCMutationProcedure<{ input: ById; output: Done; meta: unknown }>;
    load: TRPCMutationProcedure<{ input: LoadUpload; output: Asked; meta: unknown }>;
    look: TRPCQueryProcedure<{ input: OfUpload; output: LookedAt; meta: unknown }>;
    progress: TRPCQueryProcedure<{ input: ById; output: LoadProgress; meta: unknown }>;
    standing: TRPCQueryProcedure<{ input: void | undefined; output: IntakeStanding; meta: unknown }>;
    waiting: TRPCQueryProcedure<{ input: void | undefined; output: WaitingUpload[]; meta: unknown }>;
  };
  models: {
    backtest: TRPCMutationProcedure<{ input: NewBacktest; output: Backtest; meta: unknown }>;
    backtestLine: TRPCQueryProcedure<{ input: Line; output: BacktestLine; meta: unknown }>;
    backtestResult: TRPCQueryProcedure<{ input: OfBacktest; output: BacktestResult; meta: unknown }>;
    backtests: TRPCQueryProcedure<{ input: OfModel; output: Backtest[]; meta: unknown }>;
    cancelBacktest: TRPCMutationProcedure<{ input: OfBacktest; output: Done; meta: unknown }>;
    create: TRPCMutationProcedure<{ input: NewModel; output: CreatedModel; meta: unknown }>;
    execute: TRPCMutationProcedure<{ input: Execute; output: Executing; meta: unknown }>;
    file: TRPCQueryProcedure<{ input: OfFile; output: StoredFile; meta: unknown }>;
    get: TRPCQueryProcedure<{ input: ById; output: ModelDetail; meta: unknown }>;
    history: TRPCQueryProcedure<{ input: History; output: ModelExecution[]; meta: unknown }>;
    list: TRPCQueryProcedure<{ input: ModelFilter | undefined; output: AnalyticalModel[]; meta: unknown }>;
    promote: TRPCMutationProcedure<{ input: Promote; output: Done; meta: unknown }>;
    rollback: TRPCMutationProcedure<{ input: Rollback; output: Created; meta: unknown }>;
    runtimes: TRPCQueryProcedure<{ input: void | undefined; output: Runtime[]; meta: unknown }>;
    updateStatus: TRPCMutationProcedure<{ input: NewStatus; output: Done; meta: unknown }>;
    validate: TRPCQueryProcedure<{ input: NewModel; output: CheckedModel; meta: unknown }>;
  };
  notifications: {
    list: TRPCQueryProcedure<{ input: NotificationPage | undefined; output: Notifications; meta: unknown }>;
    markRead: TRPCMutationProcedure<{ input: MarkRead | undefined; output: Marked; meta: unknown }>;
  };
  panels: {
    data: TRPCQueryProcedure<{ input: OfPanel | undefined; output: PanelData; meta: unknown }>;
    drill: TRPCQueryProcedure<{ input: Drill | undefined; output: DrillData; meta: unknown }>;
  };
  recommendations: {
    changes: TRPCQueryProcedure<{ input: ChangedSince | undefined; output: Changes; meta: unknown }>;
    comment: TRPCMutationProcedure<{ input: Comment; output: Created; meta: unknown }>;
    evidence: TRPCQueryProcedure<{ input: ById; output: RecommendationEvidence; meta: unknown }>;
    get: TRPCQueryProcedure<{ input: ById; output: Recommendation; meta: unknown }>;
    history: TRPCQueryProcedure<{ input: ById; output: RecommendationEvent[]; meta: unknown }>;
    list: TRPCQueryProcedure<{ input: RecommendationFilter | undefined; output: ListedRecommendation[]; meta: unknown }>;
    snooze: TRPCMutationProcedure<{ input: Snooze; output: Done; meta: unknown }>;
    update: TRPCMutationProcedure<{ input: Review; output: Done; meta: unknown }>;
  };
  reports: {
    create: TRPCMutationProcedure<{ input: NewTemplate; output: Created; meta: unknown }>;
    delete: TRPCMutationProcedure<{ input: ById; output: Done; meta: unknown }>;
    download: TRPCQueryProcedure<{ input: WantedFile; output: Download; meta: unknown }>;
    explain: TRPCQueryProcedure<{ input: Explain; output: ReportReads; meta: unknown }>;
    generate: TRPCMutationProcedure<{ input: Generate; output: Generating; meta: unknown }>;
    generated: TRPCQueryProcedure<{ input: GeneratedFilter | undefined; output: GeneratedReport[]; meta: unknown }>;
    get: TRPCQueryProcedure<{ input: ById; output: TemplateDetail; meta: unknown }>;
    issue: TRPCMutationProcedure<{ input: OfReport; output: Done; meta: unknown }>;
    list: TRPCQueryProcedure<{ input: TemplateFilter | undefined; output: ReportTemplate[]; meta: unknown }>;
    outputs: TRPCQueryProcedure<{ input: void | undefined; output: ReportOutput[]; meta: unknown }>;
    pause: TRPCMutationProcedure<{ input: ById; output: Done; meta: unknown }>;
    preview: TRPCQueryProcedure<{ input: OfReport; output: ReportPreview; meta: unknown }>;
    reissue: TRPCMutationProcedure<{ input: OfReport; output: Generating; meta: unknown }>;
    report: TRPCQueryProcedure<{ input: OfReport; output: GeneratedReport; meta: unknown }>;
    resume: TRPCMutationProcedure<{ input: ById; output: Done; meta: unknown }>;
    scheduleWords: TRPCQueryProcedure<{ input: OfSchedule; output: ScheduleWords; meta: unknown }>;
    takeOver: TRPCMutationProcedure<{ input: ById; output: Done; meta: unknown }>;
    update: TRPCMutationProcedure<{ input: ChangedTemplate; output: Done; meta: unknown }>;
  };
  sessions: {
    end: TRPCMutationProcedure<{ input: EndSessions | undefined; output: Ended; meta: unknown }>;
    list: TRPCQueryProcedure<{ input: void | undefined; output: MySession[]; meta: unknown }>;
  };
  settings: {
    get: TRPCQueryProcedure<{ input: void | undefined; output: MySettings; meta: unknown }>;
    update: TRPCMutationProcedure<{ input: ChangedSettings | undefined; output: MySettings; meta: unknown }>;
  };
  users: {
    create: TRPCMutationProcedure<{ input: NewUser; output: Invited; meta: unknown }>;
    list: TRPCQueryProcedure<{ input: FoundPage | undefined; output: UserAccount[]; meta: unknown }>;
    setPassword: TRPCMutationProcedure<{ input: PasswordOf; output: Done; meta: unknown }>;
    signInLink: TRPCMutationProcedure<{ input: ById; output: Link; meta: unknown }>;
    update: TRPCMutationProcedure<{ input: ChangedUser; output: Done; meta: unknown }>;
  };
  zones: {
    rules: TRPCQueryProcedure<{ input: Zones; output: ZoneRules[]; meta: unknown }>;
  };
}>;
