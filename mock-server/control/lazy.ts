// The control API behind a door that opens at the first request for it: a server that nobody controls does not load it.
import type { AppResponse, AppRoute } from '../app.ts';
import { isControl } from './prefix.ts';
import type { ControlOptions } from './route.ts';

/** A route like the one createControl makes. */
export function lazyControl(options: ControlOptions): AppRoute {
  const door: { route?: AppRoute; opening?: Promise<AppRoute> } = {};
  return (app, request) => {
    if (!isControl(request)) return undefined;
    if (door.route !== undefined) return door.route(app, request);
    door.opening ??= import('./control.ts').then(({ createControl }) => (door.route = createControl(options)));
    return door.opening.then((route) => route(app, request) as AppResponse | Promise<AppResponse>);
  };
}
