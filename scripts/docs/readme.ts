// README shows code, a scenario and three outputs. The code is that of examples/, the outputs are what the commands print: each block is
// written anew when it differs in more than wall time.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXAMPLE = ['run', 'examples/two-requests-at-expiry.scenario.yaml', '--client', 'examples/my-client.ts'];
/** Weeks of a phone, beside the same weeks with other intervals. */
const WEEKS = ['run', 'how-often-is-often-enough'];
/** Lines of `npm start` that are shown before the totals. */
const SHOWN = 5;

/** README with every block as it should be; the same text when nothing is out of date. */
export function refreshReadme(readme: string): string {
  const wanted: Record<string, string[]> = {
    ts: [readFileSync(`${ROOT}/examples/my-client.ts`, 'utf8')],
    yaml: [readFileSync(`${ROOT}/examples/two-requests-at-expiry.scenario.yaml`, 'utf8')],
    text: [startOutput(), outputOf(EXAMPLE, 1), outputOf(WEEKS, 0)],
  };
  return readme.replaceAll(/^```(ts|yaml|text)\n(.*?)^```$/gms, (whole: string, language: string, body: string) => {
    const text = wanted[language]?.shift() ?? body;
    return timeless(text) === timeless(body) ? whole : `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
  });
}

/** The same text without what depends on the machine: wall times and the padding before them. */
export function timeless(text: string): string {
  return text
    .replaceAll(/ +\d+ ms(?= |$)/gm, ' <wall>')
    .replaceAll(/in (?:\d+\.\d s|\d+m(?:\d+s)?|\d+s)(?= |$)/gm, 'in <wall>')
    .trim();
}

/** The beginning and the end of `npm start`. */
function startOutput(): string {
  const lines = outputOf(['run'], 0).trimEnd().split('\n');
  return [...lines.slice(0, SHOWN), '   ...', lines.at(-1) ?? ''].join('\n');
}

function outputOf(args: readonly string[], code: number): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/tokenwarp.js', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', COLUMNS: '' },
  });
  if (status !== code) throw new Error(`tokenwarp ${args.join(' ')} ended with ${status}, not ${code}\n${stderr}`);
  return stdout;
}
