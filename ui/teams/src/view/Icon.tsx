// Line icons on a 24-unit grid, drawn in the colour of the text around them.

import type { VNode } from "preact";

const paths = {
  chat: "M4.5 5.500h15A1.500 1.500 0 0 1 21 7v8.500a1.500 1.500 0 0 1-1.500 1.500h-7.200L8 20.500V17H4.500A1.500 1.500 0 0 1 3 15.500V7a1.500 1.500 0 0 1 1.500-1.500ZM7.500 9.700h9M7.500 12.900h5.500",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 1.500h-15ZM10 20.500a2.200 2.200 0 0 0 4 0",
  people: "M9 11.200a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400ZM3 19c0-3 2.500-5 6-5s6 2 6 5M16.200 11.200a2.700 2.700 0 1 0-.6-5.300M17 14.100c2.500.3 4 2 4 4.500",
  back: "M14.500 5.500 8 12l6.500 6.500",
  down: "M12 5v13M6.500 12.800 12 18.300l5.500-5.500",
  chevron: "m7 10 5 5 5-5",
  close: "m6.500 6.500 11 11M17.500 6.500l-11 11",
  check: "m5.500 12.500 4.200 4.200 8.800-9.200",
  search: "M10.800 16.600a5.800 5.800 0 1 0 0-11.600 5.800 5.800 0 0 0 0 11.600ZM15.200 15.200 19.500 19.500",
  bold: "M8 5.500h5a3.200 3.200 0 0 1 0 6.400H8Zm0 6.400h5.800a3.300 3.300 0 0 1 0 6.600H8Z",
  italic: "M10.500 5.500h6M7.500 18.500h6M14 5.500l-4 13",
  underline: "M7.500 5v6.500a4.500 4.500 0 0 0 9 0V5M6.500 19.500h11",
  strike: "M5 12h14M16.300 8c-.5-1.700-2-2.700-4.200-2.700-2.400 0-4.100 1.200-4.100 3.100 0 1 .5 1.800 1.500 2.400M7.700 15.600c.5 2 2.100 3.100 4.400 3.100 2.500 0 4.300-1.200 4.300-3.300 0-.5-.1-.9-.3-1.300",
  code: "m8.500 7-5 5 5 5M15.500 7l5 5-5 5",
  list: "M9.500 6.500H20M9.500 12H20M9.500 17.500H20M5 6.500h.01M5 12h.01M5 17.500h.01",
  smile: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17ZM8.500 14c.7 1.300 2 2.100 3.500 2.100s2.800-.8 3.500-2.100M9.200 9.700h.01M14.800 9.700h.01",
  addSmile: "M13.500 4.100A8 8 0 1 0 19.900 10.500M8.700 14c.7 1.200 1.900 2 3.300 2s2.600-.8 3.300-2M9.300 9.900h.01M14.300 9.900h.01M18.500 2.500v6M15.500 5.500h6",
  clip: "m19.500 11.300-7.600 7.600a4.600 4.600 0 0 1-6.500-6.500l8.200-8.200a3.100 3.100 0 0 1 4.300 4.400l-8.100 8.100a1.500 1.500 0 0 1-2.200-2.200l7.400-7.300",
  send: "M4 12 3.500 4.500 21 12 3.500 19.500ZM4 12h8.500",
  quote: "M9.500 6 4.500 11l5 5M4.500 11h9a6 6 0 0 1 6 6v1",
  edit: "m4.500 19.500.8-4L16 4.800a2 2 0 0 1 2.800 0l.4.400a2 2 0 0 1 0 2.800L8.500 18.700ZM14.300 6.500l3.200 3.200",
  remove: "M4.500 6.500h15M9.500 6V4.500h5V6M6.500 6.500l.9 13h9.200l.9-13M10.300 10v6M13.700 10v6",
  addPerson: "M10 11.200a3.300 3.300 0 1 0 0-6.600 3.300 3.300 0 0 0 0 6.600ZM3.500 19.500c0-3.200 2.700-5.200 6.500-5.200 1.200 0 2.300.2 3.200.6M18 13.500v7M14.500 17h7",
  file: "M6 3.500h7.500L18.500 8.500v12H6ZM13 3.500V9h5.500",
  download: "M12 4v11M7 10.500l5 5 5-5M5 19.500h14",
  alert: "M12 4 21 19.500H3ZM12 10v4.200M12 16.900h.01",
  group: "M12 12a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM6.500 18.500c0-2.700 2.200-4.500 5.500-4.500s5.500 1.800 5.500 4.500M5.800 11.500a2.200 2.200 0 1 1 .9-4.200M18.200 11.500a2.200 2.200 0 1 0-.9-4.200M3 16.500c0-1.400.8-2.500 2.200-3M21 16.500c0-1.400-.8-2.500-2.200-3",
  leave: "M14 4.500H6v15h8M10.500 12H20.500M17 8.500l3.500 3.500-3.500 3.500",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }): VNode {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

export interface IconButtonProps {
  icon: IconName;
  label: string;
  onClick: (event: MouseEvent) => void;
  pressed?: boolean;
  disabled?: boolean;
  size?: number;
  class?: string;
  expanded?: boolean;
}

/** A button that shows an icon and is called by its label. */
export function IconButton(props: IconButtonProps): VNode {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ""}`}
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} size={props.size ?? 20} />
    </button>
  );
}
