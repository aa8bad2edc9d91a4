// What the output can show, found out once and handed on as a value; the only place in report/ that knows of colours.
// It refuses to read the process: environment and stream are arguments, so a test can be any terminal.
import { styleText } from 'node:util';

/** The part of a stream that matters: `process.stdout` is one. */
export interface ScreenStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}
export type ColourChoice = 'auto' | 'always' | 'never';
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Screen {
  /** A person is watching and the cursor can move. */
  readonly tty: boolean;
  readonly colour: boolean;
  /** Characters per line, at least 40; 120 where there is no terminal. */
  readonly columns: number;
  readonly ci: boolean;
  /** Running as a step of GitHub Actions. */
  readonly github: boolean;
}

/** Styles we use; a paint without colour returns the text as it is. */
export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim';
export type Paint = (style: Style | readonly Style[], text: string) => string;

/** Width where nobody says. */
export const PLAIN_COLUMNS = 120;

/**
 * Reads the environment once. Colour, first that applies: the `--color` choice; NO_COLOR not empty (no-color.org) means none;
 * FORCE_COLOR means colour unless it is 0 or false; otherwise a terminal that is not TERM=dumb.
 */
export function detectScreen(env: Environment, stream: ScreenStream, choice: ColourChoice = 'auto'): Screen {
  const tty = stream.isTTY === true && env['TERM'] !== 'dumb';
  const ci = isSet(env['CI']);
  return {
    tty: tty && !ci,
    colour: wantsColour(env, tty, choice),
    columns: Math.max(40, stream.columns ?? PLAIN_COLUMNS),
    ci,
    github: env['GITHUB_ACTIONS'] === 'true',
  };
}

/** A screen that shows plain text only: files, JUnit, step summaries. */
export const PLAIN_SCREEN: Screen = { tty: false, colour: false, columns: PLAIN_COLUMNS, ci: false, github: false };

/** The paint of a screen. */
export function paintOf(screen: Screen): Paint {
  if (!screen.colour) return (_style, text) => text;
  return (style, text) => styleText(typeof style === 'string' ? style : [...style], text, { validateStream: false });
}

function wantsColour(env: Environment, tty: boolean, choice: ColourChoice): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return tty;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
