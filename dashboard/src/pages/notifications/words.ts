import { defineWords } from '@/i18n/words';

export const words = defineWords('notifications', {
  title: 'Notifications',
  lead: 'The last 30 days.',
  all: 'All',
  unreadOnly: 'Unread',
  which: 'Which notifications',
  list: 'Notifications',
  markAll: 'Mark all as read',
  markedAll: 'All marked as read.',
  due: (report: string, moment: string) => `${report}, due ${moment}`,
  markRead: (title: string) => `Mark as read: ${title}`,
  none: 'No notifications yet',
  noneText: 'Reports, recommendations and failures are announced here.',
  noneUnread: 'No unread notifications',
  unread: 'Unread',
  kinds: {
    report: { ready: 'Report ready', failed: 'Report failed' },
    recommendation: { opened: 'New recommendation' },
    execution: { failed: 'Execution failed' },
    model: { promoted: 'Model promoted' },
  } as Record<string, Record<string, string>>,
  onDevice: 'On this device',
  onDeviceText: 'This browser can notify you while the app is open.',
  turnOn: 'Notify me on this device',
  isOn: 'This browser notifies you while the app is open.',
  isDenied: "Notifications are blocked in this browser's settings for this site.",
});
