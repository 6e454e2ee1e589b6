import type { Channel } from '#core/channel.ts';

/** What a channel can do beyond taking and sending messages is the methods it has: an absent one is a thing its platform cannot do. */
const rows: readonly (readonly [what: string, can: (channel: Channel) => string | boolean])[] = [
  ['Comes in by webhook', ({ webhook }) => webhook !== undefined],
  ['Grows by edits', ({ edit }) => edit !== undefined],
  [
    'Least time between two edits',
    ({ limits: { editIntervalMs } }) => (editIntervalMs === Infinity ? false : `${editIntervalMs / 1000} s`),
  ],
  ['Has a place before there is anything to see', ({ reserve }) => reserve !== undefined],
  ['Finds what an interrupted send left', ({ findSent }) => findSent !== undefined],
  ['Shows that something is being written', ({ showTyping }) => showTyping !== undefined],
  ['Tells in words why something failed', ({ explain }) => explain !== undefined],
  ['Files of people are read', ({ download }) => download !== undefined],
  ['A message may hold a file', ({ takesFile }) => takesFile !== undefined],
  ['Can be the desk', ({ room }) => room !== undefined],
  ['Calls are counted against a budget', ({ budget }) => budget !== undefined],
  ['Tells of its health', ({ health }) => health !== undefined],
];

/** A Markdown table of what these channels can do, as their code has it. */
export const toCapabilityTable = (channels: readonly Channel[]): string => {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const toCell = (value: string | boolean): string => (value === true ? 'yes' : value === false ? '–' : value);
  return [
    line(['', ...channels.map(({ name }) => name)]),
    `|${'---|'.repeat(channels.length + 1)}`,
    ...rows.map(([what, can]) => line([what, ...channels.map((channel) => toCell(can(channel)))])),
  ].join('\n');
};
