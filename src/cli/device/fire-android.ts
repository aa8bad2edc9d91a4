// `tokenwarp fire android`.
import { JOB_STOP_REASONS, type JobStopReason } from '../../core/android-words.ts';
import { didYouMean } from '../../core/suggest.ts';
import type { Fired } from '../../device/android/fire.ts';
import { detectScreen, paintOf } from '../../report/screen.ts';
import type { Invocation } from '../invocation.ts';
import { usageError } from '../exit.ts';
import type { ExitCondition } from '../exit.ts';
import { firedLines, wentWell } from './fire-words.ts';
import type { FireOptions } from './options.ts';
import { inRoom } from './room.ts';
import { serverPort } from './server-port.ts';
import { wantedOf } from './values.ts';

const USUAL_TIMEOUT = 30_000;

export async function fireAndroid({ options, system, cwd }: Invocation<FireOptions>): Promise<ReadonlySet<ExitCondition>> {
  const app = options.package;
  if (app === undefined) throw usageError('--package is missing', 'which app: tokenwarp fire android --package com.example.app');
  const stop = options.stop === undefined ? undefined : stopReason(options.stop);
  const server = serverPort(options, cwd);
  if (stop !== undefined && server === undefined)
    throw usageError(
      '--stop needs the mock server, which holds the answer back meanwhile',
      '--url http://127.0.0.1:7357, or --ready-file <path>',
    );
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  return inRoom({ system, options }, async (context) => {
    const { openAndroid } = await import('../../device/android/open.ts');
    const { fire } = await import('../../device/android/fire.ts');
    const device = await openAndroid(context, options.device);
    const fired = await fire(device, {
      ...wantedOf(options),
      app,
      makeDue: options.makeDue === true,
      timeout: options.timeout ?? USUAL_TIMEOUT,
      ...(stop === undefined ? {} : { stop }),
      ...(server === undefined ? {} : { server }),
    });
    system.out.write(
      options.json === true
        ? `${JSON.stringify(jsonOf(fired), undefined, 2)}\n`
        : `${firedLines(fired, stop !== undefined, paint).join('\n')}\n`,
    );
    return new Set(conditionOf(fired, stop !== undefined));
  });
}

function stopReason(text: string): JobStopReason {
  if (Object.hasOwn(JOB_STOP_REASONS, text)) return text as JobStopReason;
  const names = Object.keys(JOB_STOP_REASONS);
  throw usageError(`--stop: "${text}" is no reason`, didYouMean(text, names) ?? names.join(', '));
}

/** It ran well: nothing. It ran and did not do its work: failed. It did not run: the device. Nobody can say: inconclusive. */
function conditionOf({ verdict }: Fired, askedToStop: boolean): ExitCondition[] {
  if (wentWell(verdict, askedToStop)) return [];
  if (verdict.outcome === 'undecided') return ['inconclusive'];
  return verdict.outcome === 'ran' || verdict.outcome === 'stopped' ? ['failed'] : ['device'];
}

function jsonOf({ work, ...rest }: Fired): object {
  const { id, worker, names } = work;
  return { schema: 'tokenwarp/fired.v1', ...rest, work: { id, worker, names } };
}
