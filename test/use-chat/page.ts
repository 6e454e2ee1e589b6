/* A front end as its makers write it for any AI SDK server: nothing in it knows Firstline but the address. Runs in a browser. */

import { useChat } from '@ai-sdk/react';
import { DefaultChatTransport } from 'ai';
import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';

const { searchParams } = new URL(location.href);
const transport = new DefaultChatTransport({ api: searchParams.get('api') ?? '' });

const Page = () => {
  const { messages, sendMessage, status } = useChat({
    transport,
    id: searchParams.get('id') ?? '',
    resume: searchParams.has('resume'),
  });
  const [input, setInput] = useState('');
  return createElement(
    'main',
    {},
    createElement('p', { id: 'status' }, status),
    ...messages.map((message) =>
      createElement(
        'article',
        { key: message.id, className: message.role },
        ...message.parts.map((part, index) =>
          part.type === 'text'
            ? createElement('p', { key: index }, part.text)
            : part.type === 'source-url'
              ? createElement('a', { key: index, href: part.url }, part.title)
              : null,
        ),
      ),
    ),
    createElement(
      'form',
      {
        onSubmit: (event: { preventDefault(): void }) => {
          event.preventDefault();
          void sendMessage({ text: input });
          setInput('');
        },
      },
      createElement('input', {
        'aria-label': 'Message',
        value: input,
        onChange: (event: { target: { value: string } }) => setInput(event.target.value),
      }),
    ),
  );
};

createRoot(document.body.appendChild(document.createElement('div'))).render(createElement(Page));
