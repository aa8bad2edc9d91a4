// The text that a debugger evaluates inside an app to fire a background task: plain C over the Objective-C run-time functions, never
// `[receiver message]`. So it needs no class that the debugger knows, and a Linux process that exports the same four functions runs the
// very same text. It guards every call and answers with a number instead of raising an exception in somebody's app.
import type { BackgroundTaskKind } from './words.ts';

/** What an expression answers. 0: every call was made. */
const ANSWERS = {
  called: 0,
  'no-framework': 1,
  'no-scheduler': 2,
  'no-selector': 3,
  'not-registered': 4,
  'no-task': 5,
} as const;
export type Answer = keyof typeof ANSWERS;

/** What to evaluate, and where the way is open. */
export type FireStep =
  /** Asks the scheduler to launch a pending request: physical devices, where submit works. */
  | { readonly step: 'launch'; readonly identifier: string }
  /** Hands a task straight to the handler that the app registered: simulators, where submit is refused and nothing is ever pending. */
  | { readonly step: 'run-registered'; readonly identifier: string; readonly kind: BackgroundTaskKind }
  /** Takes the time of a running simulated task away. */
  | { readonly step: 'expire'; readonly identifier: string };

const TASK_CLASSES: Readonly<Record<BackgroundTaskKind, string>> = { refresh: 'BGAppRefreshTask', processing: 'BGProcessingTask' };
/** kCFStringEncodingUTF8. */
const UTF8 = '0x08000100';

/** One line of C. Its value, an int, is one of {@link ANSWERS}. */
function expressionText(step: FireStep): string {
  const body = step.step === 'run-registered' ? runRegistered(step.kind) : simulate(step.step);
  return `${prelude(step.identifier)} ${body} tw_answer`;
}

/** The command of lldb: raw, so all behind `--` goes to the compiler as it is. `budgetMs` bounds the evaluation, not the task. */
export function expressionCommand(step: FireStep, budgetMs: number): string {
  return `expression -l c -t ${Math.round(budgetMs * 1000)} -- ${expressionText(step)}`;
}

/** The answer in what lldb printed, `(int) $0 = 4`. Of several the last; undefined when there is none. */
export function answerIn(output: string): Answer | undefined {
  const value = [...output.matchAll(/\(int\) \$\w+ = (-?\d+)/g)].at(-1)?.[1];
  return (Object.keys(ANSWERS) as Answer[]).find((name) => String(ANSWERS[name]) === value);
}

/**
 * A C string literal of these bytes. Everything but letters, digits, dot, hyphen and underscore becomes an octal escape: lldb replaces
 * `text between backticks` even in raw commands, a quote would end the literal, a line break the command.
 */
function cString(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return `"${[...bytes].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`)).join('')}"`;
}

function isPlain(byte: number): boolean {
  return /[A-Za-z0-9._-]/.test(String.fromCharCode(byte));
}

/** The run-time functions under their real types, the identifier as a CFString (it is an NSString too), the scheduler. */
function prelude(identifier: string): string {
  return [
    'int tw_answer = 0;',
    'void *(*tw_class)(const char *) = (void *(*)(const char *))objc_getClass;',
    'void *(*tw_sel)(const char *) = (void *(*)(const char *))sel_registerName;',
    'void *(*tw_send)(void *, void *, void *, void *) = (void *(*)(void *, void *, void *, void *))objc_msgSend;',
    'void *(*tw_string)(void *, const char *, unsigned int) = (void *(*)(void *, const char *, unsigned int))CFStringCreateWithCString;',
    `void *tw_id = tw_string(0, ${cString(identifier)}, ${UTF8});`,
    'void *tw_owner = tw_class("BGTaskScheduler");',
    'void *tw_scheduler = tw_owner ? tw_send(tw_owner, tw_sel("sharedScheduler"), 0, 0) : 0;',
    `if (!tw_owner) tw_answer = ${ANSWERS['no-framework']};`,
    `else if (!tw_scheduler) tw_answer = ${ANSWERS['no-scheduler']};`,
  ].join(' ');
}

function simulate(step: 'launch' | 'expire'): string {
  const selector = step === 'launch' ? '_simulateLaunchForTaskWithIdentifier:' : '_simulateExpirationForTaskWithIdentifier:';
  return (
    `else if (!${responds('tw_scheduler', selector)}) tw_answer = ${ANSWERS['no-selector']}; ` +
    `else tw_send(tw_scheduler, tw_sel("${selector}"), tw_id, 0);`
  );
}

/** The task keeps the reference that `alloc` gave it: the scheduler holds running tasks weakly, and nobody else holds this one. */
function runRegistered(kind: BackgroundTaskKind): string {
  const taskClass = TASK_CLASSES[kind];
  return [
    `else if (!${responds('tw_scheduler', '_unsafe_registrationForIdentifier:')}) tw_answer = ${ANSWERS['no-selector']};`,
    `else if (!${responds('tw_scheduler', '_runTask:registration:')}) tw_answer = ${ANSWERS['no-selector']};`,
    'else {',
    'void *tw_registration = tw_send(tw_scheduler, tw_sel("_unsafe_registrationForIdentifier:"), tw_id, 0);',
    `void *tw_kind = tw_class("${taskClass}");`,
    'void *tw_task = tw_registration && tw_kind ? tw_send(tw_kind, tw_sel("alloc"), 0, 0) : 0;',
    `if (!tw_registration) tw_answer = ${ANSWERS['not-registered']};`,
    `else if (!tw_task) tw_answer = ${ANSWERS['no-task']};`,
    `else if (!${responds('tw_task', '_initWithIdentifier:activity:')}) tw_answer = ${ANSWERS['no-selector']};`,
    'else { tw_task = tw_send(tw_task, tw_sel("_initWithIdentifier:activity:"), tw_id, 0);',
    'tw_send(tw_scheduler, tw_sel("_runTask:registration:"), tw_task, tw_registration); }',
    '}',
  ].join(' ');
}

/** BOOL is one byte, the rest of the register is not defined. */
function responds(receiver: string, selector: string): string {
  return `((long)tw_send(${receiver}, tw_sel("respondsToSelector:"), tw_sel("${selector}"), 0) & 0xff)`;
}
