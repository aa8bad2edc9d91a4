// The background block: did the background refresh run, if not what held it, and what would have happened with other options. One column
// per set of options, the lost logins and the last word of the system below.
import { formatDuration } from '../core/duration.ts';
import type { BackgroundReport, Count, JobReport, Stretch } from '../verify/background-report.ts';
import type { LostLogin } from '../verify/background-losses.ts';
import type { RunResult } from '../verify/result.ts';
import type { BlockStyle } from './failure.ts';

/** One run as a column. */
interface Column {
  head: string;
  outcome: string;
  report: BackgroundReport;
}
type Cells = (report: BackgroundReport) => string;

/** Gates that held a job for less than this share are one line together. */
const SMALL = 0.005;

/** The blocks of all phones of a result; empty where no system is modelled. */
export function backgroundText(result: RunResult, style: BlockStyle): string[] {
  return (result.background ?? []).flatMap((_, phone) => blockOf(columnsOf(result, phone), result, style));
}

/** Whether a reader has asked for it: by `compare:`, or by a run that did not pass. */
export function wantsBackground(result: RunResult): boolean {
  return result.background !== undefined && (result.compared !== undefined || result.outcome === 'failed');
}

function columnsOf(result: RunResult, phone: number): Column[] {
  const own = result.background?.[phone];
  if (own === undefined) return [];
  const others = (result.compared ?? []).flatMap(({ options, outcome, reason, broken, background }) => {
    const report = background[phone];
    const text = [outcome, ...(broken.length > 0 ? [broken.join(', ')] : reason === undefined ? [] : [reason])].join(': ');
    return report === undefined ? [] : [{ head: optionsText(options, result.options), outcome: text, report }];
  });
  const head = result.options === undefined ? 'no options' : optionsText(result.options);
  return [{ head, outcome: result.outcome, report: own }, ...others];
}

/** `refreshEvery 6h`; of a run beside, what differs. */
function optionsText(options: NonNullable<RunResult['options']>, base: RunResult['options'] = {}): string {
  const entries = Object.entries(options);
  const changed = entries.filter(([name, value]) => base[name] !== value);
  return (changed.length === 0 ? entries : changed).map(([name, value]) => `${name} ${String(value)}`).join(', ');
}

function blockOf(columns: readonly Column[], result: RunResult, { paint }: BlockStyle): string[] {
  const [first] = columns;
  if (first === undefined) return [];
  const { device, system, profile, from, to } = first.report;
  const who = [system, ...(profile === undefined ? [] : [`used as ${profile}`]), `${formatDuration(to - from)} of virtual time`].join(', ');
  const rows: [string, ...string[]][] = [
    ['', ...columns.map(({ head }) => head)],
    ['outcome', ...columns.map(({ outcome }) => outcome)],
    ...bodyRows(columns, result.originMs),
  ];
  const table = tableOf(rows).map((line, i) => (i === 0 ? paint('bold', line) : line));
  return [
    `${paint('bold', `${result.scenario.name} › background of ${device}`)}      ${paint('dim', who)}`,
    ...table.map((line) => `  ${line}`.trimEnd()),
    ...columns.flatMap((column) => storyOf(column, columns.length > 1, result.originMs)).map((line) => `  ${line}`),
  ];
}

function bodyRows(columns: readonly Column[], originMs: number): [string, ...string[]][] {
  const row = (name: string, cells: Cells): [string, ...string[]] => [name, ...columns.map(({ report }) => cells(report))];
  const jobs = [...new Set(columns.flatMap(({ report }) => report.jobs.map(({ job }) => job)))];
  return [
    ...jobs.flatMap((job) => jobRows(job, columns)),
    row('refreshes elsewhere', ({ renewals }) => String(renewals.elsewhere)),
    row('longest without a new token', ({ longestWithoutRenewal }) => stretchText(longestWithoutRenewal, originMs)),
    row('logins lost', ({ lost }) =>
      lost.length === 0 ? 'none' : `${lost.length}, first at ${formatDuration((lost[0]?.at ?? 0) - originMs)}`,
    ),
  ];
}

function jobRows(job: string, columns: readonly Column[]): [string, ...string[]][] {
  const reports = columns.map(({ report }) => report.jobs.find((one) => one.job === job));
  const row = (name: string, cell: (report: JobReport) => string): [string, ...string[]] => [
    name,
    ...reports.map((report) => (report === undefined ? '-' : cell(report))),
  ];
  const shown = (pick: (report: JobReport) => readonly Count[]): boolean =>
    reports.some((report) => report !== undefined && pick(report).length > 0);
  const gates = [...new Set(reports.flatMap((report) => (report?.held ?? []).map(({ gate }) => gate)))];
  const size = (gate: string): number => Math.max(...reports.map((report) => shareOf(report, gate)));
  const large = gates.filter((gate) => size(gate) >= SMALL).sort((a, b) => size(b) - size(a) || (a < b ? -1 : 1));
  const small = gates.filter((gate) => size(gate) < SMALL && size(gate) > 0);
  return [
    row(`${job} asked for`, ({ asked, kinds }) => `${asked} ${kinds.join(', ')}`.trim()),
    ...(shown(({ refused }) => refused) ? [row('  refused', ({ refused }) => countsText(refused))] : []),
    ...(shown(({ cancelled }) => cancelled) ? [row('  cancelled', ({ cancelled }) => countsText(cancelled))] : []),
    row('  runs', ({ runs, outcomes, dropped }) => `${runs}${outcomesText(outcomes, dropped)}`),
    row('  runs that sent a refresh', ({ refreshing }) => String(refreshing)),
    row('  runs that brought a new token', ({ renewing }) => String(renewing)),
    ...(shown(({ stopped }) => stopped) ? [row('  stopped by the system', ({ stopped }) => countsText(stopped))] : []),
    ...(shown(({ lost }) => lost) ? [row('  lost', ({ lost }) => countsText(lost))] : []),
    row('  longest time between two runs', ({ longestBetweenRuns: { from, to } }) => formatDuration(to - from)),
    ...large.map((gate) =>
      row(`  ${STATES.includes(gate) ? `time ${gate}` : `held by ${gate}`}`, (report) => percent(shareOf(report, gate))),
    ),
    ...(small.length > 0
      ? [row('  held by others', (report) => percent(small.reduce((sum, gate) => sum + shareOf(report, gate), 0)))]
      : []),
  ];
}

/** States of a job that are no gate of the system. */
const STATES: readonly string[] = ['running', 'ready', 'not asked for', 'refused', 'cancelled', 'lost'];

function shareOf(report: JobReport | undefined, gate: string): number {
  return report?.held.find((one) => one.gate === gate)?.share ?? 0;
}

function percent(share: number): string {
  if (share === 0) return '-';
  return share < 0.001 ? '<0.1 %' : `${(share * 100).toFixed(1)} %`;
}

function outcomesText({ success, failure, retry }: JobReport['outcomes'], dropped: number): string {
  const parts = [
    ...(success > 0 ? [`${success} success`] : []),
    ...(failure > 0 ? [`${failure} failure`] : []),
    ...(retry > 0 ? [`${retry} retry`] : []),
    ...(dropped > 0 ? [`${dropped} of them too late to count`] : []),
  ];
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function countsText(counts: readonly Count[]): string {
  return counts.length === 0 ? '-' : counts.map(({ what, count }) => `${count} × ${what}`).join('; ');
}

function stretchText({ from, to }: Stretch, originMs: number): string {
  return `${formatDuration(to - from)} (until ${formatDuration(to - originMs)})`;
}

/** What a table cannot say: each login that was lost, and what the system answers to "why does it not run?" in the end. */
function storyOf({ head, report }: Column, named: boolean, originMs: number): string[] {
  const who = named ? `${head}: ` : '';
  const [first, ...more] = report.lost;
  return [
    ...(first === undefined ? [] : [`${who}login ${lossText(first, originMs)}`]),
    ...(more.length === 0
      ? []
      : [
          `${who}lost ${more.length} more ${more.length === 1 ? 'time' : 'times'}: ${more.map((loss) => instant(loss.at, originMs)).join(', ')}`,
        ]),
    ...report.jobs.map(({ job, now }) => `${who}in the end ${job} ${standingText(now, report.to, originMs)}`),
  ];
}

const REASONS: Readonly<Record<string, string>> = {
  idle: 'its refresh token had not been used for too long',
  absolute: 'the session had reached its greatest age',
  reuse: 'a refresh token was used twice',
  client: 'the app gave up a session that the server still had',
};

function lossText({ at, died, reason, renewed, jobs }: LostLogin, originMs: number): string {
  const when = died < at ? `lost at ${instant(died, originMs)}, noticed at ${instant(at, originMs)}` : `lost at ${instant(at, originMs)}`;
  const then = jobs.map(({ job, standing, idleRuns, last }) => {
    const ran =
      last === undefined
        ? 'it had never run'
        : `it last ran ${formatDuration(died - last.at)} before and ${last.renewing ? 'brought a new token' : `brought no new token (${last.outcome ?? 'no answer'})`}`;
    const idle = idleRuns > 1 ? `, as ${idleRuns} runs in a row` : '';
    return `${job} then ${standingText(standing, died, originMs)}; ${ran}${idle}`;
  });
  const since = `last new token ${formatDuration(died - renewed)} before`;
  return [`${when}: ${REASONS[reason] ?? `ended by the server (${reason})`}, ${since}`, ...then].join('. ');
}

function standingText({ gate, detail, by, opens, undocumented }: JobReport['now'], at: number, originMs: number): string {
  const figure = undocumented === true ? ' (a figure nobody has published)' : '';
  if (gate === 'running' || gate === 'ready') return `was ${gate}`;
  if (STATES.includes(gate)) return `was ${gate} (${detail})`;
  const when = opens === undefined || opens <= at ? `by: ${by}` : `by itself at ${instant(opens, originMs)}`;
  return `was held by ${gate} (${detail}), would open ${when}${figure}`;
}

function instant(t: number, originMs: number): string {
  return formatDuration(t - originMs);
}

/** Columns as wide as their widest cell. */
function tableOf(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   '));
}
