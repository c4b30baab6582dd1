/** Line icons of 24 by 24, drawn for this app; they say nothing that text beside them does not. */
const PATHS: Record<string, string> = {
  home: 'M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4v-5H9v5H5a1 1 0 0 1-1-1z',
  inbox: 'M4 14 6.5 5h11L20 14v5H4zM4 14h5l1.2 2h3.6L15 14h5',
  chart: 'M4 20h16M7 16v-5M12 16V6M17 16v-8',
  page: 'M7 3h7l4 4v14H7zM14 3v4h4M10 12h5M10 16h5',
  model: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12L4 7.5',
  run: 'M12 4a8 8 0 1 0 8 8M12 8v4l3 2M16 4h4v4',
  data: 'M5 6c0-1.7 14-1.7 14 0v12c0 1.7-14 1.7-14 0zM5 6c0 1.7 14 1.7 14 0M5 12c0 1.7 14 1.7 14 0',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20a2 2 0 0 0 4 0',
  people:
    'M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c0-4 12-4 12 0M16 11a3 3 0 0 0 0-6M17 15c2.5.5 4 1.8 4 5',
  trail: 'M5 5h14M5 10h14M5 15h9M5 20h6',
  gear: 'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.700l2.1-2.1',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  critical: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 7.5v5.5M12 16.5h.01',
  warning: 'M12 4 21 19.5H3zM12 10v4M12 17h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2',
  left: 'M15 5l-7 7 7 7',
  right: 'M9 5l7 7-7 7',
  keyboard: 'M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8',
  unsent: 'M12 16V5M7.5 9.5 12 5l4.5 4.5M5 19h14',
  out: 'M10 4H5v16h5M14 8l4 4-4 4M18 12H9',
};

export function Icon({ name }: { name: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="24"
      height="24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
