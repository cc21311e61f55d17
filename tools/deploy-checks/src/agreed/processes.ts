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

/** Those that keep files of their own, which one process at a time holds. */
export const keepsFiles = ['ingestion', 'identity-verification'];
