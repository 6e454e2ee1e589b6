interface Rule {
  readonly path: string;
  readonly isAllowed: boolean;
}

const names = new Set(['*', 'firstline']);

/** Whether a path may be read, by robots.txt (RFC 9309): the longest rule that matches decides, and allows where two are alike. */
export const readRobots = (text: string): ((path: string) => boolean) => {
  const rules: Rule[] = [];
  let isForUs = false;
  let isNaming = false;
  for (const line of text.split(/\r?\n/)) {
    const [, key = '', value = ''] = /^\s*([a-z-]+)\s*:\s*(.*?)\s*(?:#.*)?$/i.exec(line) ?? [];
    const field = key.toLowerCase();
    if (field === 'user-agent') {
      isForUs = names.has(value.toLowerCase()) || (isNaming && isForUs);
      isNaming = true;
    } else if (field === 'allow' || field === 'disallow') {
      isNaming = false;
      if (isForUs && value !== '') rules.push({ path: value, isAllowed: field === 'allow' });
    }
  }
  const matches = (rule: string, path: string): boolean => {
    const pattern = rule
      .replaceAll(/[.+?^{}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*?')
      .replace(/\$$/, '\u0000');
    return new RegExp(`^${pattern.replace('\u0000', '$')}`).test(path);
  };
  return (path) => {
    const found = rules
      .filter((rule) => matches(rule.path, path))
      .toSorted((a, b) => b.path.length - a.path.length || Number(b.isAllowed) - Number(a.isAllowed))[0];
    return found?.isAllowed ?? true;
  };
};
