// What the surprise is made of: for each way to split it, shares that add up.
import type { Need, Share } from "./api";
import { PROVINCES } from "./provinces";
import { languageName } from "./format";
import { speech, word } from "./words.svelte";

export interface Part { name: string; surprise: number; share: number; begins: number }
export interface Split { by: Share["by"]; parts: Part[] }

/** Parts that a bar shows by name; the rest is one part. */
const NAMED = 5;

/** Each split, its largest part first; `places` are the names that the alert gives. */
export function splits(why: Share[], places: Map<string, string>): Split[] {
  const kinds = [...new Set(why.map((share) => share.by))];
  return kinds.map((by) => ({ by, parts: parts(why.filter((share) => share.by === by), places) }));
}

function parts(shares: Share[], places: Map<string, string>): Part[] {
  const named = shares.filter((share) => share.value !== "").sort((left, right) => right.surprise - left.surprise);
  const shown = named.slice(0, NAMED);
  const rest = shares.filter((share) => !shown.includes(share)).reduce((sum, share) => sum + share.surprise, 0);
  const all = [...shown.map((share) => ({ name: nameOf(share, places), surprise: share.surprise }))];
  if (Math.abs(rest) > 1e-9) all.push({ name: word("everything_else"), surprise: rest });
  const total = all.reduce((sum, part) => sum + Math.max(0, part.surprise), 0) || 1;
  let begins = 0;
  return all.map((part) => {
    const share = Math.max(0, part.surprise) / total;
    const made = { ...part, share, begins };
    begins += share;
    return made;
  });
}

/** Each part that was needed, by name, with what would be left without it. */
export function needed(needs: Need[], places: Map<string, string>): { name: string; left: number }[] {
  return needs.map((need) => ({ name: nameOf(need, places), left: need.left }));
}

function nameOf(share: Pick<Share, "by" | "value">, places: Map<string, string>): string {
  if (share.by === "language") return languageName(share.value);
  if (share.by !== "place") return share.value;
  return places.get(share.value) ?? PROVINCES.find((one) => one.code === share.value)?.name[speech.tongue] ?? share.value;
}
