import { Hono } from 'hono';
import type { HttpBindings } from '@hono/node-server';

import { roomEvent, type Platform } from './platform.ts';
import { newSlackId, toWireMessage, type Json } from './workspace.ts';

export interface SharedFile {
  readonly name: string;
  readonly mimetype: string;
  readonly content: string | Uint8Array;
}

export interface Share {
  readonly room: string;
  readonly user: string;
  readonly text?: string;
  /** In the thread of this message. */
  readonly thread?: string;
  readonly files: readonly SharedFile[];
}

export interface SharedFiles {
  readonly routes: Hono<{ Bindings: HttpBindings }>;
  /** A person sends files, with words or without. Returns the message's ts. */
  share(share: Share): string;
}

/** Files of people, which only a token with `files:read` gets; everybody else gets the page to sign in at. */
export const createSharedFiles = (
  platform: Platform,
  origin: () => string,
  isLetIn: (token: string) => boolean,
): SharedFiles => {
  const kept = new Map<string, SharedFile>();
  const routes = new Hono<{ Bindings: HttpBindings }>();
  routes.get('/files-pri/:id/download/:name', (context) => {
    const token = /^Bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1] ?? '';
    const file = kept.get(context.req.param('id'));
    if (!isLetIn(token)) return context.html('<!doctype html><title>Sign in to Lab | Slack</title>');
    if (!file) return context.text('not found', 404);
    return context.body(Buffer.from(file.content as string), 200, {
      'content-type': file.mimetype,
      'content-disposition': `attachment; filename="${encodeURIComponent(file.name)}"`,
    });
  });
  return {
    routes,
    share({ room: id, user, text = '', thread, files }) {
      const { workspace } = platform;
      const room = workspace.room(id);
      const wire = files.map((file): Json => {
        const own = newSlackId('F');
        kept.set(own, file);
        const url = `${origin()}/files-pri/${own}/download/${encodeURIComponent(file.name)}`;
        return {
          id: own,
          name: file.name,
          title: file.name,
          mimetype: file.mimetype,
          mode: 'hosted',
          size: Buffer.byteLength(file.content),
          user,
          url_private: url,
          url_private_download: url,
        };
      });
      const message = workspace.post(room, {
        user,
        text,
        files: wire,
        ...(thread === undefined ? {} : { threadTs: thread }),
      });
      platform.emit(roomEvent(workspace, room, toWireMessage(workspace, room, message)));
      return message.ts;
    },
  };
};
