/** Where a server is in its life. */
export interface ServerState {
  readonly service: string;
  startedAt: string;
  isDraining: boolean;
}

/** Injection token of the {@link ServerState}. */
export const SERVER_STATE = Symbol('SERVER_STATE');
