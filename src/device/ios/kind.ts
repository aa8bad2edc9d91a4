// Which kind of task a handler expects. Asked for, or told by the background modes when the app declares one of the two only.
import { textOf } from './json.ts';
import type { Members } from './json.ts';
import { MODE_OF } from './info-plist.ts';
import { TASK_KINDS } from './words.ts';
import type { BackgroundTaskKind } from './words.ts';

export interface ChosenKind {
  readonly kind: BackgroundTaskKind;
  readonly because: 'asked' | 'mode' | 'usual';
}

export function kindOf(info: Members, asked: BackgroundTaskKind | undefined): ChosenKind {
  if (asked !== undefined) return { kind: asked, because: 'asked' };
  const modes = (Array.isArray(info['UIBackgroundModes']) ? info['UIBackgroundModes'] : []).map(textOf);
  const [only, another] = TASK_KINDS.filter((kind) => modes.includes(MODE_OF[kind]));
  return only !== undefined && another === undefined ? { kind: only, because: 'mode' } : { kind: 'refresh', because: 'usual' };
}
