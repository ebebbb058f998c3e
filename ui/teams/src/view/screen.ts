// Where list and thread stand side by side.

export const wide = "(min-width: 640px)";
