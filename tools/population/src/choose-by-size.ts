/**
 * Chooses households whose sizes add up to a target exactly, preferring those that come first.
 *
 * @param sizes members by household
 * @param candidates households that may be chosen, best first
 * @param target members wanted
 * @returns the chosen households and how many members the target is missed by (0 nearly always)
 */
export function chooseBySize(
  sizes: ArrayLike<number>,
  candidates: readonly number[],
  target: number,
): { chosen: number[]; missing: number } {
  if (target <= 0) return { chosen: [], missing: Math.max(0, target) };
  const inside: number[][] = [];
  const outside: number[][] = [];
  let rest = target;
  let largest = 0;
  for (const h of candidates) {
    const size = sizes[h] as number;
    largest = Math.max(largest, size);
    const side = size <= rest ? inside : outside;
    (side[size] ??= []).push(h);
    if (side === inside) rest -= size;
  }
  // The best of those outside come off the end first, and the least of those inside do.
  for (const pool of outside) pool?.reverse();
  if (rest > 0 && !exchange(inside, outside, rest, largest, 0, 3)) return chooseByTable(sizes, candidates, target);
  return { chosen: inside.flatMap((pool) => pool ?? []), missing: 0 };
}

/** Adds or removes up to `depth` households so that exactly `rest` more members are inside. */
function exchange(
  inside: number[][],
  outside: number[][],
  rest: number,
  largest: number,
  sinceSize: number,
  depth: number,
): boolean {
  if (rest === 0) return true;
  if (depth === 0) return false;
  const direct = rest > 0 ? move(outside, inside, rest) : move(inside, outside, -rest);
  if (direct) return true;
  if (depth === 1) return false;
  for (let size = Math.max(1, sinceSize); size <= largest; size += 1) {
    if (move(outside, inside, size)) {
      if (exchange(inside, outside, rest - size, largest, size, depth - 1)) return true;
      move(inside, outside, size);
    }
    if (move(inside, outside, size)) {
      if (exchange(inside, outside, rest + size, largest, size, depth - 1)) return true;
      move(outside, inside, size);
    }
  }
  return false;
}

function move(from: number[][], to: number[][], size: number): boolean {
  const h = from[size]?.pop();
  if (h === undefined) return false;
  (to[size] ??= []).push(h);
  return true;
}

/** All reachable sums; where the target is none of them, the largest below it is taken. */
function chooseByTable(
  sizes: ArrayLike<number>,
  candidates: readonly number[],
  target: number,
): { chosen: number[]; missing: number } {
  const last = new Int32Array(target + 1).fill(-1);
  const reached = new Uint8Array(target + 1);
  reached[0] = 1;
  candidates.forEach((h, k) => {
    const size = sizes[h] as number;
    for (let sum = target; sum >= size; sum -= 1) {
      if (!reached[sum] && reached[sum - size]) {
        reached[sum] = 1;
        last[sum] = k;
      }
    }
  });
  let sum = target;
  while (!reached[sum]) sum -= 1;
  const missing = target - sum;
  const chosen: number[] = [];
  while (sum > 0) {
    const h = candidates[last[sum] as number] as number;
    chosen.push(h);
    sum -= sizes[h] as number;
  }
  return { chosen, missing };
}
