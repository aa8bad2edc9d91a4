// The database of the emulated app's WorkManager: the real schema as far as anybody reads it, a real SQLite file in WAL mode whose main
// file stays nearly empty, as on a phone.
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const LONG_MAX = 9_223_372_036_854_775_807n;

export interface Spec {
  id: string;
  state: number;
  worker_class_name: string;
  initial_delay: number;
  interval_duration: number;
  flex_duration: number;
  run_attempt_count: number;
  backoff_policy: number;
  backoff_delay_duration: number;
  last_enqueue_time: number;
  period_count: number;
  stop_reason: number;
  next_schedule_time_override: number | undefined;
  constraints: readonly string[];
}

const SCHEMA = `
  CREATE TABLE WorkSpec (
    id TEXT NOT NULL PRIMARY KEY, state INTEGER NOT NULL, worker_class_name TEXT NOT NULL, input_merger_class_name TEXT NOT NULL,
    input BLOB NOT NULL, output BLOB NOT NULL, initial_delay INTEGER NOT NULL, interval_duration INTEGER NOT NULL,
    flex_duration INTEGER NOT NULL, run_attempt_count INTEGER NOT NULL, backoff_policy INTEGER NOT NULL,
    backoff_delay_duration INTEGER NOT NULL, last_enqueue_time INTEGER NOT NULL DEFAULT -1, schedule_requested_at INTEGER NOT NULL,
    period_count INTEGER NOT NULL DEFAULT 0, generation INTEGER NOT NULL DEFAULT 0,
    next_schedule_time_override INTEGER NOT NULL DEFAULT 9223372036854775807,
    next_schedule_time_override_generation INTEGER NOT NULL DEFAULT 0, stop_reason INTEGER NOT NULL DEFAULT -256,
    required_network_type INTEGER NOT NULL);
  CREATE TABLE SystemIdInfo (work_spec_id TEXT NOT NULL, generation INTEGER NOT NULL DEFAULT 0, system_id INTEGER NOT NULL,
    PRIMARY KEY (work_spec_id, generation));
  CREATE TABLE WorkName (name TEXT NOT NULL, work_spec_id TEXT NOT NULL, PRIMARY KEY (name, work_spec_id));
  CREATE TABLE WorkTag (tag TEXT NOT NULL, work_spec_id TEXT NOT NULL, PRIMARY KEY (tag, work_spec_id));
  CREATE TABLE Dependency (work_spec_id TEXT NOT NULL, prerequisite_id TEXT NOT NULL, PRIMARY KEY (work_spec_id, prerequisite_id));
  CREATE TABLE Preference (key TEXT NOT NULL PRIMARY KEY, long_value INTEGER);`;

export class WorkDatabase {
  readonly folder = mkdtempSync(join(tmpdir(), 'tokenwarp-app-'));
  readonly #database: DatabaseSync;
  readonly #constraints = new Map<string, readonly string[]>();

  constructor() {
    mkdirSync(join(this.folder, 'no_backup'));
    this.#database = new DatabaseSync(join(this.folder, 'no_backup/androidx.work.workdb'));
    this.#database.exec('PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0;');
    this.#database.exec(SCHEMA);
  }

  insert(spec: Spec, names: readonly string[], tags: readonly string[], after: readonly string[] = []): void {
    this.#database
      .prepare(
        `INSERT INTO WorkSpec (id, state, worker_class_name, input_merger_class_name, input, output, initial_delay, interval_duration,
          flex_duration, run_attempt_count, backoff_policy, backoff_delay_duration, last_enqueue_time, schedule_requested_at, required_network_type)
         VALUES (?, ?, ?, 'androidx.work.OverwritingInputMerger', x'', x'', ?, ?, ?, 0, ?, ?, ?, 1, 1)`,
      )
      .run(
        spec.id,
        spec.state,
        spec.worker_class_name,
        spec.initial_delay,
        spec.interval_duration,
        spec.flex_duration,
        spec.backoff_policy,
        spec.backoff_delay_duration,
        spec.last_enqueue_time,
      );
    this.#constraints.set(spec.id, spec.constraints);
    for (const name of names) this.#database.prepare('INSERT INTO WorkName VALUES (?, ?)').run(name, spec.id);
    for (const tag of tags) this.#database.prepare('INSERT INTO WorkTag VALUES (?, ?)').run(tag, spec.id);
    for (const id of after) this.#database.prepare('INSERT INTO Dependency VALUES (?, ?)').run(spec.id, id);
  }

  get(id: string): Spec | undefined {
    return this.all().find((spec) => spec.id === id);
  }

  all(): Spec[] {
    const statement = this.#database.prepare('SELECT * FROM WorkSpec');
    statement.setReadBigInts(true);
    return (statement.all() as Record<string, unknown>[]).map((row) => {
      const number = (column: string): number => Number(row[column]);
      const override = row['next_schedule_time_override'] as bigint;
      return {
        id: String(row['id']),
        state: number('state'),
        worker_class_name: String(row['worker_class_name']),
        initial_delay: number('initial_delay'),
        interval_duration: number('interval_duration'),
        flex_duration: number('flex_duration'),
        run_attempt_count: number('run_attempt_count'),
        backoff_policy: number('backoff_policy'),
        backoff_delay_duration: number('backoff_delay_duration'),
        last_enqueue_time: number('last_enqueue_time'),
        period_count: number('period_count'),
        stop_reason: number('stop_reason'),
        next_schedule_time_override: override === LONG_MAX ? undefined : Number(override),
        constraints: this.#constraints.get(String(row['id'])) ?? [],
      };
    });
  }

  update(
    id: string,
    values: Partial<Record<'state' | 'run_attempt_count' | 'last_enqueue_time' | 'period_count' | 'stop_reason', number>>,
  ): void {
    for (const [column, value] of Object.entries(values)) {
      this.#database.prepare(`UPDATE WorkSpec SET ${column} = ? WHERE id = ?`).run(value, id);
    }
  }

  clearOverride(id: string): void {
    this.#database.prepare('UPDATE WorkSpec SET next_schedule_time_override = ? WHERE id = ?').run(LONG_MAX, id);
  }

  override(id: string, at: number): void {
    this.#database.prepare('UPDATE WorkSpec SET next_schedule_time_override = ? WHERE id = ?').run(at, id);
  }

  setJob(id: string, job: number | undefined): void {
    this.#database.prepare('DELETE FROM SystemIdInfo WHERE work_spec_id = ?').run(id);
    if (job !== undefined) this.#database.prepare('INSERT INTO SystemIdInfo VALUES (?, 0, ?)').run(id, job);
  }

  jobOf(id: string): number | undefined {
    const row = this.#database.prepare('SELECT system_id FROM SystemIdInfo WHERE work_spec_id = ?').get(id) as
      | { system_id: number }
      | undefined;
    return row?.system_id;
  }

  names(id: string): string[] {
    return this.#database
      .prepare('SELECT name FROM WorkName WHERE work_spec_id = ?')
      .all(id)
      .map((row) => String(row['name']));
  }

  tags(id: string): string[] {
    return this.#database
      .prepare('SELECT tag FROM WorkTag WHERE work_spec_id = ?')
      .all(id)
      .map((row) => String(row['tag']));
  }

  close(): void {
    this.#database.close();
  }
}
