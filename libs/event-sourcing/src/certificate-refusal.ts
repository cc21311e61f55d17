const unknownAuthority = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
];
const notValidNow = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'];

/**
 * Why the certificate of a server was not accepted, and what to do, by Node's code of the failure; undefined where it was something else.
 * @param namesIn where the names stand that the certificate must be for
 */
export function certificateRefusal(code: unknown, server: string, namesIn: string): string | undefined {
  if (unknownAuthority.includes(String(code))) {
    return `the certificate of ${server} is not signed by an authority that is trusted here. Name a file with the authority's certificate in FAEMBAN_TRUSTED_CA_FILE (${code}).`;
  }
  if (notValidNow.includes(String(code))) {
    return `the certificate of ${server} is not valid at this time. Renew it, or mend this machine's clock (${code}).`;
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `the certificate of ${server} is for other names. Make one for the names in ${namesIn} (${code}).`;
  }
  return undefined;
}
