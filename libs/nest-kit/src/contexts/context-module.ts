import type { ContextName } from '@faemban/contracts';
import {
  asViewShape,
  createCommandHandler,
  createPolicyRunner,
  createViewRunner,
  type Aggregate,
  type CommandHandler,
  type Policy,
  type Snapshots,
  type SnapshotStore,
  type Tally,
  type Upcasters,
  type View,
  type ViewHandle,
} from '@faemban/event-sourcing';
import { Logger, type DynamicModule, type ModuleMetadata, type Provider, type Type } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { AggregateCommandClass } from '../commands/aggregate-command';
import { commandHandlerClass } from '../commands/command-handler-class';
import { PLATFORM, type Platform } from '../platform';
import { queryHandlerClass, type QueryRegistration } from '../queries/query-handler-class';
import { RUNNERS, type Runners } from '../runners/runners';
import { traceAppends, traceCommands } from '../tracing/trace-commands';
import { batchObserver, tracePolicy } from '../tracing/trace-followers';
import { policyController } from '../transport/policy-controller';
import { commandHandlerToken, viewToken } from './tokens';

/* eslint-disable @typescript-eslint/no-explicit-any -- lists of differently typed aggregates, policies, views; each entry is checked where it is made */

/** An aggregate with the class by which its commands travel over the bus. */
export interface AggregateRegistration {
  readonly aggregate: Aggregate<any, any, any>;
  readonly command: AggregateCommandClass<any>;
}

/** A policy with the command class of the aggregate that knows its commands. The policy lives in the context whose commands it gives. */
export interface PolicyRegistration {
  readonly policy: Policy<any, any>;
  readonly command: AggregateCommandClass<any>;
}

/** What a context is made of; see {@link contextModule}. */
export interface ContextParts {
  readonly name: ContextName;
  readonly aggregates?: readonly AggregateRegistration[];
  readonly policies?: readonly PolicyRegistration[];
  readonly views?: readonly View<any>[];
  readonly tallies?: readonly Tally<any>[];
  readonly queries?: readonly QueryRegistration<any>[];
  readonly upcasters?: Upcasters;
  readonly controllers?: readonly Type<object>[];
  readonly providers?: readonly Provider[];
  readonly imports?: ModuleMetadata['imports'];
  readonly exports?: ModuleMetadata['exports'];
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/**
 * The Nest module of one bounded context. Aggregates are registered on the `CommandBus`, queries on the `QueryBus`, policies as message
 * handlers, views and tallies as batch consumers; the transport starts and stops them with the server. Inject `commandHandlerToken(aggregate)`
 * for the handler itself and `viewToken(view)` for a read model's handle. Needs the {@link PLATFORM}, which `createServer` gives.
 */
export function contextModule(parts: ContextParts): DynamicModule {
  const { name, aggregates = [], policies = [], views = [], tallies = [], queries = [] } = parts;
  const readModels = [...views, ...tallies];
  class Context {}
  Object.defineProperty(Context, 'name', { value: `Context(${name})` });
  return {
    module: Context,
    imports: [CqrsModule, ...(parts.imports ?? [])],
    controllers: [
      ...(parts.controllers ?? []),
      ...policies.map(({ policy, command }) => policyController(policy.key, command)),
    ],
    providers: [
      ...aggregates.flatMap((registration) => aggregateProviders(parts, registration)),
      ...readModels.map((readModel) => handleProvider(name, readModel)),
      ...views.map((view) => viewRunnerProvider(name, { view })),
      ...tallies.map((tally) => viewRunnerProvider(name, { tally })),
      ...policies.map((registration) => policyRunnerProvider(name, registration)),
      ...queries.map((registration) => queryHandlerClass(registration)),
      ...(parts.providers ?? []),
    ],
    exports: [
      ...aggregates.map(({ aggregate }) => commandHandlerToken(aggregate)),
      ...readModels.map((readModel) => viewToken(readModel)),
      ...(parts.exports ?? []),
    ],
  };
}

function aggregateProviders(parts: ContextParts, { aggregate, command }: AggregateRegistration): Provider[] {
  const token = commandHandlerToken(aggregate);
  return [
    {
      provide: token,
      inject: [PLATFORM],
      useFactory: (platform: Platform): CommandHandler<{ readonly type: string }> =>
        traceCommands(
          createCommandHandler({
            aggregate,
            store: traceAppends(platform.store(parts.name), parts.name),
            ...(platform.snapshots ? { snapshots: snapshotsOf(platform.snapshots(parts.name), aggregate.name) } : {}),
            ...(parts.upcasters ? { upcasters: parts.upcasters } : {}),
          }),
          { context: parts.name, aggregate: aggregate.name },
        ),
    },
    commandHandlerClass(aggregate.name, command, token),
  ];
}

/** A snapshot that cannot be read or kept costs time and nothing else; operators should know all the same. */
function snapshotsOf(store: SnapshotStore, aggregate: string): Snapshots {
  const log = new Logger('snapshots');
  return {
    store,
    failed: (cause) => log.warn(new Error(`A snapshot of ${aggregate} could not be read or kept.`, { cause })),
  };
}

function handleProvider(context: ContextName, readModel: View | Tally): Provider {
  return {
    provide: viewToken(readModel),
    inject: [PLATFORM],
    useFactory: (platform: Platform) => platform.views(context).views.open(asViewShape(readModel)),
  };
}

function viewRunnerProvider(context: ContextName, what: { view: View } | { tally: Tally }): Provider {
  const [kind, readModel] = 'view' in what ? (['view', what.view] as const) : (['tally', what.tally] as const);
  return {
    provide: `runner:${kind}:${readModel.name}`,
    inject: [PLATFORM, RUNNERS, viewToken(readModel)],
    useFactory: (platform: Platform, runners: Runners, handle: ViewHandle) => {
      runners.plan({
        name: readModel.name,
        kind,
        context,
        readModel,
        create: () =>
          platform.runnerElsewhere?.(context, readModel.name, runners.report) ??
          createViewRunner({
            ...what,
            log: platform.followed ?? platform.log,
            handle,
            clock: platform.clock,
            report: runners.report,
            observe: batchObserver(),
          }),
        parkedEvents: async () => handle,
      });
      return handle;
    },
  };
}

function policyRunnerProvider(context: ContextName, { policy }: PolicyRegistration): Provider {
  return {
    provide: `runner:policy:${policy.key}`,
    inject: [PLATFORM, RUNNERS],
    useFactory: async (platform: Platform, runners: Runners) => {
      const store = platform.views(context).policies;
      const handle = await store.open({ key: policy.key, context: policy.on.context });
      runners.plan({
        name: policy.key,
        kind: 'policy',
        context,
        create: (dispatch) =>
          createPolicyRunner({
            policy,
            log: platform.followed ?? platform.log,
            store,
            dispatch: tracePolicy(policy, dispatch),
            clock: platform.clock,
            report: runners.report,
          }),
        parkedEvents: async () => handle,
      });
      return handle;
    },
  };
}
