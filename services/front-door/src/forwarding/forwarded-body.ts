import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';

/**
 * A request's body on its way to a service. Nothing of it is read before a connection asks for it, so that where none comes about another
 * one of these can be made for the same request. Once it is no longer wanted, the rest is read and forgotten, so that the caller gets to
 * read the answer.
 */
export class ForwardedBody extends Readable {
  private hasBegun = false;

  constructor(private readonly source: IncomingMessage) {
    super();
  }

  /** Whether some of it may have gone out. */
  get isBegun(): boolean {
    return this.hasBegun;
  }

  override _read(): void {
    if (!this.hasBegun) {
      this.hasBegun = true;
      this.source.on('data', this.pass).on('end', this.finish).on('close', this.cut).on('error', this.fail);
    }
    this.source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.hasBegun) {
      this.source.off('data', this.pass).off('end', this.finish).off('close', this.cut);
      this.source.resume();
    }
    done(error);
  }

  private readonly pass = (piece: Buffer): void => {
    if (!this.push(piece)) this.source.pause();
  };
  private readonly finish = (): void => void this.push(null);
  private readonly cut = (): void => {
    if (!this.source.complete) this.destroy(new Error('The caller went away in the midst of a request.'));
  };
  private readonly fail = (error: Error): void => void this.destroy(error);
}
