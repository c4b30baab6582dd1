import { defineWords } from '@/i18n/words';

export const words = defineWords('settings', {
  title: 'Settings',
  lead: 'Settings apply on this device at once, and follow your account to other devices.',
  look: 'Language and appearance',
  theme: 'Theme',
  themes: { system: 'Same as the device', light: 'Light', dark: 'Dark' },
  region: 'Numbers, dates and money',
  regionHint: (date: string, number: string, money: string) =>
    `Written as here: ${date} · ${number} · ${money}.`,
  regionUsual: 'As the platform sets it, or else the browser',
  timeZone: 'Time zone',
  timeZoneHint: (now: string) => `It is ${now} there. Type to search.`,
  badZone: 'Choose a time zone from the list, such as Africa/Lagos.',
  shortcuts: 'Use keyboard shortcuts',
  shortcutsHint: 'Single keys in the inbox, such as “a” to accept.',
  password: 'Password',
  current: 'Current password',
  next: 'New password',
  nextHint: 'At least 12 characters. You stay signed in here, and are signed out elsewhere.',
  change: 'Change password',
  passwordChanged: 'Your password was changed.',
  tooMany: 'Too many attempts. Wait a while and try again.',
  online: 'This is only available online.',
  sessions: 'Where you are signed in',
  here: 'this browser',
  from: 'from',
  origins: {
    password: 'By password',
    link: 'By link',
    oidc: 'By your organisation',
    token: 'By token',
  } as Record<string, string>,
  began: (ago: string) => `started ${ago}`,
  ends: (when: string) => `ends ${when}`,
  end: 'End',
  endLabel: (what: string) => `End the session: ${what}`,
  ended: 'That session was ended.',
  endOthers: 'End all others',
  endedOthers: (n: number) => (n === 1 ? 'One session was ended.' : `${n} sessions were ended.`),
  device: 'On this device',
  budget: 'Kept data',
  stored: 'What you have seen is kept here for reading offline, until you sign out.',
  storedNot:
    'This browser does not allow the app to store data. What you see is gone when the page is closed.',
  size: 'Size',
  of: (used: string, all: string) => `${used} of ${all} allowed`,
  unsentKept: (n: number) =>
    n === 0
      ? 'All your decisions have been sent.'
      : n === 1
        ? 'One decision is waiting to be sent; it is kept.'
        : `${n} decisions are waiting to be sent; they are kept.`,
  remove: 'Remove stored data',
  removed: 'The stored data was removed.',
  app: 'The app',
  install: 'Install the app',
  installText: 'It opens from the home screen, and works offline.',
  installed: 'Installed on this device.',
  installHow: "Your browser's menu has “Install” or “Add to home screen”.",
  version: 'Version',
});
