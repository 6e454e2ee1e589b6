import { e164 } from './config.ts';

const prefix = 'whatsapp:';

/** The number of an address, be it a phone's or one on WhatsApp. */
export const numberOf = (address: string): string =>
  address.startsWith(prefix) ? address.slice(prefix.length) : address;

export const isOnWhatsApp = (address: string): boolean => address.startsWith(prefix);

/** Whether somebody can be answered there: short codes and senders with a name cannot. */
export const isAnswerable = (address: string): boolean => e164.test(numberOf(address));
