import { SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import type { TelemetryEnvironment } from './start-telemetry';

/**
 * The sampler that `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` name (default: `parentbased_always_on`), except that a batch which
 * is published, consumed or applied follows the traces it is linked to: where one of those is kept, so is the batch's own.
 */
export function samplerOf(environment: TelemetryEnvironment, warn: (message: string) => void): Sampler {
  const { OTEL_TRACES_SAMPLER: name = 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: ratio } = environment;
  const make = samplers[name];
  if (make === undefined) {
    const known = Object.keys(samplers).join(', ');
    warn(`OTEL_TRACES_SAMPLER is none of ${known}; parentbased_always_on is used.`);
  }
  return linkedSampler((make ?? parentBased(alwaysOn))(ratioOf(ratio, warn)));
}

type MakeSampler = (ratio: number) => Sampler;

const alwaysOn: MakeSampler = () => new AlwaysOnSampler();
const alwaysOff: MakeSampler = () => new AlwaysOffSampler();
const byRatio: MakeSampler = (ratio) => new TraceIdRatioBasedSampler(ratio);
const parentBased =
  (root: MakeSampler): MakeSampler =>
  (ratio) =>
    new ParentBasedSampler({ root: root(ratio) });

const samplers: Readonly<Record<string, MakeSampler>> = {
  always_on: alwaysOn,
  always_off: alwaysOff,
  traceidratio: byRatio,
  parentbased_always_on: parentBased(alwaysOn),
  parentbased_always_off: parentBased(alwaysOff),
  parentbased_traceidratio: parentBased(byRatio),
};

function ratioOf(text: string | undefined, warn: (message: string) => void): number {
  if (text === undefined || text.trim() === '') return 1;
  const ratio = Number(text);
  if (ratio >= 0 && ratio <= 1) return ratio;
  warn('OTEL_TRACES_SAMPLER_ARG is no number from 0 to 1; 1 is used.');
  return 1;
}

function linkedSampler(own: Sampler): Sampler {
  return {
    shouldSample(context, traceId, name, kind, attributes, links) {
      const isBatch = kind === SpanKind.PRODUCER || kind === SpanKind.CONSUMER;
      const isRoot = trace.getSpanContext(context) === undefined;
      if (isBatch && isRoot && links.some((link) => (link.context.traceFlags & TraceFlags.SAMPLED) !== 0)) {
        return { decision: SamplingDecision.RECORD_AND_SAMPLED };
      }
      return own.shouldSample(context, traceId, name, kind, attributes, links);
    },
    toString: () => `Linked(${own.toString()})`,
  };
}
