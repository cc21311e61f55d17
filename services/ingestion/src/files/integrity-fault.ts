/** A sealed file is not what was written: altered, cut off, or its key is gone. */
export class IntegrityFault extends Error {
  override readonly name = 'IntegrityFault';
}
