// The witness of a violation as rows of a sequence diagram: who sent what to whom, what came back, what each side then knew.
// Pure: events in, rows out. It draws nothing (lane-text.ts does), judges nothing, and shows only what the history recorded.
import { describe } from '../core/describe.ts';
import type { EventOf, HistoryEvent } from '../core/events.ts';
import { answerText, decisionText, flightsOf, incomingText, isLate, outgoingText, reachedServer, stillGood } from './flights.ts';
import type { Flight, Flights } from './flights.ts';

export type ServerName = 'as' | 'rs';

/**
 * One row. `out`: the lane sends to a server, `end` is what became of it; `in`: an answer reaches the lane; `server`: something
 * happens at a server alone; `local`: something happens in the lane; `world`: the scenario itself acts.
 */
export interface LaneRow {
  kind: 'out' | 'in' | 'server' | 'local' | 'world';
  /** Virtual time, ms since the run began. */
  t: number;
  /** Process or device; absent for `server` and `world`. */
  lane?: string;
  server?: ServerName;
  text: string;
  /** Text at the server's end. */
  end?: string;
  /** The answer comes in a later row. */
  pending?: true;
  /** Did not reach the other side. */
  broken?: true;
  /** The row of the violating event. */
  marked: boolean;
  note?: string;
}

/** Answers later than this, ms, get a row of their own even when nothing else happens in between. */
const CLOSE = 1_000;

/** Rows of the witness in order of the history. `mark` is the `seq` of the violating event. */
export function laneRows(events: readonly HistoryEvent[], witness: readonly number[], mark: number): LaneRow[] {
  const flights = flightsOf(events);
  const shown = [...new Set([...witness, mark])]
    .sort((a, b) => a - b)
    .map((seq) => events[seq])
    .filter((event) => event !== undefined);
  const drawing: Drawing = { events, flights, mark, rows: [], last: new Map(), shown };
  for (const event of shown) addRow(drawing, event);
  return drawing.rows;
}

interface Drawing {
  events: readonly HistoryEvent[];
  flights: Flights;
  mark: number;
  rows: LaneRow[];
  /** Row in which a flight was last drawn. */
  last: Map<Flight, LaneRow>;
  shown: readonly HistoryEvent[];
}

function addRow(drawing: Drawing, event: HistoryEvent): void {
  const flight = drawing.flights.of(event);
  if (flight !== undefined) return addFlight(drawing, event, flight);
  const marked = event.seq === drawing.mark;
  const { t } = event;
  if (isEndOfDrawnWrite(drawing, event)) return;
  const text = localText(drawing.flights, event);
  if (event.actor === 'as' || event.actor === 'rs') drawing.rows.push({ kind: 'server', t, server: event.actor, text, marked });
  else if (event.actor === 'world') drawing.rows.push({ kind: 'world', t, text, marked });
  else drawing.rows.push({ kind: 'local', t, lane: event.actor, text, marked });
}

/** A write that ends well right after it began has been told. */
function isEndOfDrawnWrite(drawing: Drawing, event: HistoryEvent): boolean {
  const before = drawing.shown[drawing.shown.indexOf(event) - 1];
  return (
    event.type === 'store.end' &&
    event.ok &&
    event.seq !== drawing.mark &&
    before?.type === 'store.begin' &&
    before.w === event.w &&
    before.actor === event.actor
  );
}

/** An exchange takes one row when its answer follows at once, else one for the way out and one for the answer. */
function addFlight(drawing: Drawing, event: HistoryEvent, flight: Flight): void {
  const marked = event.seq === drawing.mark;
  const drawn = drawing.last.get(flight);
  const isNewest = drawn !== undefined && drawn === drawing.rows.at(-1);
  if (drawn !== undefined && (atServer(event) || (isNewest && event.t - drawn.t <= CLOSE))) {
    drawn.marked ||= marked;
    if (marked) addNotes(drawing, drawn, event);
    return;
  }
  const row = drawn === undefined && !comesBack(event) ? outRow(drawing, event, flight) : inRow(drawing, event, flight);
  row.marked = marked;
  addNotes(drawing, row, event);
  drawing.rows.push(row);
  drawing.last.set(flight, row);
}

function outRow(drawing: Drawing, event: HistoryEvent, flight: Flight): LaneRow {
  const row: LaneRow = {
    kind: 'out',
    t: event.t,
    lane: flight.lane,
    server: flight.server,
    text: outgoingText(flight, drawing.flights),
    marked: false,
  };
  const back = drawing.shown.find((other) => comesBack(other) && drawing.flights.of(other) === flight);
  const between =
    back === undefined
      ? 0
      : drawing.shown.filter((other) => other.seq > event.seq && other.seq < back.seq && drawing.flights.of(other) !== flight).length;
  const separate = back !== undefined && (between > 0 || back.t - event.t > CLOSE);
  const end = separate ? decisionText(flight) : answerText(flight, event.t);
  if (end !== undefined) row.end = end;
  if (separate && end === undefined) row.pending = true;
  if (!separate && flight.lost !== undefined && !reachedServer(flight)) row.broken = true;
  return row;
}

function inRow(drawing: Drawing, event: HistoryEvent, flight: Flight): LaneRow {
  const what = outgoingText(flight, drawing.flights);
  const { t } = event;
  if (event.type.endsWith('.abandoned')) return { kind: 'local', t, lane: flight.lane, text: `gives up on ${what}`, marked: false };
  const row: LaneRow = {
    kind: 'in',
    t,
    lane: flight.lane,
    server: flight.server,
    text: `${incomingText(event, flight)} for ${what}`,
    marked: false,
  };
  if (event.type.endsWith('.lost')) row.broken = true;
  return row;
}

/** What a stranger has to know to see why this row is wrong. */
function addNotes(drawing: Drawing, row: LaneRow, event: HistoryEvent): void {
  if (event.type === 'api.delivered' && isLate(drawing.events, event)) row.note = 'late 401';
  if (event.type !== 'token.sent' || event.seq !== drawing.mark) return;
  const good = stillGood(drawing.events, event);
  if (good !== undefined) row.note = good;
}

function atServer(event: HistoryEvent): boolean {
  return event.actor === 'as' || event.actor === 'rs';
}

function comesBack(
  event: HistoryEvent,
): event is EventOf<'token.delivered' | 'token.lost' | 'token.abandoned' | 'api.delivered' | 'api.lost' | 'api.abandoned'> {
  return /^(token|api)\.(delivered|lost|abandoned)$/.test(event.type);
}

/** Requests are named by what they ask for: a stranger has not seen the numbers. */
function localText(flights: Flights, event: HistoryEvent): string {
  if (event.type === 'request.settled') {
    const name = flights.requestName(event.n);
    return event.reason === undefined ? `app gets ${event.status ?? 'no status'} for ${name}` : `app gets ${event.reason} for ${name}`;
  }
  if (event.type === 'aborted') return `app aborts ${flights.requestName(event.n)}`;
  if (event.type === 'request.called') return `app asks ${flights.requestName(event.n)}`;
  return describe(event);
}
