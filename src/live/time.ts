// How time passes in a run with a real app: a little by itself, much by moving clocks.
import type { Stage } from './stage.ts';

/** Up to here time passes by itself, ms; beyond, clocks are moved. */
const REAL_TIME = 3_000;
/** Ms of silence after something that an app reacts to by itself. */
export const REACTION = 600;

/** A short time passes by itself. For a long one the clocks are moved once the app has come to rest: its own timers do not notice. */
export async function pass(stage: Stage, ms: number): Promise<void> {
  if (ms === 0) return;
  if (ms <= REAL_TIME) return stage.pause(ms);
  if (!stage.holding) await stage.quiet();
  stage.server.act({ do: 'advance', by: ms });
  if (stage.options.deviceClock) await stage.app.moveClock(ms);
  // Seen from the server, whose time counts, the phone is now behind.
  else stage.server.act({ do: 'mark', what: 'clock-moved', device: stage.device, by: -ms });
  if (!stage.holding) await stage.quiet(REACTION);
}
