import { acceptBlocks, objectsIn } from './blocks.ts';
import type { Delivery } from './delivery.ts';
import type { Method, Platform } from './platform.ts';
import { SlackRefusal, type Json } from './workspace.ts';

const viewSizeMaxBytes = 250_000;

/** The app's home tab as people open and press it (docs.slack.dev/surfaces/app-home). */
export interface Homes {
  /** Resolves when the app has acknowledged it. */
  openHome(user: string): Promise<void>;
  /** What the app shows this person there; null when it has shown nothing. */
  home(user: string): Json | null;
  pressHome(pressed: { user: string; action: string }): Promise<void>;
}

/** The `views.publish` method. */
export const publish: Method = (args, { workspace }) => {
  const user = args.required('user_id');
  if (!workspace.users.has(user)) throw new SlackRefusal('invalid_arguments');
  const view = args.nested('view', 'invalid_arguments') as Json | undefined;
  if (view?.['type'] !== 'home') throw new SlackRefusal('invalid_arguments');
  if (JSON.stringify(view).length > viewSizeMaxBytes) throw new SlackRefusal('view_too_large');
  const shown = { ...view, id: `V${user}`, blocks: acceptBlocks(view['blocks'], 'modal') };
  workspace.homes.set(user, shown);
  return { view: shown };
};

export const createHomes = ({ workspace, modals }: Platform, delivery: Delivery): Homes => {
  const { identity, homes } = workspace;
  return {
    home: (user) => homes.get(user) ?? null,
    async openHome(user) {
      await delivery.deliver({
        type: 'app_home_opened',
        user,
        channel: workspace.directRoom(user).id,
        tab: 'home',
        event_ts: workspace.nextTs(),
      });
    },
    async pressHome({ user, action }) {
      const view = homes.get(user);
      const blocks = objectsIn(view?.['blocks']);
      const block = blocks.find(({ elements }) =>
        objectsIn(elements).some((element) => element['action_id'] === action),
      );
      const element = objectsIn(block?.['elements']).find((one) => one['action_id'] === action);
      if (!view || !element) throw new Error(`The home tab has no button ${action}`);
      await delivery.interact({
        type: 'block_actions',
        team: { id: identity.teamId, domain: 'lab' },
        user: { id: user, team_id: identity.teamId },
        api_app_id: identity.appId,
        token: 'unused',
        trigger_id: modals.trigger(user),
        container: { type: 'view', view_id: view['id'] },
        view: { ...view, app_installed_team_id: identity.teamId },
        actions: [{ ...element, block_id: block?.['block_id'], action_ts: workspace.nextTs() }],
        enterprise: null,
        is_enterprise_install: false,
      });
    },
  };
};
