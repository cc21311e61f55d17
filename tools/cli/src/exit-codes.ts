/** What the exit code of a command says. */
export const exitCodes = {
  done: 0,
  /** Something broke on this side or the server's. */
  fault: 1,
  /** The command line was wrong. */
  usage: 2,
  /** The server refused; it said what is possible instead. */
  refused: 3,
  /** Nobody answers at the address. */
  notReachable: 4,
  /** The files have rows in error; nothing can be approved. */
  rowsInError: 5,
  /** A verification found something altered, missing or added. */
  altered: 6,
  /** A doctor found something that must be put right. */
  unwell: 7,
} as const;
