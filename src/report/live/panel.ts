// The live panel at the bottom of a terminal: draws a model, hands keys on. Together with open.ts the only code that knows ink and react.
import { Box, Text, useInput, useStdout } from 'ink';
import { createElement as h, useEffect, useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import type { Style } from '../screen.ts';
import type { Block, LiveModel, Row, Span } from './model.ts';
import type { LiveStore } from './store.ts';

export interface LiveProps {
  store: LiveStore;
  colour: boolean;
  /** Present where somebody can press keys; `ctrl-c` is one of them. */
  onKey?: (key: string) => void;
  /** Draws nothing below the finished lines any more. */
  gone?: boolean;
}

/** Follows a store: finished lines go above, the panel stays below. */
export function LiveView({ store, colour, onKey, gone }: LiveProps): ReactElement | null {
  const model = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
  const { write } = useStdout();
  useEffect(() => {
    const text = store.take();
    if (text !== '') write(text);
  });
  useInput((input, key) => onKey?.(key.ctrl && input === 'c' ? 'ctrl-c' : input), { isActive: onKey !== undefined });
  return gone === true ? null : h(Panel, { model, colour });
}

/** One frame. */
export function Panel({ model, colour }: { model: LiveModel; colour: boolean }): ReactElement {
  const { title, blocks, keys, message } = model;
  const width = Math.max(...blocks.map(({ name }) => name.length), 0);
  return h(
    Box,
    { flexDirection: 'column' },
    h(Line, { row: title, colour }),
    ...blocks.map((block) => h(BlockView, { key: block.name, block, width, colour })),
    keys.length === 0 ? null : h(Line, { key: 'keys', row: keyBar(keys), colour }),
    message === undefined ? null : h(Line, { key: 'message', row: [{ text: '› ', style: 'cyan' }, { text: message }], colour }),
  );
}

function BlockView({ block, width, colour }: { block: Block; width: number; colour: boolean }): ReactElement {
  const name = (at: number): Span => ({ text: ` ${(at === 0 ? block.name : '').padEnd(width)}  `, style: 'dim' });
  return h(Box, { flexDirection: 'column' }, ...block.rows.map((row, at) => h(Line, { key: at, row: [name(at), ...row], colour })));
}

/** Never more than one line: what does not fit is cut. */
function Line({ row, colour }: { row: Row; colour: boolean }): ReactElement {
  return h(
    Text,
    { wrap: 'truncate-end' },
    ...row.map((span, at) => h(Text, { key: at, ...(colour ? LOOKS[span.style ?? 'plain'] : {}) }, span.text)),
  );
}

function keyBar(keys: LiveModel['keys']): Row {
  return keys.flatMap(({ key, label }, at) => [
    { text: `${at === 0 ? ' ' : ' · '}`, style: 'dim' as const },
    { text: key, style: 'bold' as const },
    { text: ` ${label}`, style: 'dim' as const },
  ]);
}

const LOOKS: Readonly<Record<Style | 'plain', { color?: string; bold?: boolean; dimColor?: boolean }>> = {
  plain: {},
  bold: { bold: true },
  dim: { dimColor: true },
  red: { color: 'red' },
  green: { color: 'green' },
  yellow: { color: 'yellow' },
  cyan: { color: 'cyan' },
};
