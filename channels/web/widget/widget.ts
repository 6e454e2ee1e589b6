/* The Firstline widget: one script tag, no framework, everything inside a shadow root. Runs in the visitor's browser. */
(() => {
  interface Citation {
    number: number;
    title: string;
    url?: string;
  }
  interface Message {
    id: string;
    author: 'visitor' | 'assistant';
    text: string;
    citations: Citation[];
    actions: { id: string; label: string }[];
    partial: boolean;
  }

  const script = document.currentScript as HTMLScriptElement;
  const base = new URL('.', script.src).href;
  const fills = script.dataset['fill'] !== undefined;
  const storageKey = `firstline:${base}`;

  const style = `
    :host { all: initial; --ink: #1c2330; --paper: #fff; --soft: #eef1f6; --accent: #2557d6; --line: #d8dee8; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); }
    @media (prefers-color-scheme: dark) { :host { --ink: #e8ecf4; --paper: #151a23; --soft: #232b38; --accent: #7ea2ff; --line: #333d4d; } }
    * { box-sizing: border-box; }
    button, textarea { font: inherit; color: inherit; }
    .open { position: fixed; right: 20px; bottom: 20px; padding: 12px 18px; border: 0; border-radius: 24px; background: var(--accent); color: var(--paper); cursor: pointer; z-index: 2147483000; }
    .box { position: fixed; right: 20px; bottom: 20px; width: min(380px, calc(100vw - 24px)); height: min(560px, calc(100vh - 40px)); display: flex; flex-direction: column; background: var(--paper); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; z-index: 2147483000; }
    .fill { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; }
    header { display: flex; justify-content: space-between; align-items: center; padding: 10px 14px; border-bottom: 1px solid var(--line); font-weight: 600; }
    header small { font-weight: 400; opacity: .8; }
    .log { flex: 1; overflow-y: auto; padding: 14px; display: flex; flex-direction: column; gap: 10px; }
    .m { max-width: 85%; padding: 8px 12px; border-radius: 14px; background: var(--soft); overflow-wrap: anywhere; }
    .m.visitor { align-self: flex-end; background: var(--accent); color: var(--paper); }
    .m p { margin: 0 0 8px; } .m p:last-child { margin: 0; } .m pre { overflow-x: auto; white-space: pre; margin: 0 0 8px; } .m blockquote { margin: 0 0 8px; padding-left: 10px; border-left: 3px solid var(--line); } .m ul, .m ol { margin: 0 0 8px; padding-left: 22px; }
    .m a { color: inherit; } .cites { font-size: 13px; opacity: .85; margin-top: 6px; }
    .acts { margin-top: 8px; display: flex; gap: 6px; flex-wrap: wrap; } .acts button { border: 1px solid var(--accent); color: var(--accent); background: none; border-radius: 16px; padding: 4px 12px; min-height: 28px; cursor: pointer; }
    form { display: flex; gap: 8px; padding: 10px; border-top: 1px solid var(--line); }
    textarea { flex: 1; resize: none; border: 1px solid var(--line); border-radius: 10px; padding: 8px; background: var(--paper); min-height: 40px; max-height: 120px; }
    form button, header button { border: 0; border-radius: 10px; background: var(--accent); color: var(--paper); padding: 0 14px; cursor: pointer; min-height: 28px; }
    header button { background: none; color: inherit; } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    .state { padding: 4px 14px; font-size: 13px; opacity: .8; min-height: 24px; }`;

  const make = <K extends keyof HTMLElementTagNameMap>(
    name: K,
    attributes: Record<string, string> = {},
    ...children: (Node | string)[]
  ): HTMLElementTagNameMap[K] => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /** Inline Markdown as nodes; anything that is not understood stays text. */
  const inline = (text: string): Node[] => {
    const nodes: Node[] = [];
    let from = 0;
    for (const match of text.matchAll(
      /`([^`]+)`|\*\*([^*]+)\*\*|[_*]([^_*\s][^_*]*)[_*](?!\w)|\[([^\]]+)\]\((https:\/\/[^)\s]+)\)/g,
    )) {
      nodes.push(document.createTextNode(text.slice(from, match.index)));
      from = match.index + match[0].length;
      if (match[1] !== undefined) nodes.push(make('code', {}, match[1]));
      else if (match[2] !== undefined) nodes.push(make('strong', {}, ...inline(match[2])));
      else if (match[3] !== undefined) nodes.push(make('em', {}, match[3]));
      else
        nodes.push(
          make('a', { href: match[5] ?? '', rel: 'noopener noreferrer nofollow', target: '_blank' }, match[4] ?? ''),
        );
    }
    nodes.push(document.createTextNode(text.slice(from)));
    return nodes;
  };

  const lines = (text: string): Node[] =>
    text
      .split('\n')
      .flatMap((line, index) => (index === 0 ? inline(line) : [document.createElement('br'), ...inline(line)]));

  const block = (text: string): Node => {
    const rows = text.split('\n');
    if (rows.every((row) => /^\s*[-*+] /.test(row)))
      return make('ul', {}, ...rows.map((row) => make('li', {}, ...inline(row.replace(/^\s*[-*+] /, '')))));
    if (rows.every((row) => /^\s*\d+[.)] /.test(row)))
      return make('ol', {}, ...rows.map((row) => make('li', {}, ...inline(row.replace(/^\s*\d+[.)] /, '')))));
    if (rows.every((row) => row.startsWith('>')))
      return make('blockquote', {}, ...lines(rows.map((row) => row.replace(/^> ?/, '')).join('\n')));
    return make('p', {}, ...lines(text.replace(/^#{1,6} /, '')));
  };

  const markdown = (text: string): Node[] =>
    text.split(/(```[\s\S]*?(?:```|$))/).flatMap((part) =>
      part.startsWith('```')
        ? [make('pre', {}, make('code', {}, part.replace(/^```[^\n]*\n?/, '').replace(/\n?```$/, '')))]
        : part
            .split(/\n{2,}/)
            .map((one) => one.trim())
            .filter((one) => one !== '')
            .map(block),
    );

  const host = make('div');
  const root = host.attachShadow({ mode: 'open' });
  const log = make('div', {
    class: 'log',
    role: 'log',
    'aria-live': 'polite',
    'aria-relevant': 'additions',
    'aria-label': 'Conversation',
  });
  const state = make('div', { class: 'state', role: 'status' });
  const input = make('textarea', {
    rows: '1',
    maxlength: '8000',
    'aria-label': 'Your message',
    placeholder: 'Write a message',
  });
  const form = make('form', {}, input, make('button', { type: 'submit' }, 'Send'));
  const close = make('button', { type: 'button', 'aria-label': 'Close' }, '×');
  const box = make(
    'section',
    { class: fills ? 'box fill' : 'box', 'aria-label': 'Support chat' },
    make('header', {}, make('span', {}, 'Support ', make('small', {}, '· AI assistant')), ...(fills ? [] : [close])),
    log,
    state,
    form,
  );
  const opener = make('button', { class: 'open', type: 'button' }, 'Ask us');
  root.append(make('style', {}, style));

  let token = '';
  let seen = 0;
  const shown = new Map<string, HTMLElement>();

  const call = (path: string, body?: unknown): Promise<Response> =>
    fetch(base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  const session = async (): Promise<void> => {
    token = localStorage.getItem(storageKey) ?? '';
    if (token !== '') return;
    token = ((await (await call('sessions')).json()) as { token: string }).token;
    localStorage.setItem(storageKey, token);
  };

  const press = async (message: Message, action: string): Promise<void> => {
    await call('actions', { id: crypto.randomUUID(), message: message.id, action });
  };

  const show = (message: Message): void => {
    const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    const element = shown.get(message.id) ?? make('div', { class: `m ${message.author}`, dir: 'auto' });
    element.setAttribute('aria-busy', String(message.partial));
    const cites = message.citations.map((one) =>
      make(
        'div',
        {},
        `[${one.number}] `,
        one.url
          ? make('a', { href: one.url, rel: 'noopener noreferrer nofollow', target: '_blank' }, one.title)
          : one.title,
      ),
    );
    const acts = message.actions.map((one) => {
      const button = make('button', { type: 'button' }, one.label);
      button.addEventListener('click', () => void press(message, one.id));
      return button;
    });
    element.replaceChildren(
      ...markdown(message.text),
      ...(cites.length > 0 ? [make('div', { class: 'cites' }, ...cites)] : []),
      ...(acts.length > 0 ? [make('div', { class: 'acts' }, ...acts)] : []),
    );
    if (!shown.has(message.id)) log.append(element);
    shown.set(message.id, element);
    if (message.author === 'assistant') state.textContent = '';
    if (isAtEnd) log.scrollTop = log.scrollHeight;
  };

  const readEvents = async (response: Response): Promise<void> => {
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let pending = '';
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) {
      pending += step.value;
      for (let end = pending.indexOf('\n\n'); end >= 0; end = pending.indexOf('\n\n')) {
        const fields = new Map(
          pending
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        pending = pending.slice(end + 2);
        if (fields.get('event') === 'message') show(JSON.parse(fields.get('data') ?? '') as Message);
        seen = Number(fields.get('id') ?? seen);
      }
    }
  };

  const listen = async (): Promise<void> => {
    for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, 30_000)) {
      try {
        await session();
        const response = await fetch(`${base}events`, {
          headers: { authorization: `Bearer ${token}`, ...(seen > 0 ? { 'last-event-id': String(seen) } : {}) },
        });
        if (response.status === 401) localStorage.removeItem(storageKey);
        if (response.ok) {
          pauseMs = 250;
          if (state.textContent === 'Reconnecting…') state.textContent = '';
          await readEvents(response);
        }
      } catch {
        state.textContent = 'Reconnecting…';
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs + Math.random() * 250));
    }
  };

  const send = async (): Promise<void> => {
    const text = input.value.trim();
    if (text === '') return;
    input.value = '';
    state.textContent = 'Sending…';
    const id = crypto.randomUUID();
    for (let attempt = 0; attempt < 6; attempt++) {
      const response = await call('messages', { id, text }).catch(() => null);
      if (response?.ok) {
        if (state.textContent === 'Sending…') state.textContent = 'The assistant is reading…';
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
    input.value = text;
    state.textContent = 'Not sent. Please try again.';
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      void send();
    }
  });
  const open = (): void => {
    opener.remove();
    root.append(box);
    input.focus();
  };
  const shut = (): void => {
    if (fills) return;
    box.remove();
    root.append(opener);
    opener.focus();
  };
  opener.addEventListener('click', open);
  close.addEventListener('click', shut);
  box.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') shut();
  });
  const attach = (): void => {
    document.body.append(host);
    root.append(script.dataset['open'] === undefined ? opener : box);
    void listen();
  };
  if (document.body) attach();
  else document.addEventListener('DOMContentLoaded', attach);
})();
