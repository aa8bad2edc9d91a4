// What a live view shows, as data: a title, named blocks of short lines, keys, the last thing that was done. Nothing here draws.
import type { Style } from '../screen.ts';

/** A piece of a line in one style. */
export interface Span {
  text: string;
  style?: Style;
}
export type Row = readonly Span[];

/** A block with a name on its left. */
export interface Block {
  name: string;
  rows: readonly Row[];
}

export interface LiveModel {
  title: Row;
  blocks: readonly Block[];
  /** Keys that do something, in the order of the bar. */
  keys: readonly { key: string; label: string }[];
  /** What the last key did. */
  message?: string;
}

/** A line of one style. */
export function plainRow(text: string, style?: Style): Row {
  return [style === undefined ? { text } : { text, style }];
}
