/**
 * JSON text that is the same for equal values: object members sorted by code unit, no white space, nothing undefined (RFC 8785 for the
 * values we sign: texts, whole numbers, finite numbers as ECMAScript prints them).
 * @throws TypeError where a value is no JSON
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalJson(one ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(',')}}`;
  }
  const isJson = value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value);
  if (!isJson) throw new TypeError('Only JSON values have a canonical form.');
  return JSON.stringify(value);
}
