/** A run of areas that lie in one area around them: `from` inclusive, `to` exclusive. */
export interface AreaRun {
  readonly code: string;
  readonly from: number;
  readonly to: number;
}

/** The runs of sorted area codes that share their first `digits` characters and begin with `under`. Codes nest by their beginnings. */
export function runsOf(areas: readonly string[], digits: number, under = ''): AreaRun[] {
  const runs: AreaRun[] = [];
  let from = 0;
  for (let to = 1; to <= areas.length; to++) {
    const code = (areas[from] ?? '').slice(0, digits);
    if (to < areas.length && areas[to]?.slice(0, digits) === code) continue;
    if (code.startsWith(under)) runs.push({ code, from, to });
    from = to;
  }
  return runs;
}

/** All areas that begin with `under`, as one run; empty where there is none. */
export function runUnder(areas: readonly string[], under: string): AreaRun {
  const from = areas.findIndex((area) => area.startsWith(under));
  if (from < 0) return { code: under, from: 0, to: 0 };
  let to = from;
  while (areas[to]?.startsWith(under)) to++;
  return { code: under, from, to };
}
