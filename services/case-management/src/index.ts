/** The context's name, as it stands in wire types and topics. Nothing is decided here yet: see the README. */
export const contextName = 'case-management';
