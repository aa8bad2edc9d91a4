// `tokenwarp why`: the gate that holds a background job now, in the order in which the system asks, and what would open it.
import { formatDuration } from '../../core/duration.ts';
import type { Why } from '../../device/android/look.ts';
import { describeWork } from '../../device/android/target.ts';
import { detectScreen, paintOf, type Paint } from '../../report/screen.ts';
import type { Invocation } from '../invocation.ts';
import { usageError } from '../exit.ts';
import type { ExitCondition } from '../exit.ts';
import type { WhyOptions } from './options.ts';
import { inRoom } from './room.ts';
import { wantedOf } from './values.ts';

export async function why({ options, system }: Invocation<WhyOptions>): Promise<ReadonlySet<ExitCondition>> {
  const app = options.package;
  if (app === undefined) throw usageError('--package is missing', 'which app: tokenwarp why --package com.example.app');
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  return inRoom({ system, options }, async (context) => {
    const { openAndroid } = await import('../../device/android/open.ts');
    const { why: ask } = await import('../../device/android/look.ts');
    const device = await openAndroid(context, options.device);
    const answer = await ask(device, app, wantedOf(options));
    system.out.write(
      options.json === true ? `${JSON.stringify(jsonOf(answer, device.id), undefined, 2)}\n` : `${whyLines(answer, paint).join('\n')}\n`,
    );
    return new Set<ExitCondition>();
  });
}

function whyLines(answer: Why, paint: Paint): string[] {
  const { gates, running, work, app } = answer;
  const [first, ...behind] = gates;
  const title = `${describeWork(work)} of ${app}: `;
  const lines =
    first === undefined
      ? [`${title}${running ? 'it runs' : 'nothing holds it'}`]
      : [`${title}${paint('yellow', first.gate)}, ${first.detail}`];
  if (first !== undefined) {
    lines.push(`    opens    ${first.by}${first.opensIn === undefined ? '' : `, by itself in ${formatDuration(seconds(first.opensIn))}`}`);
    if (first.command !== undefined) lines.push(`    command  ${paint('cyan', first.command)}`);
  }
  for (const { gate, detail } of behind) lines.push(paint('dim', `    then     ${gate}, ${detail}`));
  if (answer.source === 'jobs')
    lines.push(paint('dim', '    note     no debug build: when WorkManager itself wants to run it is not known'));
  return lines;
}

function jsonOf({ work, ...rest }: Why, device: string): object {
  const { id, worker, names, jobId } = work;
  return { schema: 'tokenwarp/why.v1', device, ...rest, work: { id, worker, names, job: jobId } };
}

function seconds(ms: number): number {
  return ms < 1_000 ? Math.round(ms) : Math.round(ms / 1_000) * 1_000;
}
