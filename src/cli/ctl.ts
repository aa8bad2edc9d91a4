// `tokenwarp ctl`: the control API of a running server from the command line. One action, one call, one exit code.
import { detectScreen, paintOf } from '../report/screen.ts';
import type { Paint } from '../report/screen.ts';
import type { Invocation } from './invocation.ts';
import { actionOf, checkOptions } from './ctl-actions.ts';
import type { CtlAction } from './ctl-actions.ts';
import { call, follow, targetOf } from './ctl-http.ts';
import type { CtlAnswer, CtlRequest, Target } from './ctl-http.ts';
import { entryLine } from './ctl-words.ts';
import { usageError } from './exit.ts';
import type { ExitCondition } from './exit.ts';
import type { CtlOptions } from './ctl-options.ts';
import type { System } from './system.ts';

/** Does one action. A finding of `verify`, or a `wait` that came to nothing, is the condition `failed`. */
export async function ctl({ args, options, system, cwd }: Invocation<CtlOptions>): Promise<ReadonlySet<ExitCondition>> {
  const [name = '', ...words] = args;
  const action = actionOf(args[0]);
  checkOptions(name, action, options, system.env);
  checkWords(name, action, words);
  const request = action.request(words, options);
  const target = targetOf(options, cwd);
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  if (options.follow === true) return followJournal(target, request, { system, paint, json: options.json === true });
  const answer = await call(target, request);
  if (answer.status === 408) {
    system.err.write(`tokenwarp: ${String(answer.json['message'])}\n`);
    return new Set<ExitCondition>(['failed']);
  }
  if (answer.status >= 400) throw refusal(answer, target);
  if (options.json === true) system.out.write(`${JSON.stringify(answer.json, undefined, 2)}\n`);
  else if (options.quiet !== true) system.out.write(action.text(answer.json, paint));
  return new Set<ExitCondition>(name === 'verify' && answer.json['passed'] !== true ? ['failed'] : []);
}

/** `advance <duration>` takes one word, `policy [member=value...]` any number. */
function checkWords(name: string, { usage }: CtlAction, words: readonly string[]): void {
  const most = usage.includes('...') || usage.includes('[value]') ? Number.POSITIVE_INFINITY : usage.split(' ').length - 1;
  if (words.length > most) throw usageError(`"${words[most] ?? ''}" is one word too many for "ctl ${name}"`, `tokenwarp ctl ${usage}`);
}

function refusal({ status, json }: CtlAnswer, { control }: Target): Error {
  const { field, message, hint } = json;
  if (typeof message !== 'string') return usageError(`the server at ${control} has no control API`, 'start it again without --no-control');
  const shown = typeof field === 'string' && field !== '' && !message.includes(`"${field}"`) ? `${field}: ${message}` : message;
  const help =
    status === 401
      ? 'give it with --key or TOKENWARP_KEY: tokenwarp serve printed it when it started'
      : typeof hint === 'string'
        ? hint
        : undefined;
  return usageError(shown, help);
}

interface Follow {
  system: System;
  paint: Paint;
  json: boolean;
}

/** Until the server stops, nobody reads any more, or somebody interrupts: then that is the condition. */
async function followJournal(target: Target, request: CtlRequest, { system, paint, json }: Follow): Promise<ReadonlySet<ExitCondition>> {
  const conditions = new Set<ExitCondition>();
  const stop = new AbortController();
  const remove = system.onSignal((signal) => {
    conditions.add(signal);
    stop.abort();
  });
  try {
    for await (const entry of follow(target, request, stop.signal)) {
      if ('refused' in entry) throw refusal(entry['refused'] as CtlAnswer, target);
      system.out.write(json ? `${JSON.stringify(entry)}\n` : entryLine(entry, paint));
      if (system.out.isGone === true) break;
    }
  } finally {
    remove();
  }
  return conditions;
}
