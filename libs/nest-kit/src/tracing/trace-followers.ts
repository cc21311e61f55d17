import { unobserved, type ObserveBatch, type Policy } from '@faemban/event-sourcing';
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api';
import type { PolicyDispatch } from '../runners/runners';
import { inSpan, isTracing } from './spans';
import { continued, linksTo, traceparentOf } from './traceparent';

/**
 * How batches of events are traced in this process: a span of its own for each, linked to the traces of its events, since one batch
 * serves many. A batch of which no event belongs to a sampled trace has none. Hand it to whatever publishes, consumes or applies.
 */
export function batchObserver(): ObserveBatch {
  return isTracing() ? traceBatch : unobserved;
}

const traceBatch: ObserveBatch = ({ what, name, context, partition, events }, work) => {
  const links = linksTo(events.map(({ traceparent }) => traceparent));
  if (links.length === 0) return work();
  const attributes = {
    'faemban.context': context,
    'faemban.partition': partition,
    'faemban.events': events.length,
    'faemban.first_seq': events[0]?.seq ?? 0,
  };
  const kind = what === 'publish' ? SpanKind.PRODUCER : SpanKind.CONSUMER;
  return inSpan(`${what} ${name}`, { kind, attributes, links, root: true }, work);
};

/** A span round each command of a policy, which goes on with the trace of the event that the policy answers. */
export function tracePolicy(policy: Pick<Policy, 'key' | 'on'>, dispatch: PolicyDispatch): PolicyDispatch {
  if (!isTracing()) return dispatch;
  const attributes = { 'faemban.policy': policy.key, 'faemban.context': policy.on.context };
  return (command, told) => {
    const parent = continued(told.traceparent, ROOT_CONTEXT) ?? ROOT_CONTEXT;
    return inSpan(`policy ${policy.key}`, { kind: SpanKind.CONSUMER, attributes, parent }, (span) => {
      const traceparent = traceparentOf(span.spanContext());
      return dispatch(command, traceparent === undefined ? told : { ...told, traceparent });
    });
  };
}
