const pressed = /^rate:([1-5]):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** What a press on one of them says; null for any other button. */
export const toRating = (action: string | null): { readonly score: number; readonly id: string } | null => {
  const [, score, id] = pressed.exec(action ?? '') ?? [];
  return score && id ? { score: Number(score), id } : null;
};

/** A digit alone, where there are no buttons: "4", "5/5", "3!" */
export const toScore = (text: string): number | null => {
  const [, score] = /^\s*([1-5])\s*(?:\/\s*5)?[.!]*\s*$/.exec(text) ?? [];
  return score ? Number(score) : null;
};
