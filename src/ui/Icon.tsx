const PATHS = {
  play: 'M6 4.5v11l9.5-5.5z',
  pause: 'M6 4.5h2.8v11H6zM11.2 4.5H14v11h-2.8z',
  stop: 'M5.5 5.5h9v9h-9z',
  start: 'M5 5h1.8v10H5zM15 5v10l-7-5z',
  end: 'M13.2 5H15v10h-1.8zM5 5v10l7-5z',
} as const;

const STROKES = {
  back: 'M12.2 5 7.2 10l5 5',
  forward: 'M7.8 5l5 5-5 5',
  dice: 'M4.5 4.5h11v11h-11zM7.5 7.5h.01M12.5 7.5h.01M10 10h.01M7.5 12.5h.01M12.5 12.5h.01',
  share: 'M8.2 11.8a3 3 0 0 0 4.3 0l2.6-2.6a3 3 0 0 0-4.3-4.3l-.9.9M11.8 8.2a3 3 0 0 0-4.3 0l-2.6 2.6a3 3 0 0 0 4.3 4.3l.9-.9',
  reset: 'M5 6.5V3.8M5 6.5h2.8M5.2 6.4A6 6 0 1 1 4 10',
  download: 'M10 3.5v9m0 0 3.5-3.5M10 12.5 6.5 9M4 16h12',
  display: 'M10 2.8a7.2 7.2 0 1 0 0 14.4zM10 2.8a7.2 7.2 0 0 1 0 14.4',
  history: 'M4 6.2V3.4M4 6.2h2.8M4.2 6.1A6.6 6.6 0 1 1 3.4 10M10 6.4V10l2.6 1.6',
  pin: 'M7.2 3.5h5.6M8 3.5v4.6L5.6 11v1.2h8.8V11L12 8.1V3.5M10 12.2V17',
  trash: 'M4 5.8h12M8 5.8V3.8h4v2M5.4 5.8l.8 10.4h7.6l.8-10.4M8.4 8.6v4.8M11.6 8.6v4.8',
  open: 'M3.5 15.5v-11h4.6l1.6 2h6.8v9zM10 13.4V9m0 0L8.1 10.9M10 9l1.9 1.9',
  grip: 'M10 3v14M6.8 6.2 10 3l3.2 3.2M6.8 13.8 10 17l3.2-3.2',
  check: 'M4.5 10.5 8.2 14l7.3-8',
  close: 'M5.5 5.5l9 9M14.5 5.5l-9 9',
  caret: 'M5 7.5l5 5 5-5',
  alert: 'M10 3.2 17.5 16h-15zM10 8v3.6M10 13.8h.01',
} as const;

export type IconName = keyof typeof PATHS | keyof typeof STROKES;

/** A 20-unit glyph in the text colour; always decorative, the control around it carries the name. */
export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  const filled = name in PATHS;
  return (
    <svg
      width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false"
      fill={filled ? 'currentColor' : 'none'} stroke={filled ? 'none' : 'currentColor'}
      strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round"
    >
      <path d={filled ? PATHS[name as keyof typeof PATHS] : STROKES[name as keyof typeof STROKES]} />
    </svg>
  );
}
