/** One server in the hands of a test. */
export interface ServerControl {
  readonly name: string;
  readonly isRunning: boolean;
  /** Starts it on the data and the address it had; resolves when it serves. Does nothing while it runs. */
  start(): Promise<void>;
  /** Asks it to end and waits. */
  stop(): Promise<void>;
  /** Ends it as a power cut would (`kill -9`), and waits until it is gone. */
  kill(): Promise<void>;
  /** Makes it stand still (`SIGSTOP`), and resolves when it does: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it and removes what it stored. */
  remove(): Promise<void>;
}
