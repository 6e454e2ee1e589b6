import { make } from './markdown.ts';
import type { Words } from './words.ts';

export interface Sending {
  text: string;
  files: { name: string; mediaType: string; data: string }[];
}

export interface Composer {
  form: HTMLFormElement;
  focus(): void;
  /** Shows what stops the answer that is being written, or takes it away. */
  setBusy(isBusy: boolean): void;
}

export interface ComposerParts {
  words: Words;
  /** Resolves with whether it was taken; what was not is put back. */
  send(sending: Sending): Promise<boolean>;
  stop(): void;
  tell(words: string): void;
}

/** Bytes of all files of one message; the server takes 4 MB with base64 around them. */
const filesLengthMax = 3_000_000;

const toBase64 = async (file: File): Promise<string> => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
};

/** Where the visitor writes. */
export const compose = ({ words, send, stop, tell }: ComposerParts): Composer => {
  let files: File[] = [];
  const input = make('textarea', { rows: '1', maxlength: '8000', 'aria-label': words.label, placeholder: words.write });
  const picker = make('input', { type: 'file', multiple: '', hidden: '' });
  const attach = make(
    'button',
    { type: 'button', class: 'plain', 'aria-label': words.attach, title: words.attach },
    '+',
  );
  const halt = make('button', { type: 'button', class: 'stop' }, words.stop);
  const list = make('ul', { class: 'chosen' });
  const form = make(
    'form',
    { class: 'compose' },
    list,
    attach,
    picker,
    input,
    make('button', { type: 'submit' }, words.send),
  );

  const drawFiles = (): void =>
    list.replaceChildren(
      ...files.map((file) => {
        const off = make('button', { type: 'button', 'aria-label': `${words.remove}: ${file.name}` }, '×');
        off.addEventListener('click', () => {
          files = files.filter((one) => one !== file);
          drawFiles();
          input.focus();
        });
        return make('li', {}, file.name, off);
      }),
    );
  const add = (more: readonly File[]): void => {
    const all = [...files, ...more];
    if (all.reduce((sum, { size }) => sum + size, 0) > filesLengthMax) return tell(words.large);
    files = all;
    drawFiles();
    input.focus();
  };

  const submit = async (): Promise<void> => {
    const text = input.value.trim();
    const sent = files;
    if (text === '' && sent.length === 0) return;
    input.value = '';
    files = [];
    drawFiles();
    const read = await Promise.all(
      sent.map(async (file) => ({ name: file.name, mediaType: file.type, data: await toBase64(file) })),
    );
    if (await send({ text, files: read })) return;
    if (input.value === '') input.value = text;
    files = [...sent, ...files];
    drawFiles();
  };

  attach.addEventListener('click', () => picker.click());
  picker.addEventListener('change', () => {
    add([...(picker.files ?? [])]);
    picker.value = '';
  });
  input.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length === 0) return;
    event.preventDefault();
    add(pasted);
  });
  halt.addEventListener('click', () => {
    stop();
    halt.remove();
    input.focus();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void submit();
  });
  return {
    form,
    focus: () => input.focus(),
    setBusy: (isBusy) => {
      if (!isBusy) halt.remove();
      else if (!halt.isConnected) form.insertBefore(halt, form.lastElementChild);
    },
  };
};
