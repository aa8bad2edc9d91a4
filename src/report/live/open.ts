// Puts a live view on a terminal and takes it away again. Loaded only when somebody watches.
import { render } from 'ink';
import { createElement } from 'react';
import { LiveView } from './panel.ts';
import type { LiveProps } from './panel.ts';

export interface LiveTerminal {
  stdout: NodeJS.WritableStream;
  /** Absent where nobody can press keys. */
  stdin?: NodeJS.ReadableStream;
}

export interface OpenLive {
  /** `keep`: the last frame stays on the screen; otherwise only the finished lines do. */
  close(keep: boolean): Promise<void>;
}

/** Shows a store until it is closed. Ctrl-C arrives as a key where keys are heard, never as a signal. */
export function openLive(props: LiveProps, { stdout, stdin }: LiveTerminal): OpenLive {
  const view = render(createElement(LiveView, props), {
    stdout,
    ...(stdin === undefined ? {} : { stdin }),
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    maxFps: 15,
  });
  return {
    async close(keep) {
      // One more frame, so that what was printed last is above the panel.
      view.rerender(createElement(LiveView, keep ? props : { ...props, gone: true }));
      await view.waitUntilRenderFlush();
      view.unmount();
      await view.waitUntilExit();
    },
  };
}
