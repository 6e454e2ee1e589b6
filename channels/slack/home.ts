import type { HomeView, WebClient } from '@slack/web-api';
import type { Command, Sender } from '#core/channel.ts';
import { object, text } from './read.ts';
import type { Json } from './verify.ts';

interface Words {
  readonly help: string;
  readonly ways: string;
  readonly human: string;
  readonly status: string;
}

/** The tab is shown to people who may never have said a word: in their own language as far as the platform tells it. */
const words: Readonly<Record<string, Words>> = {
  en: {
    help: 'Write to me under *Messages*, or mention me in a channel. I am an AI assistant: I answer from our help pages and say where I found it.',
    ways: 'Anywhere: `/firstline ask …` · `/firstline human` · `/firstline status` · `/firstline forget`',
    human: 'Talk to a person',
    status: 'Who answers me?',
  },
  de: {
    help: 'Schreiben Sie mir unter *Nachrichten* oder erwähnen Sie mich in einem Channel. Ich bin ein KI-Assistent: Ich antworte aus unseren Hilfeseiten und sage, wo ich es gefunden habe.',
    ways: 'Überall: `/firstline ask …` · `/firstline human` · `/firstline status` · `/firstline forget`',
    human: 'Mit einem Menschen sprechen',
    status: 'Wer antwortet mir?',
  },
  es: {
    help: 'Escríbame en *Mensajes* o mencióneme en un canal. Soy un asistente de IA: respondo con nuestras páginas de ayuda y digo dónde lo encontré.',
    ways: 'En cualquier lugar: `/firstline ask …` · `/firstline human` · `/firstline status` · `/firstline forget`',
    human: 'Hablar con una persona',
    status: '¿Quién me responde?',
  },
  fr: {
    help: 'Écrivez-moi sous *Messages* ou mentionnez-moi dans un canal. Je suis un assistant IA : je réponds à partir de nos pages d’aide et je dis où je l’ai trouvé.',
    ways: 'Partout : `/firstline ask …` · `/firstline human` · `/firstline status` · `/firstline forget`',
    human: 'Parler à une personne',
    status: 'Qui me répond ?',
  },
};

const button = (id: Command, label: string, style?: 'primary') => ({
  type: 'button' as const,
  action_id: id,
  text: { type: 'plain_text' as const, text: label, emoji: false },
  ...(style ? { style } : {}),
});

/** What the tab shows to somebody of this locale, such as `de-DE`. */
export const renderHome = (locale: string | undefined): HomeView => {
  const { help, ways, human, status } = words[locale?.slice(0, 2).toLowerCase() ?? ''] ?? (words['en'] as Words);
  return {
    type: 'home',
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: help } },
      { type: 'actions', elements: [button('human', human, 'primary'), button('status', status)] },
      { type: 'context', elements: [{ type: 'mrkdwn', text: ways }] },
    ],
  };
};

/** Whether somebody has opened our home tab. */
export const opensHome = (body: Json): boolean => {
  const event = object(body['event']);
  return event['type'] === 'app_home_opened' && text(event['tab']) === 'home';
};

export interface HomeParts {
  readonly clientOf: (team: string) => Promise<WebClient>;
  readonly acquaint: (sender: Sender) => Promise<Sender>;
}

/** Shows the tab to somebody. Never rejects: it is shown when it is opened again. */
export const createShowHome =
  ({ clientOf, acquaint }: HomeParts) =>
  async (team: string, sender: Sender): Promise<void> => {
    const show = async (): Promise<void> => {
      const [client, { locale }] = await Promise.all([clientOf(team), acquaint(sender)]);
      await client.views.publish({ user_id: sender.id, view: renderHome(locale) });
    };
    await show().catch(() => undefined);
  };
