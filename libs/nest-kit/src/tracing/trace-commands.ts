import type { ContextName } from '@faemban/contracts';
import { RuleBroken, type CommandContext, type CommandHandler, type EventStore } from '@faemban/event-sourcing';
import { context, ROOT_CONTEXT, SpanKind, trace, type Context, type Span } from '@opentelemetry/api';
import { inSpan, isTracing } from './spans';
import { activeTraceparent, continued, linksTo, traceparentOf } from './traceparent';

/** Whose commands are traced. */
interface Traced {
  readonly context: ContextName;
  readonly aggregate: string;
}

/**
 * Spans round the commands of an aggregate. One command goes on with the trace at work, or with that of its context. Many at once are a
 * trace of their own, linked to those that asked: what follows from thousands of commands would be no trace that anybody can read.
 * The span is noted in the events, so that whatever follows from them goes on with it.
 */
export function traceCommands<Command extends { readonly type: string }>(
  handler: CommandHandler<Command>,
  of: Traced,
): CommandHandler<Command> {
  if (!isTracing()) return handler;
  const attributes = { 'faemban.context': of.context, 'faemban.aggregate': of.aggregate };
  return {
    handle: (command, told) =>
      inSpan(`command ${command.type}`, { attributes, parent: parentOf(told) }, async (span) => {
        const handled = await handler.handle(command, notedIn(told, span));
        span.setAttributes({ 'faemban.outcome': handled.outcome, 'faemban.events': handled.types.length });
        return handled;
      }),
    handleMany: (list) => {
      const links = linksTo([activeTraceparent(), ...list.map((one) => one.context.traceparent)]);
      const counted = { ...attributes, 'faemban.commands': list.length };
      return inSpan(`commands ${of.aggregate}`, { attributes: counted, root: true, links }, async (span) => {
        const results = await handler.handleMany(list.map((one) => ({ ...one, context: notedIn(one.context, span) })));
        const errors = results.flatMap((result) => (result.ok ? [] : [result.error]));
        const refused = errors.filter((error) => error instanceof RuleBroken).length;
        span.setAttributes({ 'faemban.refused': refused, 'faemban.failed': errors.length - refused });
        return results;
      });
    },
  };
}

/** Spans round the appends of a context's store: what of a command is waiting for its durable write. */
export function traceAppends(store: EventStore, contextName: ContextName): EventStore {
  if (!isTracing()) return store;
  const options = (events: number) => ({
    kind: SpanKind.PRODUCER,
    attributes: { 'faemban.context': contextName, 'faemban.events': events },
  });
  return {
    append: (append) =>
      inSpan(`append ${contextName}`, options(append.events.length), async (span) => {
        const appended = await store.append(append);
        span.setAttribute('faemban.outcome', appended.repeated ? 'repeated' : 'recorded');
        return appended;
      }),
    appendMany: (appends) =>
      inSpan(
        `append ${contextName}`,
        options(appends.reduce((sum, { events }) => sum + events.length, 0)),
        async (span) => {
          const results = await store.appendMany(appends);
          span.setAttribute('faemban.failed', results.filter(({ ok }) => !ok).length);
          return results;
        },
      ),
    outcomeOf: (commandId) => store.outcomeOf(commandId),
    read: (stream, range) => store.read(stream, range),
    load: (stream) => store.load(stream),
  };
}

function parentOf({ traceparent }: CommandContext): Context {
  const active = context.active();
  return trace.getSpanContext(active) ? active : (continued(traceparent, ROOT_CONTEXT) ?? ROOT_CONTEXT);
}

function notedIn(told: CommandContext, span: Span): CommandContext {
  const traceparent = traceparentOf(span.spanContext());
  return traceparent === undefined ? told : { ...told, traceparent };
}
