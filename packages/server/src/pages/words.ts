/** What pages say to guests, in each language. */
import type { Language } from './language.ts';

const en = {
  size: 'Size',
  type: 'Type',
  sharedBy: 'Shared by',
  until: 'Available until',
  usesLeft: 'Downloads left',
  download: 'Download',
  open: 'Open',
  folder: 'Shared files',
  file: 'File',
  captions: 'Captions',
  more: 'More files',
  downloadAll: 'Download all (ZIP)',
  asksForPassword: 'This file is protected by a password',
  password: 'Password',
  unlock: 'Show the file',
  wrongPassword: 'That is not the password.',
  tooManyTries: 'Too many wrong passwords. Please try again in a few minutes.',
  onlyOnce: 'This link can be used only a limited number of times. It counts when the download begins.',
  requestId: 'Request id',
  dead: {
    unknown: ['There is no such link', 'Please check the address: a part of it may be missing. Links that are long over are forgotten.'],
    expired: ['This link has expired', 'Please ask whoever sent it to you for a new one.'],
    revoked: ['This link was withdrawn', 'Whoever shared the file has taken the link back. Please ask them for a new one.'],
    paused: ['This link is paused', 'Whoever shared the file has stopped it for the time being. Please try again later, or ask them.'],
    'used-up': [
      'This link has been used up',
      'It was good for a limited number of downloads. Please ask whoever sent it to you for a new one.',
    ],
    'not-yet': ['This link does not work yet', 'Please come back later.'],
    elsewhere: ['This link does not work from here', 'It may be used from certain networks only. Please ask whoever sent it to you.'],
    'not-allowed': ['This file is no longer shared', 'Whoever shared it may not do so any more. Please ask them.'],
    gone: ['The file is no longer there', 'It was moved or deleted. Please ask whoever sent you the link.'],
    invalid: [
      'This link does not work',
      'It is incomplete, was changed on its way, or is not valid any more. Please ask whoever sent it to you for a new one.',
    ],
    'too-large': [
      'The file is too large',
      'Nothing was stored. Please go back and choose a smaller one, or ask whoever sent you the link.',
    ],
    'too-small': ['The file is too small', 'Nothing was stored. Please go back and look whether it is the right one.'],
    'wrong-type': ['Files of this type are not accepted here', 'Nothing was stored. Please go back and choose another one.'],
    exists: ['There is a file of this name already', 'It was left as it is. Please go back, and give yours another name.'],
    full: ['There is no room left', 'As much was received as was asked for. Please ask whoever sent you the link for a new one.'],
    busy: ['Just a moment', 'There is too much to do right now. Please try again in a few seconds.'],
    failed: ['Something went wrong', 'This is not your fault. Please try again later.'],
    'use-button': [
      'Please use the page of this link',
      'This link counts its downloads, or asks for a password: it has to be opened with its button.',
    ],
  },
} as const;

type Dead = keyof typeof en.dead;
export type Words = { readonly [Name in Exclude<keyof typeof en, 'dead'>]: string } & {
  readonly dead: Readonly<Record<Dead, readonly [title: string, text: string]>>;
};

const de: Words = {
  size: 'Größe',
  type: 'Art',
  sharedBy: 'Geteilt von',
  until: 'Verfügbar bis',
  usesLeft: 'Verbleibende Downloads',
  download: 'Herunterladen',
  open: 'Öffnen',
  folder: 'Geteilte Dateien',
  file: 'Datei',
  captions: 'Untertitel',
  more: 'Weitere Dateien',
  downloadAll: 'Alles herunterladen (ZIP)',
  asksForPassword: 'Diese Datei ist mit einem Passwort geschützt',
  password: 'Passwort',
  unlock: 'Datei zeigen',
  wrongPassword: 'Das ist nicht das Passwort.',
  tooManyTries: 'Zu viele falsche Passwörter. Bitte in einigen Minuten noch einmal versuchen.',
  onlyOnce: 'Dieser Link lässt sich nur begrenzt oft verwenden. Gezählt wird, sobald der Download beginnt.',
  requestId: 'Anfragenummer',
  dead: {
    unknown: [
      'Diesen Link gibt es nicht',
      'Bitte prüfen Sie die Adresse: Vielleicht fehlt ein Teil. Längst abgelaufene Links sind vergessen.',
    ],
    expired: ['Dieser Link ist abgelaufen', 'Bitte bitten Sie die Person, die ihn geschickt hat, um einen neuen.'],
    revoked: [
      'Dieser Link wurde zurückgezogen',
      'Wer die Datei geteilt hat, hat den Link zurückgenommen. Bitte fragen Sie dort nach einem neuen.',
    ],
    paused: ['Dieser Link ruht', 'Wer die Datei geteilt hat, hat ihn vorläufig angehalten. Bitte versuchen Sie es später noch einmal.'],
    'used-up': ['Dieser Link ist verbraucht', 'Er galt für eine begrenzte Zahl von Downloads. Bitte fragen Sie nach einem neuen.'],
    'not-yet': ['Dieser Link gilt noch nicht', 'Bitte kommen Sie später wieder.'],
    elsewhere: [
      'Dieser Link funktioniert von hier aus nicht',
      'Er gilt nur in bestimmten Netzen. Bitte fragen Sie die Person, die ihn geschickt hat.',
    ],
    'not-allowed': ['Diese Datei wird nicht mehr geteilt', 'Wer sie geteilt hat, darf es nicht mehr. Bitte fragen Sie dort nach.'],
    gone: ['Die Datei ist nicht mehr da', 'Sie wurde verschoben oder gelöscht. Bitte fragen Sie die Person, die den Link geschickt hat.'],
    invalid: [
      'Dieser Link funktioniert nicht',
      'Er ist unvollständig, wurde unterwegs verändert oder gilt nicht mehr. Bitte fragen Sie nach einem neuen.',
    ],
    'too-large': [
      'Die Datei ist zu groß',
      'Es wurde nichts gespeichert. Bitte gehen Sie zurück und wählen Sie eine kleinere, oder fragen Sie nach.',
    ],
    'too-small': ['Die Datei ist zu klein', 'Es wurde nichts gespeichert. Bitte gehen Sie zurück und prüfen Sie, ob es die richtige ist.'],
    'wrong-type': [
      'Dateien dieser Art werden hier nicht angenommen',
      'Es wurde nichts gespeichert. Bitte gehen Sie zurück und wählen Sie eine andere.',
    ],
    exists: [
      'Eine Datei dieses Namens gibt es schon',
      'Sie blieb, wie sie ist. Bitte gehen Sie zurück und geben Sie Ihrer einen anderen Namen.',
    ],
    full: ['Es ist kein Platz mehr', 'Es ist so viel angekommen, wie angefordert war. Bitte fragen Sie nach einem neuen Link.'],
    busy: ['Einen Augenblick', 'Gerade ist zu viel zu tun. Bitte versuchen Sie es in ein paar Sekunden noch einmal.'],
    failed: ['Etwas ist schiefgegangen', 'Das liegt nicht an Ihnen. Bitte versuchen Sie es später noch einmal.'],
    'use-button': [
      'Bitte die Seite dieses Links benutzen',
      'Dieser Link zählt seine Downloads oder fragt nach einem Passwort: Er muss über seine Schaltfläche geöffnet werden.',
    ],
  },
};

const WORDS: Readonly<Record<Language, Words>> = { en, de };

/** Why a link is of no use. */
export type DeadReason = Dead;

export const wordsIn = (language: Language): Words => WORDS[language];
