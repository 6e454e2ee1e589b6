const seed = 0x811c9dc5;
const prime = 0x01000193;

/** FNV-1a of a part of a text. */
export const hashOf = (text: string, from = 0, to = text.length): number => {
  let hash = seed;
  for (let index = from; index < to; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  return hash;
};

/** One number for several in this order. */
export const combine = (one: number, other: number): number => {
  const mixed = Math.imul(one ^ (other + 0x9e3779b9 + (one << 6) + (one >>> 2)), prime);
  return mixed ^ (mixed >>> 15);
};

/** Where a hash falls among so many places, a power of two. */
export const placeIn = (hash: number, places: number): number => (hash ^ (hash >>> 16)) & (places - 1);
