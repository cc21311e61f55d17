import type { ContextName } from '@faemban/contracts';
import type { Server, ServerOptions } from '@faemban/nest-kit';
import type { ProcessConfig } from './config';

/** What a service's server is made with, besides its own configuration. */
export interface ServiceParts {
  readonly server: Omit<ServerOptions, 'name'>;
  readonly config: ProcessConfig;
  /** Where another service answers, for those that ask it. */
  addressesOf(context: ContextName): readonly string[];
}

/** A service as its process needs to know it. */
export interface ServiceDefinition {
  /** The context it owns; also its name. */
  readonly context: ContextName;
  /** The port it listens on unless told otherwise. */
  readonly port: number;
  /** Contexts whose published events its views and policies follow. */
  readonly follows: readonly ContextName[];
  /** Contexts whose service it asks over HTTP besides reading their logs. */
  readonly asks?: readonly ContextName[];
  /** Whether it keeps files of its own, so that of several processes one holds them and serves. */
  readonly keepsFiles?: boolean;
  create(parts: ServiceParts): Promise<Server>;
}
