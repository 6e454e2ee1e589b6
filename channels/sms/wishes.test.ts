import { expect, test } from 'vitest';
import { readWish } from './wishes.ts';

const kindOf = (body: string): string => readWish('', body)?.kind ?? 'words';

test.each([
  'STOP',
  ' stop ',
  'Stop.',
  '"STOP"',
  'stop all',
  'opt-out',
  'Unsubscribe',
  'STOPP',
  'Abmelden',
  'baja',
  'PARAR',
  'arrêt',
  'ARRET',
  'désabonner',
  'Stop texting me',
  'Please stop messaging me!',
  "Thanks. Don't text me anymore",
  'Bitte schreiben Sie mir nicht mehr',
  'Por favor no me escriban más',
  'Ne m’écrivez plus',
  'Arrêtez de m’écrire',
])('%j asks to be written to no more', (body) => {
  expect(kindOf(body)).toBe('stop');
});

test.each(['START', 'unstop', 'Iniciar', 'démarrer', 'Anmelden'])('%j asks to be written to again', (body) => {
  expect(kindOf(body)).toBe('start');
});

test.each(['HELP', 'info', 'Hilfe', 'ayuda', 'Aide !'])('%j asks for help', (body) => {
  expect(kindOf(body)).toBe('help');
});

test.each([
  'Please stop the subscription',
  'STOP it at the depot',
  'Where does bus stop 5 end?',
  'stop 5',
  'Info?',
  'help me',
  "If you don't text me by Friday, I cancel",
  'When will you stop writing?',
  'No me llega nada más',
  '',
])('%j is for the assistant', (body) => {
  expect(kindOf(body)).toBe('words');
});

test('the platform’s own finding comes first, in whatever language it was found', () => {
  expect(readWish('STOP', 'lopeta')).toEqual({ kind: 'stop', how: 'STOP', isAnswered: true });
  expect(readWish('stop', 'YES')).toMatchObject({ kind: 'stop' });
});

test('only the platform’s own words are answered by it', () => {
  expect(readWish('', 'STOP')).toMatchObject({ isAnswered: true });
  expect(readWish('', 'ARRET')).toMatchObject({ isAnswered: false });
});
