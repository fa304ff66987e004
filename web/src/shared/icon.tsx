/** Strokes on a field of 24 by 24. */
const paths = {
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zm5-2 5 5',
  menu: 'M4 6.5h16M4 12h16M4 17.5h16',
  back: 'M19 12H5m6.5-6.5L5 12l6.5 6.5',
  star: 'm12 3.6 2.6 5.3 5.8.8-4.2 4.1 1 5.8-5.2-2.7-5.2 2.7 1-5.8-4.2-4.1 5.8-.8z',
  clip: 'm20 11.5-8 8a5 5 0 0 1-7-7l8.3-8.4a3.3 3.3 0 0 1 4.7 4.7l-8.2 8.2a1.7 1.7 0 0 1-2.4-2.4l7.6-7.5',
  image: 'M4 5h16v14H4zm0 11 4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.5h.01',
  warning: 'M12 4 2.8 19.5h18.4zM12 10v4.5m0 2.5v.01',
  refresh: 'M20 5v5h-5m4.6 0A8 8 0 1 0 20 14',
  pause: 'M8.5 5.5v13m7-13v13',
  play: 'm8 5.5 10 6.5-10 6.5z',
  plus: 'M12 5v14M5 12h14',
  mail: 'M3.5 6h17v12h-17zm0 .5L12 13l8.5-6.5',
  archive: 'M4 5h16v4H4zm1.5 4v10h13V9M10 13h4',
  trash: 'M5 7h14M9.5 7V4.5h5V7M6.5 7l1 12.5h9l1-12.5M10.5 11v5m3-5v5',
  unread: 'M14 6H3.5v12h17v-7M3.5 6.5 12 13l3.5-2.7M19 8.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
} as const;

export type IconName = keyof typeof paths;

/** Decoration: what it means is said in words beside it. */
export function Icon({ name, filled = false }: { name: IconName; filled?: boolean }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} fill={filled ? 'currentColor' : 'none'} stroke="currentColor" />
    </svg>
  );
}
