import { defineWords } from '@/i18n/words';

export const words = defineWords('upload', {
  choose: 'Choose files',
  chooseOne: 'Choose a file',
  drop: 'or drop them here',
  dropOne: 'or drop it here',
  dropNow: 'Drop to send',
  zipAlone: (name: string) => `${name} is a zip file. Send it by itself, or send what is in it.`,
  oneOnly: 'Only one file can be sent here. Choose one.',
  tooLargeTogether: (most: string) =>
    `These files are larger than ${most} together. Send them one after the other.`,
  notPacked: 'One of the files could not be read. Choose them again.',
  tooLarge: (name: string, most: string) => `${name} is larger than ${most}. Split it.`,
  tooLargeWhole: (name: string, most: string) => `${name} is larger than ${most}. Make it smaller.`,
  isEmpty: (name: string) => `${name} is empty.`,
  sending: (name: string) => `Sending ${name}`,
  sent: (part: string, whole: string) => `${part} of ${whole}`,
  arriving: 'Sent. Waiting for the answer…',
  stop: 'Cancel',
  stopped: 'Cancelled. Nothing was kept.',
  offline: 'You are offline. A file can be sent once you are back online; nothing was kept.',
  fromAnother: (status: number) =>
    `Something between this device and the platform answered in its place (HTTP ${status}). It may take no file of this size; ask whoever runs the platform.`,
  notSent: 'The file was not sent',
  noAnswer: 'The platform did not answer',
  mayBeKept:
    'The file may be stored all the same. Send it again in a few minutes if it is not here by then.',
});
