/** Injects the {@link Tools} the work on imports is done with. */
export const TOOLS = 'ingestion:tools';
