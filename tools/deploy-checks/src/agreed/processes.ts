/** The processes of the distributed profile, and the ports that they listen on. */
export const portOf: Readonly<Record<string, number>> = {
  'front-door': 8420,
  ingestion: 8421,
  'identity-verification': 8422,
  'mpi-scoring': 8423,
  reporting: 8424,
};

/** Their names. */
export const processNames = Object.keys(portOf);

/** Whom each calls: the front door everybody, the others whose log they read or whom they ask. */
export const callsOf: Readonly<Record<string, readonly string[]>> = {
  'front-door': ['ingestion', 'identity-verification', 'mpi-scoring', 'reporting'],
  ingestion: ['identity-verification'],
  'identity-verification': [],
  'mpi-scoring': ['ingestion'],
  reporting: ['ingestion', 'mpi-scoring'],
};

/** Those that keep files of their own, which one process at a time holds. */
export const keepsFiles = ['ingestion', 'identity-verification'];
