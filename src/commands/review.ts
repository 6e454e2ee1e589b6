import { allowPassage, heldPassages } from '#store/knowledge.ts';

import type { Config } from '../config.ts';
import { openDatabase } from './database.ts';

const excerptLengthMax = 300;

/** Lists the passages that are held back because they give orders to the assistant, or lets one of them answer. Resolves with whether it is there. */
export const review = async (config: Config, allow: string | undefined): Promise<boolean> => {
  await using store = await openDatabase(config);
  await store.checkSchema();
  if (allow !== undefined) {
    const isAllowed = await allowPassage(store, allow);
    console.log(isAllowed ? `${allow} answers questions from now on.` : `There is no held passage ${allow}.`);
    return isAllowed;
  }
  const held = await heldPassages(store);
  for (const { id, title, text, rules } of held)
    console.log(
      `${id}  (${title}; ${rules.join(', ')})\n    ${text.slice(0, excerptLengthMax).replaceAll(/\s+/g, ' ')}\n`,
    );
  console.log(
    held.length === 0 ? 'No passage is held back.' : `${held.length} held back. Let one answer with --allow <id>.`,
  );
  return true;
};
