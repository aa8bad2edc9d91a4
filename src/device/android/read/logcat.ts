// Lines of `logcat -v epoch` (and of Android Studio's view) without their prefix, and what WorkManager says in them at level INFO.

export interface LogLine {
  readonly tag: string;
  readonly message: string;
}

/** `  1581600097.990 29528 29660 I WM-DiagnosticsWrkr: text`, any of the time formats that begin a line with figures. */
const EPOCH = /^\s*\d+\.\d+\s+(?:\S+\s+)?\d+\s+\d+ [VDIWEFS] (.*?)\s*: (.*)$/;
/** `2020-02-13 14:21:37.990 29528-29660/pkg I/Tag: text` */
const STUDIO = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \d+-\d+\/\S+ [VDIWEFA]\/(.*?)\s*: (.*)$/;

/** A line without a prefix goes on with the message before it. */
export function parseLog(text: string): LogLine[] {
  const found: { tag: string; message: string }[] = [];
  for (const line of text.split(/\r?\n/)) {
    const match = EPOCH.exec(line) ?? STUDIO.exec(line);
    if (match !== null) found.push({ tag: match[1] ?? '', message: match[2] ?? '' });
    else if (line.trim() !== '' && !line.startsWith('--------- ')) {
      const last = found.at(-1);
      if (last !== undefined) found.push({ tag: last.tag, message: line });
    }
  }
  return found;
}

/** The lines after the last one that is this marker; all of them when it is not there any more, because the buffer is short. */
export function afterMarker(lines: readonly LogLine[], tag: string, marker: string): LogLine[] {
  return lines.slice(lines.findLastIndex((line) => line.tag === tag && line.message.trim() === marker) + 1);
}

export type WorkResult = 'SUCCESS' | 'FAILURE' | 'RETRY' | 'cancelled' | 'threw';

export interface ResultLine {
  readonly work: string;
  readonly result: WorkResult;
  /** Worker class among them. */
  readonly tags: readonly string[];
}

const RESULT = /^Worker result (SUCCESS|FAILURE|RETRY) for (Work \[ ?id=.*)$/;
const ENDED = /^(Work \[ ?id=.*\]) (was cancelled|failed because it threw an exception\/error)/;

/** What WM-WorkerWrapper says when a worker is done; undefined for any other line. */
export function resultOf({ tag, message }: LogLine): ResultLine | undefined {
  if (!tag.startsWith('WM-WorkerWrapper')) return undefined;
  const done = RESULT.exec(message.trim());
  if (done !== null) return workOf(done[2] ?? '', done[1] as WorkResult);
  const ended = ENDED.exec(message.trim());
  return ended === null ? undefined : workOf(ended[1] ?? '', ended[2] === 'was cancelled' ? 'cancelled' : 'threw');
}

/** `Work [ id=8f1e..., tags={ com.example.RefreshWorker,refresh } ]` */
function workOf(text: string, result: WorkResult): ResultLine | undefined {
  const work = /\bid=([\w-]+)/.exec(text)?.[1];
  if (work === undefined) return undefined;
  const tags = (/tags=\{([^}]*)\}/.exec(text)?.[1] ?? '').split(',').map((tag) => tag.trim());
  return { work, result, tags: tags.filter((tag) => tag !== '') };
}
