// What every command is handed and what it answers. Shapes only.
import type { ExitCondition } from './exit.ts';
import type { GlobalOptions } from './option-table.ts';
import type { System } from './system.ts';

/** What a command is handed: paths are relative to `cwd`. */
export interface Invocation<O> {
  args: readonly string[];
  options: O & GlobalOptions;
  system: System;
  cwd: string;
}

/** A command prints through the system and answers what holds; the caller turns that into an exit code. */
export type Command<O> = (invocation: Invocation<O>) => Promise<ReadonlySet<ExitCondition>>;
