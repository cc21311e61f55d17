/** One household of a village, from its sizes and answers to the people it must hold. Counts are of members. */
export type PlannedHousehold = {
  size: number;
  /** The dimensions it must fail, exactly these; 0 outside poverty. */
  dimensions: number;
  verified: number;
  registered: number;
  /** Failed indicators, a mask. */
  failed: number;
  /** Whether what it fails outside the index is part of the published figures of target persons. */
  isDecided: boolean;
  /** Indicators with an answer, pass or fail, a mask. */
  answered: number;
  /** Members of 18 and older that are certain; `elderly` and `workers` are among them. */
  grown: number;
  /** Of 60 and older. */
  elderly: number;
  /** Of 18 to 59. */
  workers: number;
  /** Of under one year. */
  infants: number;
  /** Of 2 years. */
  toddlers: number;
  /** Of 3 to 5. */
  preschoolers: number;
  /** Of 6 to 14. */
  pupils: number;
  /** Of 15: has left school year ม.3. */
  leavers: number;
  disabled: number;
  chronic: number;
  /** No worker lives here, so that literacy and work are not asked. */
  isWithoutWorkers: boolean;
  /** Nobody of 35 or older lives here. */
  isYoung: boolean;
  happiness: number | undefined;
};

/** Members whose age is still open. */
export function placesLeft(household: PlannedHousehold): number {
  return household.size - household.grown - children(household);
}

/** Members under 18. */
export function children(household: PlannedHousehold): number {
  const { infants, toddlers, preschoolers, pupils, leavers } = household;
  return infants + toddlers + preschoolers + pupils + leavers;
}

/** Makes one more member elderly; false where no place is left. */
export function addElderly(household: PlannedHousehold): boolean {
  if (!makeGrown(household)) return false;
  household.elderly += 1;
  return true;
}

/** Makes one more member of working age; false where no place is left. */
export function addWorker(household: PlannedHousehold): boolean {
  if (!makeGrown(household)) return false;
  household.workers += 1;
  return true;
}

/** Whether one more elderly or working member has a place. */
export function hasPlaceForGrown(household: PlannedHousehold): boolean {
  return household.elderly + household.workers < household.grown || placesLeft(household) > 0;
}

function makeGrown(household: PlannedHousehold): boolean {
  if (household.elderly + household.workers < household.grown) return true;
  if (placesLeft(household) <= 0) return false;
  household.grown += 1;
  return true;
}
