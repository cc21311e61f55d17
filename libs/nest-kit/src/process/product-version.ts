import { version } from '../../package.json';

/** The version of the product that runs: all of its packages have the same. */
export const productVersion: string = version;
