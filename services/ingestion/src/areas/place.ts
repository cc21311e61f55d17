import type { AreaRef } from '@faemban/contracts';
import { placeArea, type UnplacedArea } from '@faemban/reference-data';

/** Looks up which area a source's code was mapped to, where operators have done so. */
export interface AreaMappings {
  findTarget(source: string, sourceCode: string): string | undefined;
}

const villageDigits = 10;
/** A household whose code stands for a whole tambon or municipality lies in no known village of it. */
const noVillage = '0000';

/**
 * Places a household by the crosswalk or, where that does not know its code, by what operators mapped the code to. The crosswalk's version
 * then names the source whose own mapping was used. `code` stays the source's.
 */
export function placeHousehold(
  mappings: AreaMappings,
  source: string,
  code: string,
  round: number,
): { readonly status: 'placed'; readonly area: AreaRef } | UnplacedArea {
  const known = placeArea('tpmap', code, round);
  if (known.status === 'matched') return { status: 'placed', area: areaOf(code, code, known) };
  const target = mappings.findTarget(source, code);
  if (target === undefined) return known;
  const mapped = placeArea('tpmap', target, round);
  if (mapped.status === 'unmatched') return known;
  const { crosswalkVersion } = mapped;
  const area = areaOf(code, target, { ...mapped, crosswalkVersion: `${crosswalkVersion}+${source}` });
  return { status: 'placed', area };
}

type Matched = Extract<ReturnType<typeof placeArea>, { status: 'matched' }>;

function areaOf(sourceCode: string, target: string, placed: Matched): AreaRef {
  return {
    sourceCode,
    village: placed.village ?? target.padEnd(villageDigits, noVillage),
    tambon: placed.subdistrict ?? null,
    municipality: placed.municipality ?? null,
    district: placed.district,
    province: placed.province,
    crosswalkVersion: placed.crosswalkVersion,
  };
}

/** What of a place a household's digest holds: another version or mapping is something new to say of it. */
export function placeText({ sourceCode, village, crosswalkVersion }: AreaRef): string {
  return sourceCode === village ? crosswalkVersion : `${crosswalkVersion}>${village}`;
}
